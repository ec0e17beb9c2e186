"""What DNS says of a domain: where its services are (RFC 2782, RFC 6763), and where its mail goes.

Only discovery asks, and only this module knows the resolver, which costs 0.15 s of CPU to load.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.name
import dns.resolver

from crmsync.errors import Unreachable

PATIENCE = 2.0
"""Seconds for one question."""

ALL_IN_ALL = 6.0
"""Seconds for everything that is asked of one domain."""

SERVER = "CRMSYNC_DNS"
"""The environment variable with an IPv4 `ADDRESS` or `ADDRESS:PORT` of a name server to ask, not the usual one."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a service is. A `host` of `""` says that it is not offered."""

    host: str
    port: int


class Names:
    """Asks the name server. Each question raises `Unreachable` where none answers in time, or answers a failure.

    An answer that there is no such name, or nothing of this kind, is an empty one.
    """

    def __init__(self) -> None:
        self._end = time.monotonic() + ALL_IN_ALL
        server, _, port = os.environ.get(SERVER, "").partition(":")
        try:
            self._resolver = dns.resolver.Resolver(configure=not server)
            if server:
                self._resolver.nameservers = [server]
                self._resolver.port = int(port or 53)
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise Unreachable(f"no name server is known ({error})") from error

    def services(self, name: str) -> Sequence[Target]:
        """The targets of a service, those to be tried first in front.

        Equal priorities stand in the order of their weights, not drawn by lot: an account that is set up twice, or asks
        for its collections again, is to come to the same server.
        """
        found = self._ask(name, "SRV")
        order = sorted((one.priority, -one.weight, one.target.to_text().lower(), one.port) for one in found)
        return tuple(dict.fromkeys(Target(host.rstrip("."), port) for _, _, host, port in order))

    def path(self, name: str) -> str:
        """Where on the server a service begins, `""` where that is not said (RFC 6764 section 4)."""
        for one in self._ask(name, "TXT"):
            for string in one.strings:
                key, _, value = string.decode("utf-8", "surrogateescape").partition("=")
                if key.lower() == "path":
                    return str(value)
        return ""

    def mail(self, domain: str) -> Sequence[str]:
        """The hosts that take the mail of a domain, in lower case."""
        return tuple(one.exchange.to_text().lower().rstrip(".") for one in self._ask(domain, "MX"))

    def _ask(self, name: str, kind: str) -> Sequence[Any]:
        left = min(PATIENCE, self._end - time.monotonic())
        if left <= 0:
            raise Unreachable("the name server takes too long", thing=name)
        try:
            asked = dns.name.from_text(name)  # to the root, so no domain of this machine is put behind it
            answer = self._resolver.resolve(asked, kind, lifetime=left, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise Unreachable(f"no answer of the name server ({type(error).__name__})", thing=name) from error
        return tuple(answer.rrset or ())
