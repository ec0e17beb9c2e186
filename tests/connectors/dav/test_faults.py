"""Whatever a server, a proxy or a network does: never taken for "the remote is empty", never for success."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from crmsync.connectors.base import Gone, RemoteCollection, Secret, Settings, Unusable, Upsert
from crmsync.connectors.dav import DavConnector
from crmsync.errors import Busy, CrmsyncError, Locked, Moved, Refused, SignInNeeded, Unreachable, Untrusted
from crmsync.model import PEOPLE, CollectionKind, Cursor
from tests.connectors.dav.stage import Heard, Stage, Told, error, found, multistatus, stage, status

BOOK = RemoteCollection("/b/", CollectionKind.ADDRESSBOOK, "b", "vcard", PEOPLE)
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:A\r\nEND:VCARD\r\n"
PASSWORD = "correct-horse"
HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"


def connector(at: Stage, **options: str) -> DavConnector:
    return DavConnector(Settings(at.url + "/b/", "anna", Secret(PASSWORD), options))


def always(told: Told) -> Callable[[Heard], Told]:
    return lambda _: told


READS: dict[str, Callable[[DavConnector], object]] = {
    "pull": lambda c: list(c.pull(BOOK, None, dict)),
    "delta": lambda c: list(c.pull(BOOK, Cursor("t1"), dict)),
    "listing": lambda c: c.listing(BOOK),
    "fetch": lambda c: c.fetch(BOOK, ["/b/a.vcf"]),
    "find": lambda c: c.find(BOOK, "crmsync-x"),
}
WRITES: dict[str, Callable[[DavConnector], object]] = {
    "create": lambda c: c.create(BOOK, "crmsync-x", CARD.encode()),
    "update": lambda c: c.update(BOOK, "/b/a.vcf", CARD.encode(), '"1"'),
    "delete": lambda c: c.delete(BOOK, "/b/a.vcf", '"1"'),
}
ALL = READS | WRITES

_CHUNKED = b"HTTP/1.1 207 X\r\nTransfer-Encoding: chunked\r\n\r\n"
BROKEN: dict[str, tuple[Told, type[CrmsyncError]]] = {
    "nothing at all": (Told(raw=b""), Unreachable),
    "half a status line": (Told(raw=b"HTTP/1.1 2"), Unreachable),
    "a body that ends early": (Told(raw=b"HTTP/1.1 207 X\r\nContent-Length: 5000\r\n\r\n<multistatus"), Unreachable),
    "a chunk that ends early": (
        Told(raw=b"HTTP/1.1 207 X\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<mul"),
        Unreachable,
    ),
    "gzip that is none": (Told(207, b"no gzip", {"Content-Encoding": "gzip"}), Unreachable),
    "gzip that ends early": (Told(207, gzip.compress(b"<a/>" * 99)[:-9], {"Content-Encoding": "gzip"}), Unreachable),
    "401": (Told(401), SignInNeeded),
    "403": (Told(403), Refused),
    "429": (Told(429, headers={"Retry-After": "7"}), Busy),
    "500": (Told(500), Unreachable),
    "502": (Told(502, HTML, {"Content-Type": "text/html"}), Unreachable),
    "503": (Told(503), Busy),
    "504": (Told(504), Unreachable),
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("operation", ALL)
def test_no_fault_is_taken_for_an_answer(what: str, operation: str) -> None:
    told, expected = BROKEN[what]
    with stage(always(told)) as at, connector(at) as client, pytest.raises(expected) as caught:
        ALL[operation](client)
    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("operation", READS)
def test_a_page_for_people_is_not_a_remote(operation: str) -> None:
    portal = Told(200, HTML, {"Content-Type": "text/html"})
    with stage(always(portal)) as at, connector(at) as client, pytest.raises(Untrusted):
        READS[operation](client)


@pytest.mark.parametrize(
    "body", [b"", b"not xml", b"<multistatus xmlns='DAV:'><response>", b"<html xmlns='DAV:'/>", b"<a/>"]
)
@pytest.mark.parametrize("operation", READS)
def test_rubbish_in_place_of_xml_is_not_an_empty_remote(operation: str, body: bytes) -> None:
    with stage(always(Told(207, body))) as at, connector(at) as client, pytest.raises((Unreachable, Untrusted)):
        READS[operation](client)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><multistatus xmlns="DAV:"><sync-token>&c;</sync-token></multistatus>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<multistatus xmlns="DAV:"><sync-token>&x;</sync-token></multistatus>"""


