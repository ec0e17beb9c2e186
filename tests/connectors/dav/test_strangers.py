"""A server that names other servers: none of them gets the password or an item, whatever way it takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmsync.connectors.base import RemoteCollection, Secret, Settings, Traffic
from crmsync.connectors.dav import DavConnector
from crmsync.connectors.dav.reach import Reach
from crmsync.connectors.dav.session import Session
from crmsync.errors import CrmsyncError, Untrusted
from crmsync.model import PEOPLE, CollectionKind, Cursor
from tests.connectors.dav.stage import Heard, Stage, Told, error, found, multistatus, stage

BOOK = RemoteCollection("/b/", CollectionKind.ADDRESSBOOK, "b", "vcard", PEOPLE)
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:A\r\nEND:VCARD\r\n"


def connector(at: Stage) -> DavConnector:
    return DavConnector(Settings(at.url + "/me/", "anna", Secret("correct-horse")))


@pytest.mark.parametrize(
    "named",
    [
        "<current-user-principal><href>{}/p/</href></current-user-principal>",
        "<A:addressbook-home-set><href>{}/p/</href></A:addressbook-home-set>",
        "<C:calendar-home-set><href>/me/</href><href>{}/p/</href></C:calendar-home-set>",
    ],
)
def test_a_principal_or_home_on_another_server_is_not_asked(named: str) -> None:
    with stage(lambda _: Told(401)) as stranger:

        def play(heard: Heard) -> Told:
            inside = "<resourcetype><collection/></resourcetype>" + named.format(stranger.url)
            answer = f"<response><href>{heard.path}</href><propstat><prop>{inside}</prop></propstat></response>"
            return multistatus(answer)

        with stage(play) as at, connector(at) as client, pytest.raises(Untrusted) as caught:
            client.collections()
        assert stranger.heard == []
    assert "--set trust=" in str(caught.value)


@pytest.mark.parametrize(
    "write",
    [
        lambda client, href: client.update(BOOK, href, CARD, '"1"'),
        lambda client, href: client.update(BOOK, href, CARD, 'W/"1"'),
        lambda client, href: client.delete(BOOK, href, '"1"'),
        lambda client, href: client.fetch(BOOK, [href]),
    ],
)
@pytest.mark.parametrize("shape", ["@{}/x.vcf", "http://{}/x.vcf", "//{}/x.vcf", "{}/x.vcf"])
def test_no_spelling_of_an_href_leads_elsewhere(write: Callable[[DavConnector, str], object], shape: str) -> None:
    with stage(lambda _: Told(204)) as stranger:
        href = shape.format(f"127.0.0.1:{stranger.port}")
        with stage(lambda _: multistatus(found(href))) as at, connector(at) as client:
            (listed,) = client.listing(BOOK)
            assert listed.startswith("/")
            for spelled in {listed, href} - {f"http://127.0.0.1:{stranger.port}/x.vcf"}:
                try:
                    write(client, spelled)
                except CrmsyncError as caught:
                    assert "correct-horse" not in str(caught)
        assert stranger.heard == []


@pytest.mark.parametrize(
    ("source", "target", "fine"),
    [
        ("https://example.org/", "https://example.org/dav/", True),
        ("http://example.org/", "https://example.org/dav/", True),
        ("https://example.org/", "https://dav.example.org/", True),
        ("https://icloud.example/", "https://p42.shard.example/", True),
        ("https://example.org/", "http://example.org/", False),
        ("https://example.org/", "http://dav.example.org/", False),
        ("https://example.org/", "https://example.org:8443/", True),
        ("https://example.org/", "https://badexample.org/", False),
        ("https://dav.example.org/", "https://example.org/", False),
        ("https://example.org/", "https://example.org.evil.example/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", False),
        ("https://example.org/", "file:///etc/passwd", False),
    ],
)
def test_who_may_be_given_the_password(source: str, target: str, fine: bool) -> None:
    session = Session("anna", Secret("pw"), Traffic(), Reach(trusted=(".shard.example",)), "")
    if fine:
        session.check(source, target)
    else:
        with pytest.raises(Untrusted):
            session.check(source, target)


def test_a_host_beside_the_server_is_known_where_both_are_below_the_domain_of_the_account() -> None:
    session = Session("anna", Secret("pw"), Traffic(), Reach("example.org"), "")
    session.check("https://carddav.example.org/", "https://dav.example.org/")
    for stranger in ("https://example.com/", "http://dav.example.org/"):
        with pytest.raises(Untrusted):
            session.check("https://carddav.example.org/", stranger)


@pytest.mark.parametrize("location", ["http://[bad", "http://h:99999/", "mailto:x", "file:///etc/passwd"])
def test_a_redirect_to_what_is_no_address_is_untrusted(location: str) -> None:
    with stage(lambda _: Told(302, headers={"Location": location})) as at, connector(at) as client:
        with pytest.raises(Untrusted):
            client.listing(BOOK)
        with pytest.raises(Untrusted):
            client.create(BOOK, "crmsync-x", CARD)


@pytest.mark.parametrize(
    ("refusal", "remembered"),
    [(Told(403), False), (error(403, "supported-report"), True), (Told(405), True), (Told(501), True)],
)
def test_only_a_server_that_knows_no_report_is_remembered_as_one(refusal: Told, remembered: bool) -> None:
    """A right that is missing today would otherwise cost a whole listing at every sync for ever."""

    def play(heard: Heard) -> Told:
        return refusal if b"sync-collection" in heard.body else multistatus(found("/b/same.vcf"))

    with stage(play) as at, connector(at) as client:
        pages = list(client.pull(BOOK, Cursor("t"), lambda: {"/b/same.vcf": '"1"'}))
        assert pages[-1].listing == {"/b/same.vcf"}
        assert client.hints() == ({"report /b/": "none"} if remembered else {})
