"""`crmsync explain`: sums, lists and single answers, in the shape of the contract."""

from __future__ import annotations

from pathlib import Path

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card


def test_the_sums_of_an_account_agree_with_its_listing(phone: Terminal, remote: MemoryRemote) -> None:
    for name in ("Ada", "Bea", "Cy"):
        remote.seed(BOOK, name, card(name, name).encode())
    remote.seed(BOOK, "broken", b"BEGIN:VCARD\r\nno colon")
    phone("sync", code=5)
    (account,) = phone.json("explain")["accounts"]
    assert account["items"] == len(remote.contents(BOOK)) == sum(account["states"].values())
    assert account["states"] == {
        "in sync": 0, "queued": 3, "excluded": 0, "conflicted": 0, "parked": 1, "pending": 0,
    }  # fmt: skip
    assert account["rules"] == [
        {"state": "queued", "rule": "undecided", "items": 3},
        {"state": "parked", "rule": "parked", "items": 1},
    ]
    assert phone.json("explain", "--account", "phone")["accounts"] == [account]
    assert "3 of 4" in phone("explain").out
    (parked,) = phone.json("explain", "--list", "parked")["items"]
    assert (parked["href"], parked["state"]) == ("/book/broken.vcf", "parked")
    assert len(phone.json("explain", "--list", "all", "--account", "phone")["items"]) == 4
    assert "/book/broken.vcf" in phone("explain", "--list", "parked").out


def test_a_record_and_an_item_tell_their_state_and_why(phone: Terminal, remote: MemoryRemote) -> None:
    id = phone.add("name=Ada")
    assert phone.json("explain", id)["states"][0]["why"] == "not flagged for sync"
    phone("records", "flag", id, "--on")
    phone("sync")
    (href,) = remote.contents(BOOK)
    told = phone.json("explain", href)
    assert told["record"] is None
    assert told["states"] == phone.json("explain", id)["states"]
    assert set(told["states"][0]) == {"account", "collection", "href", "state", "rule", "why", "record"}
    assert f"in sync: the same as record {id}" in phone("explain", id, "--account", "phone").out
    assert "no such record" in phone.refuses("explain", "nobody")
    assert "only one" in phone.refuses("explain", id, "--list", "all")


def test_without_accounts_there_is_nothing_to_tell(crm: Terminal) -> None:
    assert crm.json("explain") == {"schema": 1, "accounts": []}
    assert "No account" in crm("explain").out
    id = crm.add("name=Ada")
    assert "at no account" in crm("explain", id).out


def test_what_came_from_a_file_is_in_sync_with_it_for_good(crm: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(card("a", "Ada"))
    crm("import", tmp_path / "a.vcf", "--type", "contact")
    (id,) = [one["id"] for one in crm.json("records", "list")["records"]]
    crm("records", "set", id, "title=CTO")
    assert [one["state"] for one in crm.json("explain", id)["states"]] == ["in sync"]
    assert crm.json("explain", crm.add("name=Bea"))["states"] == [], "a file is no account that could lack a record"


def test_hostile_names_stay_text(phone: Terminal, remote: MemoryRemote) -> None:
    for number, name in enumerate(HOSTILE):
        remote.seed(BOOK, f"{number}\x1b[31m", card(f"u{number}", name).encode())
    phone("sync")
    assert "\x1b" not in phone("explain", "--list", "all").out
