"""From an e-mail address to a synced card: a name server and a Radicale over TLS, both real, both on loopback.

Loopback is private, so a test either confirms the host, as a user would, or takes loopback for a part of the Internet.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crmsync.connectors.dav import names, reach
from tests.cli.terminal import Terminal
from tests.connectors.dav.certificates import certificate
from tests.connectors.dav.directory import Directory
from tests.connectors.dav.name_server import NameServer, name_server
from tests.live.servers import PASSWORD, USER, Server, radicale

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]

ACME, DAV = "acme.example", "dav.acme.example"
CARDS, CALENDARS = f"_carddavs._tcp.{ACME}", f"_caldavs._tcp.{ACME}"
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada\r\nFN:Ada Lovelace\r\nX-OURS:kept\r\nEND:VCARD\r\n"


@dataclass(frozen=True, slots=True)
class Company:
    """A domain whose address books are at a server of its own, and somebody's terminal."""

    crm: Terminal
    server: Server
    dns: NameServer
    pem: Path

    @property
    def origin(self) -> str:
        return f"https://{DAV}:{self.server.port}"

    @property
    def signed_in(self) -> tuple[str, ...]:
        return ("--username", USER, "--password-stdin", "--set", f"ca={self.pem}")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"), DAV)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory, pem: Path) -> Iterator[Server]:
    with radicale(tmp_path_factory.mktemp("radicale"), pem) as server:
        yield server


@pytest.fixture
def company(
    secure: Server, pem: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Company]:
    book = secure.root / "people"
    book.mkdir(parents=True, exist_ok=True)
    (book / ".Radicale.props").write_text(json.dumps({"tag": "VADDRESSBOOK", "D:displayname": "People"}))
    (book / "ada.vcf").write_bytes(CARD.encode())
    hosts = Directory()
    hosts.put(DAV, secure.port)
    monkeypatch.setattr(socket, "getaddrinfo", hosts)
    with name_server() as dns:
        monkeypatch.setenv(names.SERVER, dns.address)
        dns.zone = {f"SRV {CARDS}": [f"0 0 {secure.port} {DAV}."], f"SRV {CALENDARS}": ["0 0 0 ."]}
        crm = Terminal(tmp_path / "home", capsys, monkeypatch)
        crm("init", "--yes")
        yield Company(crm, secure, dns, pem)


def test_a_card_is_synced_both_ways_with_a_server_that_only_an_address_was_known_of(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "is_public", lambda _: True)
    crm = company.crm
    added = ("account", "add", "dav", "work", "--url", f"ada@{ACME}", *company.signed_in)
    said = crm(*added, stdin=PASSWORD + "\n")
    assert "1 of 1 collections: People" in said.out
    assert f"SRV {CARDS} -> {DAV}:{company.server.port}\nSRV {CALENDARS} -> not offered\n" in said.err
    assert f"{company.origin}/u/ -> 1 address book\n" in said.err
    assert PASSWORD not in said.err
    company.dns.zone.clear()
    crm("sync")
    crm("queue", "assign", "--all", "--type", "contact", "--import")
    (record,) = crm.json("records", "list")["records"]
    crm("records", "set", record["id"], "title=Countess")
    crm("sync")
    text = (company.server.root / "people/ada.vcf").read_text()
    assert "TITLE:Countess" in text
    assert "X-OURS:kept" in text
    (run,) = crm.json("sync")["runs"]
    assert (run["state"], sum(run["pushed"].values()), sum(run["pulled"].values())) == ("done", 0, 0)


def test_a_server_in_a_private_network_has_to_be_confirmed_and_nothing_is_kept_before(company: Company) -> None:
    added = ("account", "add", "dav", "work", "--url", f"ada@{ACME}", *company.signed_in)
    said = company.crm(*added, code=1, stdin=PASSWORD + "\n")
    assert f"--set trust={DAV}" in said.err
    assert company.crm.json("account", "list")["accounts"] == []
    company.crm(*added, "--set", f"trust={DAV}", stdin=PASSWORD + "\n")
    (run,) = company.crm.json("sync")["runs"]
    assert (run["state"], run["queued"]) == ("done", 1)


def test_a_look_at_an_address_says_where_it_leads_and_writes_nothing(company: Company) -> None:
    look = ("account", "discover", f"ada@{ACME}")
    trusted = ("--set", f"trust={DAV}", "--set", f"ca={company.pem}")
    before = {path: path.stat().st_mtime_ns for path in company.crm.home.store.parent.rglob("*")}
    seen = company.crm.json(*look, *company.signed_in, "--set", f"trust={DAV}", stdin=PASSWORD + "\n")
    assert seen["collections"] == [
        {"name": "People", "kind": "addressbook", "href": f"{company.origin}/u/people/", "read_only": False}
    ]
    assert seen["trace"][0] == {"asked": f"SRV {CARDS}", "answer": f"{DAV}:{company.server.port}"}
    assert seen["sign_in"] == ""
    shown = company.crm(*look, *company.signed_in, "--set", f"trust={DAV}", stdin=PASSWORD + "\n")
    assert "People" in shown.out
    stranger = company.crm.json(*look, *trusted)
    assert stranger["sign_in"].startswith(company.origin)
    assert stranger["collections"] == []
    assert "say --username" in company.crm(*look, *trusted).out
    wrong = company.crm(*look, *company.signed_in, "--set", f"trust={DAV}", code=4, stdin="wrong\n")
    assert wrong.out == ""
    assert {path: path.stat().st_mtime_ns for path in company.crm.home.store.parent.rglob("*")} == before
