"""One request at a time: credentials, redirects, and what an answer means for the engine.

A write is never redirected and never repeated by itself. A read follows redirects to the same origin, to https hosts
below the one that was set up, and to those that the user confirmed (`--set trust=HOST`); credentials go nowhere else.
"""

from __future__ import annotations

import ssl
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

import httpx2

from crmsync import __version__
from crmsync.connectors.base import Secret, Traffic
from crmsync.connectors.dav.hrefs import origin, resolve, without_secret
from crmsync.connectors.dav.multistatus import Multistatus, names_condition, parse
from crmsync.connectors.dav.retry_after import seconds
from crmsync.errors import BadConfig, Busy, Moved, Refused, SignInNeeded, Unreachable, Untrusted

_READS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_MOST_REDIRECTS = 5
_TIMEOUT = httpx2.Timeout(30.0, read=120.0)
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `url` is where it came from after redirects; `headers` has lower-case names."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    def multistatus(self) -> Multistatus:
        """The answer as a multistatus. Raises `Untrusted` for a page meant for a browser, `Unreachable` for rubbish."""
        if self.status != 207:
            kind = self.headers.get("content-type", "")
            if "html" in kind or self.body.lstrip()[:1] != b"<":
                raise Untrusted(
                    f"a page came back ({self.status}, {kind or 'no type'}), not an answer of a DAV server",
                    thing=without_secret(self.url),
                    next_step="Is this network asking you to log in first? Is the address right?",
                )
        return parse(self.body, urlsplit(self.url).path)

    def names(self, condition: str) -> bool:
        """Whether the body names this precondition."""
        return names_condition(self.body, condition)


class Session:
    """Keeps connections, one pool for each origin."""

    def __init__(self, username: str, secret: Secret | None, traffic: Traffic, trust: str, ca: str) -> None:
        """`trust`: hosts confirmed by the user, comma-separated, `.example.com` for all below it. `ca`: a PEM file."""
        self._credentials = (username, secret.reveal()) if secret is not None else None
        self._traffic = traffic
        self._trusted = tuple(host.strip().lower() for host in trust.split(",") if host.strip())
        self._ca = ca
        self._clients: dict[str, httpx2.Client] = {}

    def send(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None, depth: str = ""
    ) -> Answer:
        """Sends one request and returns whatever was answered, errors too; redirects of reads are followed."""
        extra = dict(headers or {})
        if depth:
            extra["Depth"] = depth
        if body and "Content-Type" not in extra:
            extra["Content-Type"] = "application/xml; charset=utf-8"
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._once(method, url, body, extra)
            if answer.status not in _REDIRECTS or method not in _READS:
                return answer
            target = resolve(url, answer.headers.get("location", ""))
            self._may_follow(url, target)
            url = target
        raise Untrusted("it redirects without end", thing=without_secret(url))

    def ask(self, method: str, url: str, body: bytes, depth: str = "") -> Multistatus:
        """A read whose answer has to be a multistatus; anything else raises what it means."""
        answer = self.send(method, url, body, depth=depth)
        if answer.status not in (200, 207):
            fail(answer)
        return answer.multistatus()

    def close(self) -> None:
        """Ends all connections."""
        for client in self._clients.values():
            client.close()

    def _once(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            answer = self._client(url).request(method, url, content=body, headers=dict(headers))
            content = answer.content
        except httpx2.TransportError as error:
            raise Unreachable(
                f"no answer ({type(error).__name__}: {error})".replace("\n", " "),
                thing=without_secret(url),
                next_step="The next sync tries again",
            ) from error
        except httpx2.DecodingError as error:
            raise Unreachable("the answer was damaged on its way", thing=without_secret(url)) from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise BadConfig(f"this is no address: {error}", thing=without_secret(url)) from error
        self._traffic.requests += 1
        self._traffic.bytes += len(body) + len(content)
        return Answer(answer.status_code, url, {k.lower(): v for k, v in answer.headers.items()}, content)

    def _client(self, url: str) -> httpx2.Client:
        place = origin(url)
        if place not in self._clients:
            secure = place.startswith("https:")
            context = ssl.create_default_context(cafile=self._ca or None) if secure else False
            agent = {"User-Agent": f"crmsync/{__version__}", "Accept-Encoding": "gzip, deflate"}
            self._clients[place] = httpx2.Client(
                auth=_Auth(*self._credentials) if self._credentials else None,
                verify=context,
                timeout=_TIMEOUT,
                headers=agent,
                follow_redirects=False,
            )
        return self._clients[place]

    def _may_follow(self, source: str, target: str) -> None:
        here, there = origin(source), origin(target)
        if here == there:
            return
        old, new = (urlsplit(here).hostname or ""), (urlsplit(there).hostname or "")
        upgraded = old == new and there.startswith("https:")
        known = there.startswith("https:") and (new.endswith("." + old) or self.trusts(new))
        if not (upgraded or known):
            raise Untrusted(
                f"{here} sends us to {there}, another server",
                thing=without_secret(source),
                next_step=f"If that is right, add the account with --set trust={new}",
            )

    def trusts(self, host: str) -> bool:
        """Whether the user has confirmed this host."""
        return any(host == one or (one.startswith(".") and host.endswith(one)) for one in self._trusted)


class _Auth(httpx2.Auth):
    """Basic at once, Digest where the server insists (RFC 7617, RFC 7616)."""

    requires_response_body = True

    def __init__(self, username: str, password: str) -> None:
        self._basic = httpx2.BasicAuth(username, password)
        self._digest = httpx2.DigestAuth(username, password)
        self._insists = False

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        if self._insists:
            yield from self._digest.auth_flow(request)
            return
        answer = yield next(self._basic.auth_flow(request))
        offered = ", ".join(answer.headers.get_list("www-authenticate")).lower()
        if answer.status_code == 401 and "digest" in offered and "basic" not in offered:
            self._insists = True
            request.headers.pop("Authorization", None)
            yield from self._digest.auth_flow(request)


def fail(answer: Answer) -> NoReturn:
    """Raises what a status means for the engine (RFC 4918 section 11, RFC 6585, RFC 9110 section 15)."""
    where = without_secret(answer.url)
    status = answer.status
    match status:
        case 401:
            raise SignInNeeded("the user name or password was not accepted", thing=where, next_step="Sign in again")
        case 404 | 410 | 412:
            raise Moved(f"it is not what we last saw ({status})", thing=where)
        case 423:
            raise Busy("it is locked by another program", thing=where, after=60.0)
        case 429 | 503:
            wait = seconds(answer.headers.get("retry-after"))
            raise Busy(f"the server asks to wait {wait:,.0f} s ({status})", thing=where, after=wait)
        case _ if 300 <= status < 400:
            target = without_secret(answer.headers.get("location", "?"))
            raise Untrusted(
                f"the server redirects a write ({status}) to {target}",
                thing=where,
                next_step="Set the account up with the new address",
            )
        case _ if status >= 500 and status not in (501, 507):
            raise Unreachable(f"the server failed ({status})", thing=where, next_step="The next sync tries again")
        case _:
            raise Refused(f"the server does not take it ({status}{_why(answer)})", thing=where)


def _why(answer: Answer) -> str:
    for condition in ("no-uid-conflict", "need-privileges", "quota-not-exceeded", "valid-sync-token"):
        if answer.names(condition):
            return f", {condition}"
    return ", another item has this UID" if answer.status == 409 else ""