@pytest.mark.parametrize("body", [BOMB, FILE])
def test_entities_are_neither_expanded_nor_fetched(body: bytes) -> None:
    with stage(always(Told(207, body))) as at, connector(at) as client, pytest.raises(Untrusted):
        READS["pull"](client)


def test_xml_of_any_depth_is_read_or_refused() -> None:
    deep = b"<multistatus xmlns='DAV:'>" + b"<x>" * 5000 + b"</x>" * 5000 + b"</multistatus>"
    with stage(always(Told(207, deep))) as at, connector(at) as client:
        try:
            READS["pull"](client)
        except CrmsyncError as caught:
            assert isinstance(caught, Unreachable)


# --- redirects


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_never_redirected(operation: str, code: int) -> None:
    def play(heard: Heard) -> Told:
        return Told(code, headers={"Location": "/elsewhere/"}) if heard.path.startswith("/b/") else Told(201)

    with stage(play) as at, connector(at) as client, pytest.raises(Untrusted):
        WRITES[operation](client)
    assert [heard.path for heard in at.heard if not heard.path.startswith("/b/")] == []


def test_a_read_follows_a_redirect_on_the_same_server() -> None:
    def play(heard: Heard) -> Told:
        if heard.path == "/b/":
            return Told(307, headers={"Location": "/moved/"})
        return multistatus(found("/moved/a.vcf"), token="t")

    with stage(play) as at, connector(at) as client:
        assert client.listing(BOOK) == {"/moved/a.vcf"}


def test_a_read_never_follows_a_redirect_to_a_stranger_and_no_password_goes_there() -> None:
    with (
        stage(always(Told(207))) as stranger,
        stage(always(Told(302, headers={"Location": stranger.url + "/x"}))) as at,
    ):
        with connector(at) as client, pytest.raises(Untrusted) as caught:
            client.listing(BOOK)
        assert stranger.heard == []
    assert str(stranger.port) in str(caught.value)


def test_redirects_without_end_are_given_up() -> None:
    with stage(always(Told(302, headers={"Location": "/b/"}))) as at, connector(at) as client:
        with pytest.raises(Untrusted):
            client.listing(BOOK)
        assert len(at.heard) < 10


# --- waiting


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("120", 120, 120),
        ("0", 0, 0),
        ("-5", 60, 60),
        ("soon", 60, 60),
        ("", 60, 60),
        ("999999999", 86400, 86400),
        (timedelta(hours=10), 30000, 36000),
        (timedelta(days=-1), 0, 0),
        (timedelta(days=3650), 86400, 86400),
    ],
)
def test_how_long_to_wait_is_obeyed_and_never_more_than_a_day(header: str | timedelta, low: float, high: float) -> None:
    # The moment is made here: in the name of the test it would differ between the processes that collect it.
    text = header if isinstance(header, str) else format_datetime(datetime.now(UTC) + header)
    told = Told(429, headers={"Retry-After": text})
    with stage(always(told)) as at, connector(at) as client, pytest.raises(Busy) as caught:
        client.listing(BOOK)
    assert low <= caught.value.after <= high


# --- writes


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_a_failed_precondition_means_that_the_item_moved(operation: str) -> None:
    with stage(always(Told(412))) as at, connector(at) as client, pytest.raises(Moved):
        WRITES[operation](client)


@pytest.mark.parametrize("code", [403, 405, 409, 413, 415, 507])
@pytest.mark.parametrize("operation", WRITES)
def test_what_a_server_does_not_take_is_refused_for_this_item_only(operation: str, code: int) -> None:
    told = error(code, "no-uid-conflict")
    with stage(always(told)) as at, connector(at) as client, pytest.raises(Refused) as caught:
        WRITES[operation](client)
    assert "no-uid-conflict" in str(caught.value)


