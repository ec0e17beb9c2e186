"""Requests are well-formed XML, whatever a server or a person put into what they hold."""

from __future__ import annotations

import pytest
from lxml import etree

from crmsync.connectors.dav import bodies
from crmsync.connectors.dav.multistatus import CAL, CARD, DAV

HOSTILE = "]]><x a='\"&amp;&e;--> ü"


@pytest.mark.parametrize("body", [bodies.WHO, bodies.WHAT, bodies.ETAGS])
def test_questions_are_propfinds(body: bytes) -> None:
    assert etree.fromstring(body).tag == f"{DAV}propfind"


def test_a_token_goes_back_as_it_came_and_no_limit_is_set() -> None:
    root = etree.fromstring(bodies.changes(HOSTILE))
    assert root.findtext(f"{DAV}sync-token") == HOSTILE
    assert root.find(f"{DAV}limit") is None  # servers that cut an answer still give the newest token


@pytest.mark.parametrize(("format", "root"), [("vcard", f"{CARD}addressbook"), ("ical", f"{CAL}calendar")])
def test_hrefs_and_uids_are_carried_unharmed(format: str, root: str) -> None:
    several = etree.fromstring(bodies.multiget(format, ["/b/a.vcf", HOSTILE]))
    assert (several.tag, [href.text for href in several.iter(f"{DAV}href")]) == (
        f"{root}-multiget",
        ["/b/a.vcf", HOSTILE],
    )
    query = etree.fromstring(bodies.by_uid(format, HOSTILE, "VTODO"))
    assert query.tag == f"{root}-query"
    assert [match.text for match in query.iter(f"{CARD}text-match", f"{CAL}text-match")] == [HOSTILE]
    assert query.find(f"{DAV}prop/{DAV}getetag") is not None
