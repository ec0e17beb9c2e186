"""Writing to servers that do not keep the rules, or over networks that answer in their place."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from crmsync.connectors.base import RemoteCollection, Secret, Settings
from crmsync.connectors.dav import DavConnector
from crmsync.connectors.dav.full_wire import FullWire
from crmsync.errors import BadConfig, Moved, Untrusted
from crmsync.model import PEOPLE, CollectionKind, RecordType
from tests.connectors.dav.certificates import certificate
from tests.connectors.dav.stage import Heard, Stage, Told, found, multistatus, stage

BOOK = RemoteCollection("/b/", CollectionKind.ADDRESSBOOK, "b", "vcard", PEOPLE)
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:A\r\nEND:VCARD\r\n"
HTML = Told(200, b"<html>log in</html>", {"Content-Type": "text/html; charset=utf-8"})
WRITES: dict[str, Callable[[DavConnector], object]] = {
    "create": lambda c: c.create(BOOK, "crmsync-x", CARD.encode()),
    "update": lambda c: c.update(BOOK, "/b/a.vcf", CARD.encode(), '"1"'),
    "delete": lambda c: c.delete(BOOK, "/b/a.vcf", '"1"'),
}


def connector(at: Stage, **options: str) -> DavConnector:
    return DavConnector(Settings(at.url + "/b/", "anna", Secret("pw"), options))


@pytest.mark.parametrize("operation", WRITES)
def test_a_page_for_people_is_no_success(operation: str) -> None:
    with stage(lambda _: HTML) as at, connector(at) as client, pytest.raises(Untrusted):
        WRITES[operation](client)


@pytest.mark.parametrize("operation", WRITES)
def test_a_server_that_ignores_conditions_is_looked_at_before_each_write(operation: str) -> None:
    def play(heard: Heard) -> Told:
        if heard.method == "REPORT":
            return multistatus(found("/b/a.vcf", '"2"', CARD), found("/b/crmsync-x.vcf", '"2"', CARD))
        return Told(204)

    with stage(play) as at, connector(at, guards="none") as client, pytest.raises(Moved):
        WRITES[operation](client)
    assert [heard.method for heard in at.heard] == ["REPORT"]


def test_a_server_that_replaced_what_it_was_told_not_to_is_known_from_then_on() -> None:
    with stage(lambda heard: Told(204) if heard.method == "PUT" else multistatus()) as at, connector(at) as client:
        assert "guards" not in client.hints()
        WRITES["create"](client)
        assert client.hints()["guards"] == "none"


def test_a_server_that_says_created_is_taken_at_its_word() -> None:
    with stage(lambda _: Told(201)) as at, connector(at) as client:
        WRITES["create"](client)
        assert client.hints() == {}


def test_deleting_what_is_gone_is_fine_with_a_weak_etag_too() -> None:
    def play(heard: Heard) -> Told:
        return Told(404) if heard.method == "GET" else multistatus()

    with stage(play) as at, connector(at) as client:
        client.delete(BOOK, "/b/a.vcf", 'W/"1"')
    assert "DELETE" not in [heard.method for heard in at.heard]


def test_a_place_that_is_no_address_does_not_undo_what_was_written() -> None:
    with stage(lambda _: Told(201, headers={"Location": "http://[::1"})) as at, connector(at) as client:
        assert client.create(BOOK, "crmsync-x", CARD.encode()).href == "/b/crmsync-x.vcf"


def test_a_task_is_found_by_its_uid_in_a_calendar_that_takes_both() -> None:
    both = RemoteCollection("/c/", CollectionKind.CALENDAR, "c", "ical", (RecordType.APPOINTMENT, RecordType.TASK))
    todo = "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:crmsync-x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"

    def play(heard: Heard) -> Told:
        if heard.method == "GET":
            return Told(404)
        if b"VTODO" in heard.body:
            return multistatus(found("/c/moved.ics", '"1"', todo).replace("A:address", "C:calendar"))
        return multistatus()

    with stage(play) as at, connector(at) as client:
        item = client.find(both, "crmsync-x")
    assert item is not None
    assert item.href == "/c/moved.ics"


# --- certificates


class _Fine(BaseHTTPRequestHandler):
    def do_PROPFIND(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = multistatus(found("/b/0.vcf")).body
        self.send_response(207)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class _Secure(HTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us says good-bye."""


def test_a_certificate_nobody_vouches_for_is_refused_unless_its_authority_is_named(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    server = _Secure(("127.0.0.1", 0), _Fine)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    url = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with DavConnector(Settings(url)) as client, pytest.raises(Untrusted, match="ca=FILE"):
            client.listing(BOOK)
        full = FullWire(url, None, "", digest=False)
        with pytest.raises(Untrusted, match="ca=FILE"):
            full.exchange("PROPFIND", "/b/", b"", {})
        full.close()
        with DavConnector(Settings(url, options={"ca": str(pem)})) as client:
            assert client.listing(BOOK) == {"/b/0.vcf"}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    settings = Settings("https://127.0.0.1:1/", options={"ca": str(file)})
    with DavConnector(settings) as client, pytest.raises(BadConfig):
        client.listing(BOOK)
    with pytest.raises(BadConfig):
        FullWire("https://127.0.0.1:1", None, str(file), digest=True)


@pytest.mark.parametrize(
    ("told", "mails"),
    [
        (Told(200, headers={"DAV": "1, 3, calendar-access, calendar-auto-schedule"}), True),
        (Told(200, headers={"DAV": "1, 2, 3, calendar-access, addressbook"}), False),
        (Told(405), True),
    ],
)
def test_a_server_says_whether_it_mails_participants_and_is_doubted_if_it_says_nothing(told: Told, mails: bool) -> None:
    with stage(lambda _: told) as at, connector(at) as client:
        assert client.schedules(BOOK) is mails
        assert [heard.method for heard in at.heard] == ["OPTIONS"]