@pytest.mark.parametrize("operation", WRITES)
def test_an_item_that_is_locked_is_tried_later_and_stops_no_other(operation: str) -> None:
    with stage(always(Told(423))) as at, connector(at) as client, pytest.raises(Locked):
        WRITES[operation](client)


@pytest.mark.parametrize("operation", WRITES)
def test_a_write_is_never_sent_twice_and_always_guarded(operation: str) -> None:
    with stage(always(Told(raw=b""))) as at, connector(at) as client, pytest.raises(Unreachable):
        WRITES[operation](client)
    (heard,) = at.heard
    assert heard.headers.get("if-none-match") == "*" or heard.headers.get("if-match") == '"1"'


def test_a_weak_etag_is_compared_before_the_item_is_overwritten() -> None:
    def play(heard: Heard) -> Told:
        return multistatus(found("/b/a.vcf", 'W/"2"', CARD)) if heard.method == "REPORT" else Told(204)

    with stage(play) as at, connector(at) as client:
        with pytest.raises(Moved):
            client.update(BOOK, "/b/a.vcf", CARD.encode(), 'W/"1"')
        client.update(BOOK, "/b/a.vcf", CARD.encode(), 'W/"2"')
    assert [heard.method for heard in at.heard] == ["REPORT", "REPORT", "PUT"]


def test_a_server_may_put_a_new_item_elsewhere_and_say_no_etag() -> None:
    with stage(always(Told(201, headers={"Location": "/b/its-own%20name.vcf"}))) as at, connector(at) as client:
        written = client.create(BOOK, "crmsync-x", CARD.encode())
    assert (written.href, written.etag) == ("/b/its-own%20name.vcf", None)


# --- sync reports


@pytest.mark.parametrize("code", [403, 409, 412])
def test_a_refused_token_leads_to_a_full_listing_whatever_its_status(code: int) -> None:
    def play(heard: Heard) -> Told:
        if b"multiget" in heard.body:
            return multistatus(found("/b/a.vcf", '"1"', CARD))
        if b">old<" in heard.body:
            return error(code, "valid-sync-token")
        return multistatus(found("/b/a.vcf"), found("/b/known.vcf", '"k"'), token="new")

    with stage(play) as at, connector(at) as client:
        pages = list(client.pull(BOOK, Cursor("old"), lambda: {"/b/known.vcf": '"k"', "/b/gone.vcf": '"g"'}))
    assert (pages[-1].cursor, pages[-1].listing) == ("new", {"/b/a.vcf", "/b/known.vcf"})
    assert [change.item.href for page in pages for change in page.changes if isinstance(change, Upsert)] == ["/b/a.vcf"]


def test_a_report_that_was_cut_is_followed_to_its_end() -> None:
    def play(heard: Heard) -> Told:
        if b"multiget" in heard.body:
            names = [name for name in ("a", "b") if f"/b/{name}.vcf".encode() in heard.body]
            return multistatus(*[found(f"/b/{name}.vcf", '"1"', CARD) for name in names])
        if b">half<" in heard.body:
            return multistatus(found("/b/b.vcf"), token="whole")
        return multistatus(found("/b/a.vcf"), status("/b/", 507), token="half")

    with stage(play) as at, connector(at) as client:
        pages = list(client.pull(BOOK, None, dict))
    assert (pages[-1].cursor, pages[-1].listing) == ("whole", {"/b/a.vcf", "/b/b.vcf"})


def test_a_report_that_is_cut_for_ever_never_counts_as_complete() -> None:
    cut = multistatus(found("/b/a.vcf", '"1"', CARD), status("/b/", 507), token="same")
    with stage(always(cut)) as at, connector(at) as client, pytest.raises(Unreachable):
        list(client.pull(BOOK, None, dict))


