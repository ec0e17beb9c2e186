"""Getting the bytes of items: what cannot be had is told of, item by item, and nothing is lost in silence."""

from __future__ import annotations

import re

import pytest

from crmsync.connectors.base import Change, RemoteCollection, Secret, Settings, Unusable, Upsert
from crmsync.connectors.dav import DavConnector
from crmsync.errors import Unreachable, Untrusted
from crmsync.model import PEOPLE, CollectionKind, Cursor
from tests.connectors.dav.stage import Heard, Stage, Told, found, multistatus, stage, status

BOOK = RemoteCollection("/b/", CollectionKind.ADDRESSBOOK, "b", "vcard", PEOPLE)
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:A\r\nEND:VCARD\r\n"
HTML = Told(200, b"<html>log in</html>", {"Content-Type": "text/html"})


def connector(at: Stage, hints: dict[str, str] | None = None) -> DavConnector:
    return DavConnector(Settings(at.url + "/b/", "anna", Secret("pw"), hints=hints or {}))


def asked(heard: Heard) -> list[str]:
    return re.findall(r"<href>([^<]+)</href>", heard.body.decode())


def pulled(client: DavConnector) -> list[Change]:
    return [change for page in client.pull(BOOK, None, dict) for change in page.changes]


def names(count: int) -> list[str]:
    return [f"/b/{number}.vcf" for number in range(count)]


def test_one_card_that_spoils_the_xml_of_its_batch_is_read_alone() -> None:
    """A control character is fine in a card and forbidden in XML, and some servers put it there as it is."""

    def play(heard: Heard) -> Told:
        if heard.method == "GET":
            return Told(200, CARD.replace("FN:A", "FN:\x0b").encode(), {"Content-Type": "text/vcard", "ETag": '"7"'})
        if b"multiget" not in heard.body:
            return multistatus(*[found(name) for name in names(40)], token="t")
        return multistatus(*[found(n, '"1"', CARD + "\x0b" * (n == "/b/7.vcf")) for n in asked(heard)])

    with stage(play) as at, connector(at) as client:
        changes = pulled(client)
    items = {change.item.href: change.item for change in changes if isinstance(change, Upsert)}
    assert set(items) == set(names(40))
    assert (items["/b/7.vcf"].etag, b"\x0b" in items["/b/7.vcf"].raw) == ('"7"', True)


def test_a_server_that_fails_for_everything_is_ill_and_its_items_are_not() -> None:
    def play(heard: Heard) -> Told:
        return multistatus(*[found(name) for name in names(2000)], token="t") if b"sync-c" in heard.body else Told(500)

    with stage(play) as at, connector(at) as client, pytest.raises(Unreachable):
        pulled(client)
    assert len(at.heard) < 200


def test_what_a_multiget_does_not_mention_is_asked_for_alone() -> None:
    def play(heard: Heard) -> Told:
        if heard.method == "GET":
            return {
                "/b/1.vcf": Told(200, CARD.encode(), {"Content-Type": "text/vcard", "ETag": '"1"'}),
                "/b/2.vcf": Told(404),
            }.get(heard.path, Told(507))
        if b"multiget" in heard.body:
            return multistatus(found("/b/0.vcf", '"0"', CARD), found("/other/9.vcf", '"9"', CARD))
        return multistatus(*[found(name) for name in names(4)], token="t")

    with stage(play) as at, connector(at) as client:
        changes = pulled(client)
    assert [change.item.href for change in changes if isinstance(change, Upsert)] == ["/b/0.vcf", "/b/1.vcf"]
    assert [change.href for change in changes if isinstance(change, Unusable)] == ["/b/3.vcf"]


def test_a_page_for_people_is_no_item() -> None:
    def play(heard: Heard) -> Told:
        if b"multiget" in heard.body:
            return multistatus()
        return HTML if heard.method == "GET" else multistatus(found("/b/0.vcf"), token="t")

    with stage(play) as at, connector(at) as client, pytest.raises(Untrusted):
        pulled(client)


