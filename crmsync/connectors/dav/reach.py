"""Which servers an account may talk to, and at which addresses.

Answers of servers and of DNS name other hosts. A host gets the password only if it is below the one that was set up, or
the user confirmed it (`--set trust=HOST`); and only a host that the user named may be in a private network. Else a
stranger's answer could send us, with what we know, to a machine that only we can reach.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from crmsync.connectors.dav.hrefs import ascii_host
from crmsync.errors import Untrusted

_UNICAST = IPv6Network("2000::/3")  # RFC 4291 section 2.4; everything else is local, for many, or not given out
_NO_HOSTS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("3fff::/20"))  # 6to4, Teredo, examples
_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291 section 2.5.5: the end is an IPv4 address
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: so is this one, in networks that have IPv6 only
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: so is what follows one of these
_RELAYS = ip_network("192.88.99.0/24")  # RFC 7526


@dataclass(frozen=True, slots=True)
class Reach:
    """`own` is the host, or the domain of the mail address, that was set up; `named`: it was meant as a server.

    `trusted` are hosts that the user confirmed; one that begins with a dot stands for all below it.
    """

    own: str = ""
    named: bool = False
    trusted: tuple[str, ...] = ()

    def knows(self, host: str) -> bool:
        """Whether this host may have the password: the one set up, one below it, or one that the user confirmed."""
        host = ascii_host(host)
        below = bool(self.own) and host.endswith("." + self.own)
        return below or host == self.own or self.trusts(host)

    def trusts(self, host: str) -> bool:
        """Whether the user has confirmed this host."""
        return any(host == one or (one.startswith(".") and host.endswith(one)) for one in self.trusted)

    def may_be_private(self, host: str) -> bool:
        """Whether the user named exactly this host."""
        host = ascii_host(host)
        return host in self.trusted or (self.named and host == self.own)


def hosts(told: str) -> tuple[str, ...]:
    """The hosts in the option `trust`, which are separated by commas."""
    return tuple(ascii_host(host.strip()) for host in told.split(",") if host.strip())


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet's: not private, local, reserved or for many, in any disguise."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip in _RELAYS)
    if ip in _MAPPED or ip in _NAT64:
        return is_public(_end(ip))
    if int(ip) >> 32 & 0xFFFFFFFF in _ISATAP and not is_public(_end(ip)):
        return False
    return ip in _UNICAST and ip.is_global and not any(ip in network for network in _NO_HOSTS)


def _end(ip: IPv6Address) -> str:
    return str(IPv4Address(int(ip) & 0xFFFFFFFF))


def public_addresses(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    """Family and address of every place where a host is. Raises `Untrusted` if one of them is private; `OSError`."""
    found = [(int(family), address[:2]) for family, _, _, _, address in _look_up(host, port)]
    for _, address in found:
        if not is_public(str(address[0])):
            raise Untrusted(
                f"it is at {address[0]}, a private address, and you named another host",
                thing=host,
                next_step=f"If that is right, add the account with --set trust={host}",
            )
    return [(family, (str(where), int(to))) for family, (where, to) in found]


def _look_up(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [one for one in found if one[0] in (socket.AF_INET, socket.AF_INET6)]  # type: ignore[misc]


def _connected(host: str, port: int, timeout: float | None) -> socket.socket:
    """Connected to an address that was looked at: a second look-up could have another answer."""
    failure = OSError(f"{host} has no address")
    for family, address in public_addresses(host, port):
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.settimeout(timeout)
            made.connect(address)
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            made.close()
            failure = error
        else:
            return made
    raise failure


class PublicHTTPConnection(http.client.HTTPConnection):
    """Connects to public addresses only."""

    def connect(self) -> None:
        """Raises `Untrusted` where the host is at a private address."""
        self.sock = _connected(self.host, self.port, self.timeout)


class PublicHTTPSConnection(http.client.HTTPSConnection):
    """Connects to public addresses only."""

    def __init__(self, host: str, port: int | None, *, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=timeout, context=context)
        self._trust = context

    def connect(self) -> None:
        """Raises `Untrusted` where the host is at a private address."""
        plain = _connected(self.host, self.port, self.timeout)
        try:
            self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            with contextlib.suppress(OSError):
                plain.close()
            raise
