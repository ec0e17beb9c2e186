"""An item under another UID."""

from __future__ import annotations

import pytest

from crmsync.formats import registry
from crmsync.formats.rename import rename

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\n{}FN:Anna\r\nX-KEEP;A=1:1\r\n 2\r\nEND:VCARD\r\n"
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{0}DTSTART:20260101T100000Z\r\nBEGIN:VALARM\r\nUID:alarm\r\n"
    "END:VALARM\r\nX-KEEP:1\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n{0}RECURRENCE-ID:20260108T100000Z\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n"
)


@pytest.mark.parametrize("uid", ["UID:old\r\n", "uid:old\r\n", "item1.UID;X=1:urn:uuid:1\r\n 2\r\n"])
def test_only_the_uid_of_a_card_changes(uid: str) -> None:
    renamed = rename("vcard", CARD.format(uid).encode(), "crmsync-a")
    assert renamed == CARD.format("UID:crmsync-a\r\n").encode()
    assert registry.get("vcard").parse(renamed).uid == "crmsync-a"


def test_a_card_without_uid_gets_one() -> None:
    text = CARD.format("")
    assert rename("vcard", text.encode(), "a") == text.replace("END:VCARD", "UID:a\r\nEND:VCARD").encode()


def test_a_card_inside_a_card_keeps_its_own() -> None:
    inner = "AGENT:\r\nBEGIN:VCARD\r\nUID:agent\r\nEND:VCARD\r\n"
    text = CARD.format("UID:old\r\n" + inner)
    assert rename("vcard", text.encode(), "a") == text.replace("UID:old", "UID:a").encode()


def test_all_overrides_of_a_series_change_and_alarms_do_not() -> None:
    renamed = rename("ical", EVENT.format("UID:old\r\n").encode(), "a")
    assert renamed == EVENT.format("UID:a\r\n").encode()
    assert rename("ical", EVENT.format("").encode(), "a").count(b"UID:a\r\n") == 2


def test_a_row_keeps_its_other_keys() -> None:
    assert rename("row", b'{"uid":"1","Rabatt":"3"}', "a") == b'{"uid":"a","Rabatt":"3"}'


@pytest.mark.parametrize("raw", [b"", b"END:VCARD\n", b"UID:1", b"BEGIN:VCARD\nUID:old\nrest"])
def test_what_is_no_item_breaks_nothing(raw: bytes) -> None:
    assert rename("vcard", raw, "a") == raw.replace(b"UID:old", b"UID:a")