def test_large_items_come_in_small_batches() -> None:
    large = CARD.replace("FN:A", "NOTE:" + "x" * 400_000)

    def play(heard: Heard) -> Told:
        if b"multiget" not in heard.body:
            return multistatus(*[found(name) for name in names(200)], token="t")
        return multistatus(*[found(name, '"1"', large) for name in asked(heard)])

    with stage(play) as at, connector(at) as client:
        pages = [len(page.changes) for page in client.pull(BOOK, None, dict)]
    assert sum(pages) == 200
    assert max(pages[1:]) < 50


def test_a_first_download_costs_few_requests() -> None:
    def play(heard: Heard) -> Told:
        if b"multiget" not in heard.body:
            return multistatus(*[found(name) for name in names(2000)], token="t")
        return multistatus(*[found(name, '"1"', CARD) for name in asked(heard)])

    with stage(play) as at, connector(at) as client:
        assert len(pulled(client)) == 2000
    assert len(at.heard) <= 2000 // 500 + 2


# --- reports that say less than there is


def test_a_cut_is_seen_however_the_collection_is_spelled() -> None:
    def play(heard: Heard) -> Told:
        if b"multiget" in heard.body:
            return multistatus(*[found(name, '"1"', CARD) for name in asked(heard)])
        if b">half<" in heard.body:
            return multistatus(found("/b/1.vcf"), token="whole")
        return multistatus(found("/b/0.vcf"), status("/b", 507), token="half")

    with stage(play) as at, connector(at) as client:
        *_, last = client.pull(BOOK, None, dict)
    assert (last.cursor, last.listing) == ("whole", set(names(2)))


def restored(heard: Heard) -> Told:
    """A server put back from a backup: it takes a token from its own future, and finds nothing newer."""
    if b"sync-collection" in heard.body:
        return multistatus(token="older")
    if b"multiget" in heard.body:
        return multistatus(*[found(name, '"old"', CARD) for name in asked(heard)])
    return multistatus(found("/b/", None), found("/b/0.vcf", '"old"'), found("/b/1.vcf", '"1"'))


def test_another_token_without_any_change_is_not_believed() -> None:
    known = {"/b/0.vcf": '"new"', "/b/1.vcf": '"1"', "/b/2.vcf": '"2"'}
    with stage(restored) as at, connector(at) as client:
        *pages, last = client.pull(BOOK, Cursor("newer"), lambda: known)
    assert [c.item.href for page in pages for c in page.changes if isinstance(c, Upsert)] == ["/b/0.vcf"]
    assert (last.cursor, last.listing, last.complete) == ("older", {"/b/0.vcf", "/b/1.vcf"}, True)


def test_a_server_whose_tokens_change_by_themselves_is_compared_once() -> None:
    known = {"/b/0.vcf": '"old"', "/b/1.vcf": '"1"'}
    with stage(restored) as at, connector(at) as client:
        list(client.pull(BOOK, Cursor("newer"), lambda: known))
        before = len(at.heard)
        hints = dict(client.hints())
        with connector(at, hints) as later:
            (last,) = later.pull(BOOK, Cursor("newer"), lambda: known)
    assert len(at.heard) == before + 1
    assert (last.cursor, last.listing) == ("older", None)


def test_the_same_token_again_is_one_request() -> None:
    with stage(lambda _: multistatus(token="t")) as at, connector(at) as client:
        (last,) = client.pull(BOOK, Cursor("t"), dict)
    assert (len(at.heard), last.cursor, last.listing) == (1, "t", None)


@pytest.mark.parametrize("href", ["", "http://[::1/b/x.vcf"])
def test_an_href_that_is_none_names_no_item_and_stops_no_other(href: str) -> None:
    with stage(lambda _: multistatus(found(href), found("/b/0.vcf"))) as at, connector(at) as client:
        assert "/b/0.vcf" in client.listing(BOOK)
        assert "" not in client.listing(BOOK)
