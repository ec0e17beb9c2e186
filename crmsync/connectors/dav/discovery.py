"""From an address to address books and calendars (RFC 6764).

The address may be a collection, a home, a principal, a host name or an e-mail address. What is not done: DNS SRV and
TXT records, for which the standard library has no resolver; the well-known paths of the domain and of its usual
sub-domains are asked instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crmsync.connectors.base import RemoteCollection
from crmsync.connectors.dav import bodies
from crmsync.connectors.dav.hrefs import normal, origin, resolve, without_secret
from crmsync.connectors.dav.multistatus import CAL, CARD, DAV, Row
from crmsync.connectors.dav.reach import Reach, hosts
from crmsync.connectors.dav.session import Session, fail
from crmsync.errors import BadConfig, CrmsyncError, SignInNeeded, Skip, Unreachable, Untrusted
from crmsync.model import PEOPLE, CollectionKind, RecordType

_SUBDOMAINS = ("", "dav.", "carddav.", "caldav.")
_WELL_KNOWN = ("/.well-known/carddav", "/.well-known/caldav")
_HOMES = (f"{CARD}addressbook-home-set", f"{CAL}calendar-home-set")


def starts(address: str) -> Sequence[str]:
    """The URLs to begin at, best first. Raises `BadConfig` for what is no address."""
    if "://" in address:
        return (_url(address),)
    _, mail, domain = address.rpartition("@")
    host = domain.strip("/")
    if not host or any(char.isspace() or not char.isprintable() for char in host):
        raise BadConfig("give a URL, a host name or an e-mail address", thing=address)
    return tuple(_url(f"https://{sub}{host}") for sub in (_SUBDOMAINS if mail else ("",)))


def reach(address: str, trust: str) -> Reach:
    """Which servers an account with this address may talk to; `trust`: hosts that the user confirmed."""
    own = urlsplit(starts(address)[0]).hostname or ""
    return Reach(own, "@" not in address or "://" in address, hosts(trust))


def _url(address: str) -> str:
    try:
        parts = urlsplit(address)
        secret, fine = parts.password, parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError as error:
        raise BadConfig(f"this is no address ({error})", thing=address.rpartition("@")[2]) from error
    shown = without_secret(address)
    if not fine:
        raise BadConfig("this is no http or https address", thing=shown)
    if secret:
        raise BadConfig(
            "a password does not belong into an address", thing=shown, next_step="Give it when asked for it"
        )
    return shown


def discover(session: Session, address: str) -> Sequence[RemoteCollection]:
    """Every collection that can be used. Raises `SignInNeeded`, `Untrusted`, `Unreachable`, `BadConfig`."""
    failures: list[CrmsyncError] = []
    places = starts(address)
    for start in places:
        try:
            found = _Search(session, start, origin(places[0])).run()
        except SignInNeeded:
            raise
        except (Unreachable, Untrusted, Skip) as error:
            failures.append(error)
            continue
        if found:
            return found
    if failures:
        raise failures[0]
    return ()


@dataclass(slots=True)
class _Search:
    session: Session
    start: str
    own: str

    def run(self) -> Sequence[RemoteCollection]:
        homes: list[str] = []
        asked: set[str] = set()
        for group in self._places():
            for base, row in [found for url in group for found in self._look(url, asked)]:
                if (one := _collection(row, self._href(base, row.href))) is not None:
                    return (one,)
                homes += self._homes(base, row, asked)
            if homes:
                break
        found: dict[str, RemoteCollection] = {}
        for home in dict.fromkeys(homes) or [self.start]:
            for base, row in self._inside(home):
                if (one := _collection(row, self._href(base, row.href))) is not None:
                    found[one.href] = one
        return tuple(found.values())

    def _places(self) -> Sequence[Sequence[str]]:
        """Where to look, best first; the members of a group are all asked."""
        given = [[self.start]] if urlsplit(self.start).path.strip("/") else []
        return [*given, _well_known(self.start), [origin(self.start) + "/"]]

    def _look(self, url: str, asked: set[str]) -> list[tuple[str, Row]]:
        """What a place says of itself; nothing where there is no DAV."""
        if url in asked:
            return []
        asked.add(url)
        try:
            answer = self.session.send("PROPFIND", url, bodies.WHO, depth="0")
        except Untrusted:
            if url in _well_known(self.start):
                raise
            return []
        if answer.status == 401:
            raise SignInNeeded("the user name or password was not accepted", thing=url, next_step="Sign in again")
        if answer.status != 207:
            return []
        rows = self._with_kind(answer.url, list(answer.multistatus().rows))
        return [(answer.url, row) for row in rows]

    def _inside(self, home: str) -> list[tuple[str, Row]]:
        """What is in a home. One that fails is a failure, not an empty one; one that is not there, or not ours, is."""
        answer = self.session.send("PROPFIND", home, bodies.WHAT, depth="1")
        if answer.status in (403, 404, 405, 410, 501):
            return []
        if answer.status not in (200, 207):
            fail(answer)
        return [(answer.url, row) for row in answer.multistatus().rows]

    def _with_kind(self, url: str, rows: list[Row]) -> list[Row]:
        """A collection's own description needs more properties than a principal's."""
        kinds = [row for row in rows if _kind(row) is not None]
        return list(self.session.ask("PROPFIND", url, bodies.WHAT, depth="0").rows) if kinds else rows

    def _homes(self, base: str, row: Row, asked: set[str]) -> list[str]:
        homes = [
            self._checked(base, href.text.strip())
            for name in _HOMES
            if name in row.props
            for href in row.props[name].iter(f"{DAV}href")
            if href.text
        ]
        principal = row.props.get(f"{DAV}current-user-principal")
        if homes or principal is None:
            return homes
        target = principal.findtext(f"{DAV}href")
        if not target:
            return []
        found: list[str] = []
        for next_base, next_row in self._look(self._checked(base, target.strip()), asked):
            found += self._homes(next_base, next_row, asked)
        return found

    def _checked(self, base: str, href: str) -> str:
        """The URL that is meant. It may be on another host (iCloud's shards), if that one may get the password."""
        url = resolve(base, href)
        if origin(url) != origin(base):
            self.session.check(self.start, url)
        return url

    def _href(self, base: str, href: str) -> str:
        """The path, where the collection is on the server that was set up; the whole URL elsewhere."""
        url = resolve(base, href)
        return normal(url) if origin(url) == self.own else url


def _well_known(start: str) -> tuple[str, ...]:
    return tuple(origin(start) + path for path in _WELL_KNOWN)


def _kind(row: Row) -> str | None:
    types = row.props.get(f"{DAV}resourcetype")
    if types is None:
        return None
    if types.find(f"{CARD}addressbook") is not None:
        return "vcard"
    return "ical" if types.find(f"{CAL}calendar") is not None else None


def _collection(row: Row, href: str) -> RemoteCollection | None:
    kind = _kind(row)
    if kind is None:
        return None
    shown = row.props.get(f"{DAV}displayname")
    name = (shown.text or "").strip() if shown is not None else ""
    name = name or href.rstrip("/").rpartition("/")[2]
    href = href if href.endswith("/") else href + "/"
    if kind == "vcard":
        return RemoteCollection(href, CollectionKind.ADDRESSBOOK, name, "vcard", PEOPLE, _read_only(row))
    accepts = _components(row)
    if not accepts:
        return None
    tasks_only = accepts == (RecordType.TASK,)
    where = CollectionKind.TASKS if tasks_only else CollectionKind.CALENDAR
    return RemoteCollection(href, where, name, "ical", accepts, _read_only(row))


def _components(row: Row) -> tuple[RecordType, ...]:
    """What a calendar takes; a server that does not say takes everything (RFC 4791 section 5.2.3)."""
    told = row.props.get(f"{CAL}supported-calendar-component-set")
    names = {"VEVENT", "VTODO"} if told is None else {comp.get("name", "").upper() for comp in told}
    types = {"VEVENT": RecordType.APPOINTMENT, "VTODO": RecordType.TASK}
    return tuple(kind for name, kind in types.items() if name in names)


def _read_only(row: Row) -> bool:
    granted = row.props.get(f"{DAV}current-user-privilege-set")
    if granted is None:
        return False
    names = {str(privilege.tag) for one in granted.iter(f"{DAV}privilege") for privilege in one}
    return bool(names) and not names & {f"{DAV}{name}" for name in ("write", "write-content", "bind", "all")}
