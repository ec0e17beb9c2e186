"""Who may come in. Any page that the user's browser shows can send requests to a port of this machine, so being here is
no proof of anything: the way in is a token that only our own terminal shows, and it opens once.

A token becomes a cookie that scripts cannot read and other sites' pages cannot send (RFC 6265bis: HttpOnly,
SameSite=Strict). Host must be our own (DNS rebinding), and so must Origin, without which no WebSocket is opened (RFC
6455 section 10.2).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import web

COOKIE = "crmsync"
_TOKEN_BYTES = 32

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """One guest at a time. `clock` gives seconds that only grow; `tell` is called with each new token."""

    def __init__(
        self, hosts: frozenset[str], idle: float, clock: Callable[[], float], tell: Callable[[str], None]
    ) -> None:
        self._hosts = hosts
        self._idle = idle
        self._clock = clock
        self._tell = tell
        self._session = ""
        self._seen = 0.0
        self._open = 0
        self._token = ""
        self._renew()

    def _renew(self) -> None:
        self._session = ""
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._tell(self._token)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets a request through, or says no without saying more."""
        if request.host not in self._hosts:
            raise web.HTTPForbidden(text="this is not the address of crmsync\n")
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        origin = request.headers.get("Origin")
        if (origin is None and socket) or (origin is not None and origin != f"http://{request.host}"):
            raise web.HTTPForbidden(text="pages of other sites may not come in\n")
        self._expire()
        if (token := request.query.get("token")) is not None and request.path == "/":
            return self._welcome(token)
        if not self._session or not hmac.compare_digest(request.cookies.get(COOKIE, ""), self._session):
            raise web.HTTPUnauthorized(text="open the address that `crmsync web` has printed last\n")
        self._seen = self._clock()
        self._open += socket
        try:
            response = await handler(request)
        finally:
            if socket:
                self._open -= 1
                self._seen = self._clock()
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _welcome(self, token: str) -> web.Response:
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise web.HTTPUnauthorized(text="this token was used before, or is none of ours\n")
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)  # never told: the guest is in
        self._session = secrets.token_urlsafe(_TOKEN_BYTES)
        self._seen = self._clock()
        response = web.Response(status=303, headers={"Location": "/", **_HEADERS})
        response.set_cookie(COOKIE, self._session, httponly=True, samesite="Strict", path="/")
        return response

    def _expire(self) -> None:
        if self._session and not self._open and self._clock() - self._seen > self._idle:
            self._renew()


_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self' ws:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
"""Nothing from elsewhere, nothing kept. The terminal in the page sets styles of its elements, hence 'unsafe-inline'."""
