"""From an address to address books and calendars (RFC 6764).

The address may be a collection, a home, a principal, a host name or an e-mail address. A URL is asked itself, and DNS
only where nothing is there; of a host name, or the domain of an e-mail address, DNS is asked first. Where it says
nothing, the well-known paths of the domain and of its usual sub-domains are tried, then their roots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crmsync.connectors.base import RemoteCollection, Step, Tell, unheard
from crmsync.connectors.dav import bodies
from crmsync.connectors.dav.hrefs import ascii_host, normal, origin, resolve, without_secret
from crmsync.connectors.dav.multistatus import CAL, CARD, DAV, Row
from crmsync.connectors.dav.reach import Reach, hosts
from crmsync.connectors.dav.services import SERVICES, domain_of, offers
from crmsync.connectors.dav.session import Session, fail
from crmsync.errors import BadConfig, CrmsyncError, SignInNeeded, Skip, Unreachable, Untrusted
from crmsync.model import PEOPLE, CollectionKind, RecordType

_SUBDOMAINS = ("", "dav.", "carddav.", "caldav.")
_HOMES = (f"{CARD}addressbook-home-set", f"{CAL}calendar-home-set")


def starts(address: str) -> Sequence[str]:
    """The URLs to begin at, best first. Raises `BadConfig` for what is no address."""
    if "://" in address:
        return (_url(address),)
    _, mail, domain = address.rpartition("@")
    host = domain.strip("/").rstrip(".")
    if not host or any(char.isspace() or not char.isprintable() for char in host):
        raise BadConfig("give a URL, a host name or an e-mail address", thing=address)
    return tuple(_url(f"https://{sub}{host}") for sub in (_SUBDOMAINS if mail else ("",)))


def reach(address: str, trust: str) -> Reach:
    """Which servers an account with this address may talk to; `trust`: hosts that the user confirmed."""
    own = ascii_host(urlsplit(starts(address)[0]).hostname or "")
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


def discover(session: Session, address: str, tell: Tell = unheard) -> Sequence[RemoteCollection]:
    """Every collection that can be used. Raises `SignInNeeded`, `Untrusted`, `Unreachable`, `BadConfig`.

    `tell` hears of each step.
    """
    places = starts(address)
    search = _Searches(session, origin(places[0]), tell)
    domain = domain_of(address)
    if "://" not in address:
        return search.offered(domain, places)
    try:
        found = search.first(places)
    except (Unreachable, Untrusted, Skip):
        found = search.offered(domain)
        if not found:
            raise
    return found or search.offered(domain)


@dataclass(frozen=True, slots=True)
class _Searches:
    """`own`: the origin that the account was set up with."""

    session: Session
    own: str
    tell: Tell

    def first(self, places: Sequence[str], services: tuple[str, ...] = SERVICES) -> Sequence[RemoteCollection]:
        """What is at the first of these places that has something. Raises the first failure where none has."""
        failures: list[CrmsyncError] = []
        for start in places:
            try:
                found = _Search(self.session, start, self.own, services, self.tell).run()
            except (Unreachable, Untrusted, Skip) as error:
                self.tell(Step(start, error.what))
                failures.append(error)
                continue
            if found:
                return found
        if failures:
            raise failures[0]
        return ()

    def offered(self, domain: str, otherwise: Sequence[str] = ()) -> Sequence[RemoteCollection]:
        """What is where DNS says that the domain's services are; where that is nothing, what is at the other places.

        Raises `BadConfig` where DNS says that there are no services, and the first failure of what it names.
        """
        plain = self.own.startswith("http:")
        offered = offers(domain, self.session.reach, self.tell, plain=plain) if domain else ()
        denied = {offer.service for offer in offered if not offer.starts}
        wanted = tuple(service for service in SERVICES if service not in denied)
        if not wanted:
            raise BadConfig(
                "this domain says that it offers neither address books nor calendars",
                thing=domain,
                next_step="Give the URL of the server, if there is one",
            )
        groups: dict[tuple[str, ...], tuple[str, ...]] = {}
        for offer in offered:
            groups[offer.starts] = (*groups.get(offer.starts, ()), offer.service)
        found = {one.href: one for urls, services in groups.items() for one in self.first(urls, services)}
        if not found:
            return self.first(otherwise, wanted)
        for service in sorted(set(SERVICES) - {offer.service for offer in offered}):
            found |= {one.href: one for one in self._unsaid(service, found.values())}
        return tuple(found.values())

    def _unsaid(self, service: str, found: Iterable[RemoteCollection]) -> Sequence[RemoteCollection]:
        """A service that DNS says nothing of, while it knows the other one."""
        if any((one.format == "vcard") is (service == "carddav") for one in found):
            return ()
        try:
            return self.first((self.own,), (service,))
        except CrmsyncError:
            return ()


@dataclass(slots=True)
class _Search:
    session: Session
    start: str
    own: str
    services: tuple[str, ...] = SERVICES
    tell: Tell = unheard

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
            here: list[RemoteCollection] = []
            for base, row in self._inside(home):
                if (one := _collection(row, self._href(base, row.href))) is not None:
                    here.append(one)
            self.tell(Step(home, _counted(here)))
            found |= {one.href: one for one in here}
        return tuple(found.values())

    def _places(self) -> Sequence[Sequence[str]]:
        """Where to look, best first; the members of a group are all asked."""
        given = [[self.start]] if urlsplit(self.start).path.strip("/") else []
        return [*given, self._well_known(), [origin(self.start) + "/"]]

    def _well_known(self) -> tuple[str, ...]:
        return tuple(f"{origin(self.start)}/.well-known/{service}" for service in self.services)

    def _look(self, url: str, asked: set[str]) -> list[tuple[str, Row]]:
        """What a place says of itself; nothing where there is no DAV."""
        if url in asked:
            return []
        asked.add(url)
        try:
            answer = self.session.send("PROPFIND", url, bodies.WHO, depth="0")
        except Untrusted as error:
            if url in self._well_known():
                raise
            self.tell(Step(url, error.what))
            return []
        if answer.status == 401:
            self.tell(Step(url, "the user name or password is not accepted"))
            raise SignInNeeded("the user name or password was not accepted", thing=url, next_step="Sign in again")
        if answer.status != 207:
            self.tell(Step(url, f"no ({answer.status})"))
            return []
        self.tell(Step(url, "yes" if answer.url == url else answer.url))
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


def _counted(found: Sequence[RemoteCollection]) -> str:
    words = {CollectionKind.ADDRESSBOOK: "address book", CollectionKind.CALENDAR: "calendar"}
    counts = Counter(words.get(one.kind, "task list") for one in found)
    return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for word, count in counts.items()) or "nothing"


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
