"""`crmsync account`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crmsync.connectors.faults import Fault
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.desk import Desk
from crmsync.errors import Busy, SignInNeeded, Unreachable, Untrusted
from crmsync.remotes import rules
from crmsync.store.store import Store, Tables
from crmsync.syncing import lock_of
from tests.cli.terminal import BOOK, Terminal, card

PASSWORD = "correct horse battery staple"


def test_an_account_is_listed_in_the_shape_of_the_contract(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    phone("sync")
    assert phone.json("account", "list")["accounts"] == [
        {
            "name": "phone",
            "kind": "memory",
            "mode": "two-way",
            "state": "ok",
            "paused": False,
            "message": "",
            "filter": None,
            "collections": [{"name": "book", "kind": "addressbook", "href": BOOK, "selected": True, "items": 1}],
        }
    ]
    assert "phone" in phone("account", "list").out


def test_without_an_account_the_lists_say_what_to_do(crm: Terminal) -> None:
    assert crm.json("account", "list") == {"schema": 1, "accounts": []}
    assert "account add" in crm("account", "list").out
    assert crm.json("sync") == {"schema": 1, "runs": []}
    assert "account add" in crm("sync").out


def test_only_the_named_collections_take_part(crm: Terminal, remote: MemoryRemote) -> None:
    remote.add_collection("/private/")
    said = crm.json("account", "add", "memory", "phone", "--url", "remote", "--collection", "book")
    assert [one["href"] for one in said["collections"]] == [BOOK]
    (account,) = crm.json("account", "list")["accounts"]
    assert {one["href"]: one["selected"] for one in account["collections"]} == {BOOK: True, "/private/": False}
    remote.seed("/private/", "a", card("1", "Ada").encode())
    assert crm.json("sync")["runs"][0]["queued"] == 0


def test_an_account_may_allow_mail_to_participants_and_does_not_by_default(crm: Terminal, remote: MemoryRemote) -> None:
    assert "yes or no" in crm.refuses("account", "add", "memory", "work", "--url", "remote", "--set", "mails=perhaps")
    crm("account", "add", "memory", "work", "--url", "remote", "--set", "mails=yes")
    assert crm.json("sync")["runs"][0]["mails"] == 0
    with Store.open(crm.home.store) as store, store.view() as view:
        allows, usual = view.accounts.get("work"), replace(view.accounts.get("work"), options={})
    desk = Desk(crm.home, "")
    assert rules(desk, allows).budgets.mails
    assert not rules(desk, usual).budgets.mails
    desk.close()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SignInNeeded("wrong password"), 4),
        (Unreachable("no answer"), 69),
        (Busy("later"), 75),
        (Untrusted("a log-in page"), 1),
    ],
)
def test_an_account_that_cannot_be_reached_leaves_nothing_behind(
    crm: Terminal, remote: MemoryRemote, error: Exception, code: int
) -> None:
    remote.fail(Fault(1, error))  # type: ignore[arg-type]
    words = ("account", "add", "memory", "phone", "--url", "remote", "--username", "u", "--password-stdin", "--json")
    said = crm(*words, code=code, stdin=PASSWORD + "\n")
    assert said.out == ""
    assert crm.json("account", "list")["accounts"] == []
    assert not crm.home.secrets.exists()


def test_a_store_that_fails_at_the_last_moment_takes_the_password_back(
    crm: Terminal, remote: MemoryRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Tables, "collections", property(broken))
    words = ("account", "add", "memory", "phone", "--url", "remote", "--username", "u", "--password-stdin")
    assert "No space left" in crm(*words, code=1, stdin=PASSWORD + "\n").err
    monkeypatch.undo()
    assert json.loads(crm.home.secrets.read_text()) == {}


@pytest.mark.parametrize(
    ("words", "complaint", "code"),
    [
        (["nokind", "x"], "no kind of account", 78),
        (["memory", "x", "--url", "elsewhere"], "no remote in memory", 78),
        (["memory", "x", "--url", "remote", "--set", "pair"], "KEY=VALUE", 2),
        (["memory", "x", "--url", "remote", "--set", "no=option"], "no option", 78),
        (["memory", "x", "--url", "remote", "--collection", "nowhere"], "no such collection", 2),
        (["memory", "x", "--url", "remote", "--mode", "sideways"], "invalid choice", 2),
        (["memory", "x", "--url", "remote", "--password-stdin"], "no password on standard input", 2),
        (["csv", "x"], "no file is named", 78),
        (["folder", "x", "--url", "/nowhere/at/all"], "", 69),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_and_nothing_is_kept(
    crm: Terminal, remote: MemoryRemote, words: list[str], complaint: str, code: int
) -> None:
    assert complaint in crm.refuses("account", "add", *words, code=code)
    assert crm.json("account", "list")["accounts"] == []
    assert not crm.home.secrets.exists()


@pytest.mark.parametrize(
    "name", ["", "files", "crm", "any", "a b", "-x", "../up", "\x1b[31m", "\u202ex", "x" * 65, "漢字"]
)
def test_a_name_that_would_mean_something_else_is_refused(crm: Terminal, remote: MemoryRemote, name: str) -> None:
    said = crm.refuses("account", "add", "memory", "--url", "remote", "--", name)
    assert not {"\x1b", "\u202e"} & set(said)
    assert crm.json("account", "list")["accounts"] == []


def test_a_name_is_taken_once(phone: Terminal) -> None:
    assert "such an account already" in phone.refuses("account", "add", "memory", "phone", "--url", "remote")


def test_an_empty_remote_is_no_account(crm: Terminal, remote: MemoryRemote) -> None:
    remote.remove_collection(BOOK)
    assert "is there" in crm.refuses("account", "add", "memory", "phone", "--url", "remote")


def test_a_password_is_asked_for_only_at_a_terminal(
    crm: Terminal, remote: MemoryRemote, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or PASSWORD)
    crm("account", "add", "memory", "one", "--url", "remote", "--username", "u")
    assert asked == []
    from crmsync.cli import main

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert main(["account", "add", "memory", "two", "--url", "remote", "--username", "u"]) == 0
    assert asked == ["Password of u: "]
    assert json.loads(crm.home.secrets.read_text()) == {"two": PASSWORD}


def test_a_check_counts_and_tells_what_is_new_left_out_and_gone(crm: Terminal, remote: MemoryRemote) -> None:
    remote.add_collection("/private/")
    crm("account", "add", "memory", "phone", "--url", "remote", "--collection", BOOK)
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    remote.add_collection("/new/")
    said = crm.json("account", "check", "phone")
    assert (said["ok"], said["account"]) == (True, "phone")
    assert {one["href"]: (one["state"], one["items"]) for one in said["collections"]} == {
        BOOK: ("synced", 1),
        "/private/": ("left out", 0),
        "/new/": ("new", 0),
    }
    remote.remove_collection(BOOK)
    gone = crm("account", "check", "phone", "--json", code=1)
    assert gone.json["ok"] is False
    assert "no longer there" in gone.err
    assert crm("account", "check", "phone", code=1).out.count("gone") == 1


def test_a_collection_that_disappeared_fails_its_account_alone(phone: Terminal, tmp_path: Path) -> None:
    other = tmp_path / "vdir"
    other.mkdir()
    (other / "a.vcf").write_text(card("1", "Ada"), newline="")
    phone("account", "add", "folder", "desk", "--url", other)
    phone("sync")
    (other / "a.vcf").unlink()
    other.rmdir()
    said = phone("sync", "--json", code=69)
    states = {run["account"]: run["state"] for run in said.json["runs"]}
    assert states == {"phone": "done", "desk": "failed"}
    assert phone.json("account", "list")["accounts"][1]["state"] == "failing"
    assert len(phone.json("queue", "list")["items"]) == 1


def test_a_collection_that_disappeared_stops_no_other_of_its_account(crm: Terminal, remote: MemoryRemote) -> None:
    remote.add_collection("/gone/")
    remote.add_collection("/other/")
    crm("account", "add", "memory", "phone", "--url", "remote")
    remote.seed("/other/", "a", card("1", "Ada").encode())
    remote.remove_collection("/gone/")
    said = crm("sync", "--json", code=5)
    (run,) = said.json["runs"]
    assert (run["state"], run["queued"]) == ("failed", 1)
    assert "gone" in run["error"]
    assert "crmsync account check phone" in crm("sync", code=5).err


def test_removing_forgets_the_account_and_its_password_and_nothing_else(crm: Terminal, remote: MemoryRemote) -> None:
    words = ("account", "add", "memory", "phone", "--url", "remote", "--username", "u", "--password-stdin")
    crm(*words, stdin=PASSWORD + "\n")
    remote.seed(BOOK, "a", card("1", "Ada").encode())
    crm("sync")
    crm("queue", "assign", "--all", "--type", "contact", "--import")
    assert crm.json("account", "remove", "phone")["removed"] == "phone"
    assert json.loads(crm.home.secrets.read_text()) == {}
    assert crm.json("records", "list")["total"] == 1
    assert len(remote.contents(BOOK)) == 1
    assert "no such account" in crm.refuses("account", "remove", "phone")
    for action in ("check", "remove"):
        crm.refuses("account", action, "nobody", "--json")


def test_imported_files_are_no_remote(crm: Terminal, tmp_path: Path) -> None:
    (tmp_path / "a.vcf").write_text(card("1", "Ada"), newline="")
    crm("import", tmp_path / "a.vcf")
    assert crm.json("sync")["runs"] == []
    assert "imported" in crm.refuses("sync", "files")
    assert "imported" in crm.refuses("account", "check", "files")


def test_what_the_remote_taught_us_is_kept_with_the_account_from_the_start(crm: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "vdir"
    folder.mkdir()
    crm("account", "add", "folder", "desk", "--url", folder)
    with crm.behind() as tx:
        assert tx.accounts.get("desk").hints["root"]
    folder.rename(tmp_path / "elsewhere")
    folder.mkdir()  # what is left in its place when a disk is not mounted
    assert "disk may not be mounted" in crm("sync", code=69).err


def test_ejecting_removes_exactly_what_we_wrote(phone: Terminal, remote: MemoryRemote) -> None:
    theirs = remote.seed(BOOK, "theirs", card("1", "Ada").encode())
    phone("records", "flag", phone.add("name=Bob"), "--on")
    phone("sync")
    phone("queue", "assign", "--all", "--type", "contact", "--import")
    phone("sync")
    assert len(remote.contents(BOOK)) == 2
    said = phone.json("account", "remove", "phone", "--eject")
    assert (said["removed"], said["ejected"]) == ("phone", 1)
    assert list(remote.contents(BOOK)) == [theirs]
    assert phone.json("records", "list")["total"] == 2
    assert phone.json("account", "list")["accounts"] == []


def test_an_item_of_ours_that_somebody_edited_stays_and_is_listed(phone: Terminal, remote: MemoryRemote) -> None:
    for name in ("Bob", "Cleo"):
        phone("records", "flag", phone.add(f"name={name}"), "--on")
    phone("sync")
    href = next(href for href, raw in remote.contents(BOOK).items() if b"FN:Bob" in raw)
    edited = remote.contents(BOOK)[href].replace(b"END:VCARD", b"TITLE:CTO\r\nEND:VCARD")
    remote.edit(BOOK, href, edited)
    said = phone("account", "remove", "phone", "--eject", "--json")
    report = said.json["report"]
    assert [one["href"] for one in report["kept"]] == [href]
    assert (len(report["removed"]), report["restored"], report["failed"]) == (1, [], [])
    assert f"kept {href}: it was edited there" in said.err
    assert remote.contents(BOOK) == {href: edited}
    assert phone.json("account", "list")["accounts"] == []


def test_what_cannot_be_taken_back_keeps_the_account(phone: Terminal, remote: MemoryRemote) -> None:
    phone("records", "flag", phone.add("name=Bob"), "--on")
    phone("sync")
    remote.protect(BOOK, True)
    said = phone("account", "remove", "phone", "--eject", "--json", code=5)
    assert (said.json["removed"], len(said.json["report"]["failed"])) == (None, 1)
    assert phone("account", "remove", "phone", "--eject", code=5).out.endswith("so the account stays; try again.\n")
    remote.protect(BOOK, False)
    assert phone.json("account", "remove", "phone", "--eject")["ejected"] == 1
    assert "put back to what they were" not in phone("account", "list").out


@pytest.mark.parametrize("more", [(), ("--eject",)])
def test_an_account_that_another_process_syncs_is_not_removed_meanwhile(phone: Terminal, more: tuple[str, ...]) -> None:
    lock = lock_of(phone.home, "phone")
    assert lock.take()
    try:
        assert "it is being synced" in phone("account", "remove", "phone", *more, code=75).err
    finally:
        lock.release()
    assert phone("account", "remove", "phone", *more).out.startswith("phone: forgotten")


def test_an_ejection_that_is_cut_off_goes_on_the_next_time(phone: Terminal, remote: MemoryRemote) -> None:
    for name in ("Ada", "Bob", "Cleo"):
        phone("records", "flag", phone.add(f"name={name}"), "--on")
    phone("sync")
    remote.fail(Fault(3, Unreachable("cut off")))
    phone.refuses("account", "remove", "phone", "--eject", code=69)
    assert phone.json("account", "remove", "phone", "--eject")["ejected"] == 2
    assert remote.contents(BOOK) == {}


def test_a_password_that_changed_is_given_again_and_kept_once_it_was_accepted(
    crm: Terminal, remote: MemoryRemote
) -> None:
    crm("account", "add", "memory", "phone", "--url", "remote", "--username", "u")
    assert "--password-stdin" in crm.refuses("account", "sign-in", "phone")
    remote.fail(Fault(1, SignInNeeded("wrong")))
    crm("account", "sign-in", "phone", "--password-stdin", code=4, stdin="wrong\n")
    assert not crm.home.secrets.exists()
    for password in ("new", "newer"):
        assert crm.json("account", "sign-in", "phone", "--password-stdin", stdin=f"{password}\n")["account"] == "phone"
        assert json.loads(crm.home.secrets.read_text()) == {"phone": password}
    assert crm("sync").code == 0
    crm.refuses("account", "sign-in", "nobody", "--password-stdin")


def test_collections_that_came_and_went_are_chosen_anew(phone: Terminal, remote: MemoryRemote) -> None:
    remote.add_collection("/new/")
    remote.remove_collection(BOOK)
    assert "crmsync account select phone" in phone("account", "check", "phone", code=1).err
    said = phone.json("account", "select", "phone")
    assert [one["href"] for one in said["collections"]] == ["/new/"]
    assert phone.json("account", "check", "phone")["ok"] is True
    assert phone.json("sync")["runs"][0]["state"] == "done"
    remote.add_collection("/newer/")
    phone("account", "select", "phone", "--collection", "newer")
    (account,) = phone.json("account", "list")["accounts"]
    assert [one["href"] for one in account["collections"] if one["selected"]] == ["/newer/"]
    assert "no such collection" in phone.refuses("account", "select", "phone", "--collection", "nowhere")
