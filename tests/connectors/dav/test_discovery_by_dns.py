"""From an e-mail address to collections: a real name server, and servers with certificates, all on loopback."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from crmsync.connectors.base import RemoteCollection, Secret, Settings
from crmsync.connectors.dav import DavConnector
from crmsync.errors import BadConfig, SignInNeeded, Unreachable, Untrusted
from tests.connectors.dav.certificates import certificate
from tests.connectors.dav.directory import Directory
from tests.connectors.dav.name_server import SILENT, NameServer
from tests.connectors.dav.stage import Heard, Told, found, multistatus, stage
from tests.connectors.dav.test_discovery import BOOK, BOOKS, CALENDAR, CALENDARS, FOLDER, props, server

ACME, DAV, CAL, STRANGER = "acme.example", "dav.acme.example", "cal.acme.example", "dav.provider.example"
CARDS, CALENDARS_SRV = f"_carddavs._tcp.{ACME}", f"_caldavs._tcp.{ACME}"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), ACME, f"*.{ACME}", STRANGER)


class Asked:
    """What came of one discovery."""

    def __init__(self, pem: Path, address: str = f"anna@{ACME}", trust: str = f"{ACME},{DAV},{CAL}") -> None:
        self.steps: list[str] = []
        self.collections: Sequence[RemoteCollection] = ()
        options = {"ca": str(pem), "trust": trust}
        self.client = DavConnector(Settings(address, "anna", Secret("pw"), options))
        self.client.tell = lambda step: self.steps.append(str(step))

    def look(self) -> set[str]:
        with self.client:
            self.collections = self.client.collections()
        return {one.href for one in self.collections}


def only_books(heard: Heard) -> Told:
    match heard.path, heard.headers.get("depth"):
        case (("/.well-known/carddav" | "/"), _):
            return multistatus(props(heard.path, FOLDER, BOOKS))
        case "/cards/anna/", "1":
            return multistatus(props("/cards/anna/work/", BOOK))
        case "/cards/anna/work/", _:
            return multistatus(found("/cards/anna/work/1.vcf"))
        case _:
            return Told(404)


def only_calendars(heard: Heard) -> Told:
    match heard.path, heard.headers.get("depth"):
        case "/.well-known/caldav", _:
            return multistatus(props(heard.path, FOLDER, CALENDARS))
        case "/cal/anna/", "1":
            return multistatus(props("/cal/anna/meetings/", CALENDAR))
        case _:
            return Told(404)


def test_an_address_leads_by_dns_to_the_server_that_has_its_collections(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(server, pem) as at:
        directory.put(DAV, at.port)
        srv = [f"0 0 {at.port} {DAV}."]
        dns_server.zone = {f"SRV {CARDS}": srv, f"SRV {CALENDARS_SRV}": srv, f"TXT {CARDS}": ['"path=/dav/"']}
        dns_server.zone[f"TXT {CALENDARS_SRV}"] = dns_server.zone[f"TXT {CARDS}"]
        asked = Asked(pem)
        there = f"https://{DAV}:{at.port}"
        assert asked.look() == {
            *(f"{there}/cards/anna/work/", f"{there}/cards/anna/company/"),
            *(f"{there}/cal/anna/meetings/", f"{there}/cal/anna/todo/", f"{there}/cal/anna/both/"),
        }
        assert [heard.path for heard in at.heard].count("/dav/") == 1
        assert {heard.headers["host"] for heard in at.heard} == {f"{DAV}:{at.port}"}
    assert asked.steps == [
        f"SRV {CARDS} -> {DAV}:{at.port}",
        f"TXT {CARDS} -> path=/dav/",
        f"SRV {CALENDARS_SRV} -> {DAV}:{at.port}",
        f"TXT {CALENDARS_SRV} -> path=/dav/",
        f"{there}/dav/ -> yes",
        f"{there}/p/anna/ -> yes",
        f"{there}/cards/anna/ -> 2 address books",
        f"{there}/cal/anna/ -> 2 calendars, 1 task list",
    ]


def test_an_account_that_was_found_by_dns_needs_dns_no_more(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(only_books, pem) as at:
        directory.put(DAV, at.port)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."]}
        asked = Asked(pem)
        assert asked.look() == {f"https://{DAV}/cards/anna/work/"}
        dns_server.asked.clear()
        again = Asked(pem)
        with again.client as client:
            assert client.listing(asked.collections[0]) == {"/cards/anna/work/1.vcf"}
    assert dns_server.asked == []


def test_each_service_may_have_a_server_of_its_own(dns_server: NameServer, directory: Directory, pem: Path) -> None:
    with stage(only_books, pem) as books, stage(only_calendars, pem) as calendars:
        directory.put(DAV, books.port)
        directory.put(CAL, calendars.port)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."], f"SRV {CALENDARS_SRV}": [f"0 0 443 {CAL}."]}
        assert Asked(pem).look() == {f"https://{DAV}/cards/anna/work/", f"https://{CAL}/cal/anna/meetings/"}
        assert "/.well-known/caldav" not in [heard.path for heard in books.heard]
        assert "/.well-known/carddav" not in [heard.path for heard in calendars.heard]


def test_a_service_that_dns_does_not_mention_is_looked_for_at_the_domain_itself(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(only_books, pem) as books, stage(only_calendars, pem) as calendars:
        directory.put(DAV, books.port)
        directory.put(ACME, calendars.port)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."]}
        assert Asked(pem).look() == {f"https://{DAV}/cards/anna/work/", "/cal/anna/meetings/"}
        dns_server.zone[f"SRV {CALENDARS_SRV}"] = ["0 0 0 ."]
        assert Asked(pem).look() == {f"https://{DAV}/cards/anna/work/"}


def test_the_next_target_is_asked_where_the_first_is_down(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(only_books, pem) as at:
        directory.put(DAV, at.port)
        directory.put(CAL, 1)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {CAL}.", f"1 0 443 {DAV}."]}
        asked = Asked(pem)
        assert asked.look() == {f"https://{DAV}/cards/anna/work/"}
    assert any(step.startswith(f"https://{CAL}/ -> no answer") for step in asked.steps)


def test_a_server_that_is_down_is_a_failure_and_no_missing_calendar(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    """Who chooses collections anew would else lose the calendars."""
    with stage(only_books, pem) as at:
        directory.put(DAV, at.port)
        directory.put(CAL, 1)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."], f"SRV {CALENDARS_SRV}": [f"0 0 443 {CAL}."]}
        with pytest.raises(Unreachable):
            Asked(pem).look()


@pytest.mark.parametrize("zone", [{}, {f"SRV {CARDS}": SILENT}, {f"SRV {CARDS}": [f"0 0 443 {DAV}."]}])
def test_where_dns_leads_nowhere_the_well_known_paths_are_tried(
    dns_server: NameServer, directory: Directory, pem: Path, zone: dict[str, list[str] | str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("crmsync.connectors.dav.names.PATIENCE", 0.2)
    with stage(server, pem) as at, stage(lambda _: Told(404), pem) as nothing:
        directory.put(ACME, at.port)
        directory.put(DAV, nothing.port)
        dns_server.zone = zone
        asked = Asked(pem)
        assert "/cards/anna/work/" in asked.look()
    assert f"https://{ACME}/.well-known/carddav -> https://{ACME}/dav/" in asked.steps


def test_a_service_that_is_not_offered_is_not_looked_for(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(only_calendars, pem) as at:
        directory.put(ACME, at.port)
        dns_server.zone = {f"SRV {CARDS}": ["0 0 0 ."]}
        assert Asked(pem).look() == {"/cal/anna/meetings/"}
        assert "/.well-known/carddav" not in [heard.path for heard in at.heard]
        at.heard.clear()
        dns_server.zone[f"SRV {CALENDARS_SRV}"] = ["0 0 0 ."]
        with pytest.raises(BadConfig, match="offers neither"):
            Asked(pem).look()
        assert at.heard == []


@pytest.mark.parametrize("address", [f"anna@{ACME}", ACME, f"https://{ACME}"])
def test_nothing_is_sent_to_a_stranger_that_the_user_did_not_confirm(
    dns_server: NameServer, directory: Directory, pem: Path, address: str
) -> None:
    with stage(only_books, pem) as stranger, stage(lambda _: Told(404), pem) as own:
        directory.put(STRANGER, stranger.port)
        directory.put(ACME, own.port)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {STRANGER}."]}
        with pytest.raises(Untrusted, match=f"trust={STRANGER}"):
            Asked(pem, address).look()
        assert stranger.heard == []
        assert Asked(pem, address, f"{ACME},{STRANGER}").look() == {f"https://{STRANGER}/cards/anna/work/"}


def test_nothing_is_sent_to_a_host_of_the_domain_in_a_private_network(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(only_books, pem) as at:
        directory.put(DAV, at.port)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."]}
        with pytest.raises(Untrusted, match=rf"private address.*trust={DAV}"):
            Asked(pem, trust="").look()
        assert at.heard == []


def test_a_certificate_for_another_host_is_refused(
    dns_server: NameServer, directory: Directory, tmp_path: Path
) -> None:
    """Whoever answers the question for the target's address has no certificate for its name."""
    other = certificate(tmp_path, STRANGER)
    with stage(only_books, other) as at:
        directory.put(DAV, at.port)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."]}
        with pytest.raises(Untrusted, match="certificate"):
            Asked(other).look()
        assert at.heard == []


