"""One request at a time: credentials, redirects, and what an answer means for the engine.

A write is never redirected and never repeated by itself. A read follows redirects to the same origin, to https hosts
below the one that was set up, and to those that the user confirmed (`--set trust=HOST`); credentials go nowhere else,
and never to a private address that the user did not name (see `reach`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from crmsync import __version__
from crmsync.connectors.base import Secret, Traffic
from crmsync.connectors.dav.hrefs import origin, resolve, without_secret
from crmsync.connectors.dav.multistatus import Multistatus, names_condition, parse
from crmsync.connectors.dav.reach import Reach
from crmsync.connectors.dav.retry_after import seconds
from crmsync.connectors.dav.wire import PlainWire, Wire, needs_full_client
from crmsync.errors import Busy, Locked, Moved, Refused, SignInNeeded, Unreachable, Untrusted

_READS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_MOST_REDIRECTS = 5
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
            if is_page(self) or self.body.lstrip()[:1] != b"<":
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
    """Keeps connections, one wire for each origin."""

    def __init__(self, username: str, secret: Secret | None, traffic: Traffic, reach: Reach, ca: str) -> None:
        """`ca`: a PEM file."""
        self._credentials = (username, secret.reveal()) if secret is not None else None
        self._traffic = traffic
        self.reach = reach
        self._ca = ca
        self._wires: dict[str, Wire] = {}
        self._insisting: set[str] = set()

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
            self.check(url, target)
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
        for wire in self._wires.values():
            wire.close()

    def _once(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        place = origin(url)
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"User-Agent": f"crmsync/{__version__}", **headers}
        reply = self._wire(place).exchange(method, target, body, sent)
        self._traffic.requests += 1
        if reply.status == 401 and self._credentials and place not in self._insisting and _only_digest(reply.headers):
            self._insisting.add(place)
            self._wires.pop(place).close()
            reply = self._wire(place).exchange(method, target, body, sent)
            self._traffic.requests += 1
        self._traffic.bytes += len(body) + len(reply.body)
        return Answer(reply.status, url, reply.headers, reply.body)

    def _wire(self, place: str) -> Wire:
        if place not in self._wires:
            digest = place in self._insisting
            public = not self.reach.may_be_private(urlsplit(place).hostname or "")
            if digest or needs_full_client():
                from crmsync.connectors.dav.full_wire import FullWire

                self._wires[place] = FullWire(place, self._credentials, self._ca, digest=digest, public=public)
            else:
                self._wires[place] = PlainWire(place, self._credentials, self._ca, public=public)
        return self._wires[place]

    def check(self, source: str, target: str) -> None:
        """Raises `Untrusted` where an answer from `source` names another server, which must not get the password."""
        here, there = origin(source), origin(target)
        if here == there:
            return
        old, new = (urlsplit(here).hostname or ""), (urlsplit(there).hostname or "")
        upgraded = old == new and there.startswith("https:")
        known = there.startswith("https:") and (new.endswith("." + old) or self.reach.knows(new))
        if not (upgraded or known):
            raise Untrusted(
                f"{here} sends us to {there}, another server",
                thing=without_secret(source),
                next_step=f"If that is right, add the account with --set trust={new}",
            )


def _only_digest(headers: Mapping[str, str]) -> bool:
    """Whether the server takes Digest credentials and no others; it has not done what it was asked."""
    offered = headers.get("www-authenticate", "").lower()
    return "digest" in offered and "basic" not in offered


def is_page(answer: Answer) -> bool:
    """Whether a page for people came back, as from a network that wants a log-in first."""
    return "html" in answer.headers.get("content-type", "").lower()


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
            raise Locked("another program has locked it", thing=where, next_step="The next sync tries again")
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
