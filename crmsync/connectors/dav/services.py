"""Where a domain says that its address books and calendars are (RFC 6764), and who takes its mail.

Nothing here is sent to the servers that DNS names. A target outside the domain is refused unless the user confirmed it
(section 8): whoever can answer a DNS question could else ask for the password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crmsync.connectors import registry
from crmsync.connectors.base import Step, Tell
from crmsync.connectors.dav.hrefs import ascii_host, at, normal, origin
from crmsync.connectors.dav.reach import Reach
from crmsync.errors import Unreachable, Untrusted

if TYPE_CHECKING:
    from crmsync.connectors.dav.names import Names

SERVICES = ("carddav", "caldav")

_MOST = 8
"""So many targets of a service are tried: each may take as long as a server that does not answer."""

_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+").fullmatch
_PROVIDERS = (
    (("google.com", "googlemail.com"), "Google", "google"),
    (("outlook.com", "office365.com", "mx.microsoft"), "Microsoft", "microsoft"),
    (("icloud.com", "apple.com"), "Apple", "icloud"),
)
"""Whose hosts end like this: those that have a kind of account of their own, which does better than CardDAV there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a service is, as URLs, best first. None of them: the domain says that it does not offer it."""

    service: str
    starts: tuple[str, ...]


def domain_of(address: str) -> str:
    """The domain to ask DNS about; `""` where an address leaves nothing to ask: a path, a port, a number, one label."""
    url = "://" in address
    host = urlsplit(address).hostname or "" if url else address.rpartition("@")[2].strip("/")
    host = ascii_host(host.rstrip("."))
    if (url and (urlsplit(address).path.strip("/") or urlsplit(address).port)) or _is_number(host):
        return ""
    return host if _HOST(host) else ""


def offers(domain: str, reach: Reach, tell: Tell, *, plain: bool) -> Sequence[Offer]:
    """What DNS says of each service; nothing of those it does not know, or where no name server answers.

    `plain`: the user typed http://, so services without TLS will do where there are none with it. Raises `Untrusted`
    where all targets of a service are strangers; it names them all. Raises `Unreachable` where the name server falls
    silent between the services: what it would have said of the other one must not be taken for nothing.
    """
    try:
        from crmsync.connectors.dav.names import Names

        names = Names()
    except Unreachable as error:
        tell(Step(f"DNS {domain}", error.what))
        return ()
    found: list[Offer] = []
    strangers: dict[str, None] = {}
    try:
        for service in SERVICES:
            name, urls = _targets(names, service, domain, tell, plain=plain)
            known = tuple(url for url in urls if reach.knows(urlsplit(url).hostname or ""))
            if name:
                found.append(Offer(service, known))
            if urls and not known:
                strangers.update((urlsplit(url).hostname or "", None) for url in urls)
    except Unreachable as error:
        tell(Step(f"DNS {domain}", error.what))
        if any(offer.starts for offer in found):
            raise
    else:
        if strangers or not found:
            _tell_of_mail(names, domain, tell)
    if strangers:
        raise _strange(domain, list(strangers))
    return found


def _targets(names: Names, service: str, domain: str, tell: Tell, *, plain: bool) -> tuple[str, list[str]]:
    """The name under which DNS knows the service, `""` for none, and its URLs: none where it is not offered."""
    schemes = {"https": f"_{service}s._tcp.{domain}"} | ({"http": f"_{service}._tcp.{domain}"} if plain else {})
    for scheme, name in schemes.items():
        targets = [one for one in names.services(name) if one.host == "" or (_HOST(one.host) and one.port)][:_MOST]
        told = ", ".join(f"{one.host}:{one.port}" if one.host else "not offered" for one in targets)
        tell(Step(f"SRV {name}", told or "no"))
        if not targets:
            continue
        path = _path(names, name, tell)
        return name, [_url(scheme, one.host, one.port, path) for one in targets if one.host]
    return "", []


def _path(names: Names, name: str, tell: Tell) -> str:
    """Without it, the well-known path of the target leads on."""
    try:
        path = names.path(name)
    except Unreachable as error:
        tell(Step(f"TXT {name}", error.what))
        return ""
    if path:
        tell(Step(f"TXT {name}", f"path={path}"))
    return path


def _url(scheme: str, host: str, port: int, path: str) -> str:
    """Whatever stands in the path, it does not change the host."""
    return at(origin(f"{scheme}://{host}:{port}"), normal(path))


def _strange(domain: str, strangers: Sequence[str]) -> Untrusted:
    kinds = [f" {word}." for host in strangers for word in _providers([host], "It belongs to")]
    return Untrusted(
        f"DNS sends us to {' and '.join(strangers)}, outside of this domain",
        thing=domain,
        next_step=f"If that is right, add the account with --set trust={','.join(strangers)}.{''.join(kinds[:1])}",
    )


def _tell_of_mail(names: Names, domain: str, tell: Tell) -> None:
    try:
        hosts = names.mail(domain)
    except Unreachable:  # a hint less
        return
    for text in list(_providers(hosts, "its mail is at"))[:1]:
        tell(Step(f"MX {domain}", text))


def _providers(hosts: Sequence[str], beginning: str) -> Iterator[str]:
    """What is to be said of hosts that belong to a provider with a kind of its own."""
    for ends, provider, kind in _PROVIDERS:
        if any(host == end or host.endswith("." + end) for host in hosts for end in ends):
            there = kind == "icloud" or kind in registry.kinds()
            use = f"add the account with the kind `{kind}`" if there else f"this version has no kind `{kind}` yet"
            yield f"{beginning} {provider}: {use}"


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