def test_a_url_is_asked_itself_and_dns_only_where_nothing_is_there(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(only_books, pem) as at, stage(lambda _: Told(404), pem) as nothing:
        directory.put(ACME, at.port)
        assert Asked(pem, f"https://{ACME}/").look() == {"/cards/anna/work/"}
        assert dns_server.asked == []
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."]}
        directory.put(DAV, at.port)
        for port in (nothing.port, 1):
            directory.put(ACME, port)
            assert Asked(pem, f"https://{ACME}/").look() == {f"https://{DAV}/cards/anna/work/"}
        dns_server.zone = {}
        with pytest.raises(Unreachable):
            Asked(pem, f"https://{ACME}/").look()


def test_a_wrong_password_is_told_and_no_other_server_is_asked(
    dns_server: NameServer, directory: Directory, pem: Path
) -> None:
    with stage(lambda _: Told(401), pem) as at, stage(server, pem) as own:
        directory.put(DAV, at.port)
        directory.put(ACME, own.port)
        dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {DAV}."]}
        asked = Asked(pem)
        with pytest.raises(SignInNeeded):
            asked.look()
        assert len(at.heard) == 1
        assert own.heard == []
    assert "not accepted" in asked.steps[-1]
    assert "pw" not in " ".join(asked.steps)