def test_a_server_without_sync_reports_is_listed_by_etag_and_remembered() -> None:
    def play(heard: Heard) -> Told:
        if b"sync-collection" in heard.body:
            return Told(415)
        if b"multiget" in heard.body:
            return multistatus(found("/b/a.vcf", '"2"', CARD))
        return multistatus(found("/b/", None), found("/b/a.vcf", '"2"'), found("/b/same.vcf", '"s"'))

    with stage(play) as at, connector(at) as client:
        pages = list(client.pull(BOOK, None, lambda: {"/b/same.vcf": '"s"', "/b/a.vcf": '"1"'}))
        asked = len(at.heard)
        list(client.pull(BOOK, None, lambda: {"/b/same.vcf": '"s"', "/b/a.vcf": '"2"'}))
        assert len(at.heard) == asked + 1
    assert (pages[-1].cursor, pages[-1].listing) == (None, {"/b/a.vcf", "/b/same.vcf"})


@pytest.mark.parametrize("operation", ["pull", "delta", "listing"])
def test_a_collection_that_is_gone_is_a_failure_and_never_an_empty_one(operation: str) -> None:
    with stage(always(Told(404))) as at, connector(at) as client, pytest.raises(Moved):
        READS[operation](client)


def test_one_response_with_an_error_is_one_item_that_cannot_be_had() -> None:
    def play(heard: Heard) -> Told:
        if b"multiget" in heard.body:
            empty = found("/b/empty.vcf", '"1"')
            return multistatus(
                found("/b/good.vcf", '"1"', CARD), status("/b/bad.vcf", 500), status("/b/no.vcf", 404), empty
            )
        names = ("good", "bad", "no", "empty")
        return multistatus(*[found(f"/b/{name}.vcf") for name in names], status("/b/old.vcf", 404), token="t")

    with stage(play) as at, connector(at) as client:
        changes = [change for page in client.pull(BOOK, Cursor("t0"), dict) for change in page.changes]
    assert [change.item.href for change in changes if isinstance(change, Upsert)] == ["/b/good.vcf"]
    assert {change.href for change in changes if isinstance(change, Unusable)} == {"/b/bad.vcf", "/b/empty.vcf"}
    assert [change.href for change in changes if isinstance(change, Gone)] == ["/b/old.vcf"]


def test_a_poisoned_batch_is_halved_until_the_one_bad_item_is_found() -> None:
    names = [f"/b/{n}.vcf" for n in range(200)]

    def play(heard: Heard) -> Told:
        if b"multiget" not in heard.body:
            return multistatus(*[found(name) for name in names], token="t")
        asked = [name for name in names if f"<href>{name}</href>".encode() in heard.body]
        if "/b/77.vcf" in asked:
            return Told(500)
        return multistatus(*[found(name, '"1"', CARD) for name in asked])

    with stage(play) as at, connector(at) as client:
        changes = [change for page in client.pull(BOOK, None, dict) for change in page.changes]
    assert [change.href for change in changes if isinstance(change, Unusable)] == ["/b/77.vcf"]
    assert len(changes) == 200
    assert len(at.heard) <= 2 + 2 * 9


@pytest.mark.parametrize(
    "href", ["/b/a%40b.vcf", "/b/a@b.vcf", "http://127.0.0.1/b/a@b.vcf", "//b//a@b.vcf", "/b/%61@b.vcf"]
)
def test_one_item_has_one_href_however_it_is_spelled(href: str) -> None:
    told = multistatus(found(href, '"1"', CARD), token="t")
    with stage(always(told)) as at, connector(at) as client:
        assert client.listing(BOOK) == {"/b/a@b.vcf"}


def test_a_stale_connection_is_replaced_for_a_read() -> None:
    """The server closes the kept connection after its first answer, without saying so."""
    plain = b"HTTP/1.1 207 X\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s"
    body = multistatus(found("/b/a.vcf")).body
    with stage(always(Told(raw=plain % (len(body), body)))) as at, connector(at) as client:
        assert client.listing(BOOK) == client.listing(BOOK) == {"/b/a.vcf"}


def test_digest_credentials_are_given_where_a_server_insists() -> None:
    def play(heard: Heard) -> Told:
        if heard.headers.get("authorization", "").startswith("Digest "):
            return multistatus(found("/b/a.vcf"))
        return Told(401, headers={"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth", algorithm=MD5'})

    with stage(play) as at, connector(at) as client:
        assert client.listing(BOOK) == {"/b/a.vcf"}
    assert all(PASSWORD not in str(heard.headers) for heard in at.heard)
