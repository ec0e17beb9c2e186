"""Addresses for deliveries stay in the CRM until somebody wants them on the phone."""

from __future__ import annotations

import json
from typing import Any

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, Terminal


def anna(crm: Terminal) -> str:
    """Somebody with a home and a shed for parcels, flagged for the phone."""
    parts = ({"value": {"street": "Via Roma 1"}}, {"value": {"street": "Via Po 9"}, "label": "delivery"})
    id = crm.add("name=Anna Rossi", f"addresses={json.dumps(parts)}")
    crm("records", "flag", id, "--on")
    return id


def streets(crm: Terminal, id: str) -> list[str]:
    held = crm.json("records", "show", id)["fields"]["addresses"]
    return [one["value"]["street"] for one in held]


def synced(crm: Terminal, remote: MemoryRemote) -> tuple[str, bytes]:
    """Syncs until nothing is left to do; the href and the bytes of the one item there is."""
    crm("sync")
    crm("sync")
    assert total(crm.json("sync")["runs"][0]) == 0
    assert total(crm.json("sync", "--full")["runs"][0]) == 0
    (href,) = remote.contents(BOOK)
    raw = remote.raw(BOOK, href)
    assert raw is not None
    return href, raw


def total(run: Any) -> int:
    return sum(run["pulled"].values()) + sum(run["pushed"].values())


def ask(crm: Terminal, wanted: str) -> None:
    crm.home.config.write_text(f"[accounts.phone]\ndelivery_addresses = {wanted}\n")


def test_they_are_not_sent_and_not_lost_whatever_is_edited_there(phone: Terminal, remote: MemoryRemote) -> None:
    id = anna(phone)
    href, raw = synced(phone, remote)
    assert b"Via Roma 1" in raw
    assert b"Via Po 9" not in raw
    remote.edit(BOOK, href, raw.replace(b"Via Roma 1", b"Via Milano 2"))
    href, raw = synced(phone, remote)
    assert streets(phone, id) == ["Via Milano 2", "Via Po 9"]
    phone("records", "set", id, "title=CEO")
    href, raw = synced(phone, remote)
    assert b"Via Po 9" not in raw
    bare = b"\r\n".join(line for line in raw.split(b"\r\n") if b"Via Milano" not in line)
    remote.edit(BOOK, href, bare)
    synced(phone, remote)
    assert streets(phone, id) == ["Via Po 9"]


def test_one_that_was_typed_on_the_phone_comes_in_and_stays_there(phone: Terminal, remote: MemoryRemote) -> None:
    id = anna(phone)
    href, raw = synced(phone, remote)
    line = b"item7.ADR:;;Rue 3;;;;\r\nitem7.X-ABLabel:delivery\r\nEND:VCARD"
    remote.edit(BOOK, href, raw.replace(b"END:VCARD", line))
    _, raw = synced(phone, remote)
    assert streets(phone, id) == ["Via Roma 1", "Rue 3", "Via Po 9"]
    assert b"Rue 3" in raw
    assert b"Via Po 9" not in raw


def test_an_account_that_asks_for_them_gets_them_with_its_next_sync(phone: Terminal, remote: MemoryRemote) -> None:
    id = anna(phone)
    synced(phone, remote)
    ask(phone, "true")
    _, raw = synced(phone, remote)
    assert b"Via Po 9" in raw
    assert b"X-ABLabel:delivery" in raw
    ask(phone, "false")
    _, raw = synced(phone, remote)
    assert streets(phone, id) == ["Via Roma 1", "Via Po 9"]
    assert b"Via Po 9" in raw


def test_the_plan_and_the_report_show_what_would_be_sent(phone: Terminal, remote: MemoryRemote) -> None:
    anna(phone)
    (run,) = phone.json("sync", "--dry-run")["runs"]
    assert "Via Roma 1" in json.dumps(run["plan"])
    assert "Via Po 9" not in json.dumps(run["plan"])
    assert "Via Po 9" not in phone("report", "--pending", "phone", "--json").out
