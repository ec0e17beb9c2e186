"""A new account, from one address to its first sync, with a real server; the password is nowhere afterwards."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from crmsync.errors import Usage
from crmsync.store.accounts import Account
from crmsync_tui.account_rows import Hidden, check_address, kind_of, name_for, previewed
from crmsync_tui.errand import Errand
from crmsync_tui.screens.home_screen import HomeScreen
from crmsync_tui.widgets.detail import Detail
from tests.live.servers import PASSWORD, USER, Server, radicale
from tests.tui.stage import SIZES, Crm, Stage, cards, staged

SECRET = "pw-planted-9f2c"
NASTY = "[ACME] x [/foo] \x1b[31m\u202e"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with radicale(tmp_path_factory.mktemp("radicale")) as running:
        book = running.collection("vcard")
        running.collection("ical")
        running.put(f"{book}a.vcf", cards([("Ada Lovelace", "ada@firm.example")]))
        named = f'<propertyupdate xmlns="DAV:"><set><prop><displayname>{NASTY[:15]}&#x202e;</displayname></prop></set>'
        text = f"{named}</propertyupdate>".encode()
        assert running.request("PROPPATCH", book, text, Content_Type="application/xml")[0] == 207
        yield running


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def nothing(crm: Crm) -> None:
    pass


def accounts(stage: Stage) -> list[Account]:
    with stage.store() as store, store.view() as view:
        return list(view.accounts.all())


@pytest.mark.live
@pytest.mark.timeout(120)
@pytest.mark.parametrize("size", SIZES)
async def test_an_address_becomes_an_account_and_its_first_sync(
    tmp_path: Path, size: tuple[int, int], server: Server
) -> None:
    async with staged(tmp_path, nothing, size) as stage:
        assert "Where is it?" in await stage.press("f2")
        assert "Who are you there?" in await stage.fill(server.url)
        trace = stage.app.screen_stack[-2].query_one(Detail)
        assert f"127.0.0.1:{server.port}" in "".join(trace.render_line(y).text for y in range(6))
        assert "Password of u" in await stage.fill(USER)
        text = await stage.fill(PASSWORD)
        assert "What takes part?" in text and "[ACME] x [/foo]" in text and "\u202e" not in text
        assert "appointments" in text and "two-way" in text
        await stage.press("space")
        assert "What do you call it?" in await stage.press("enter")
        text = await stage.fill("work")
        assert "work is added" in text and "0 items would be added there" in text
        assert [one.name for one in accounts(stage)] == ["work"]
        await stage.press("s")
        assert any("work: synced" in one for one in stage.messages)
        assert "Where is it?" not in stage.text
        assert PASSWORD not in [one.value for one in stage.app.query(Input)]


@pytest.mark.live
@pytest.mark.timeout(120)
async def test_a_refused_password_is_said_in_words_and_asked_again(tmp_path: Path, server: Server) -> None:
    async with staged(tmp_path, nothing) as stage:
        await stage.press("f2")
        await stage.fill(server.url)
        await stage.fill(USER)
        form = stage.app.screen.query_one(Input)
        text = await stage.fill(SECRET)
        assert form.password and form.value == ""
        assert "Who are you there?" in text and "password" in text and SECRET not in text
        assert accounts(stage) == [] and not stage.home.secrets.exists()
        assert "Where is it?" in await stage.press("escape")
        gc.collect()
        held = [one for one in gc.get_objects() if isinstance(one, Input | Hidden)]
        assert not [one for one in held if isinstance(one, Hidden)]
        assert not [one for one in held if isinstance(one, Input) and one.value == SECRET]
        await stage.press("escape")
        assert "Where is it?" not in stage.text


@pytest.mark.timeout(120)
async def test_a_folder_is_found_by_its_path_and_going_back_forgets_it_again(tmp_path: Path) -> None:
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "a.vcf").write_bytes(cards([("Ada", "ada@firm.example")]))
    async with staged(tmp_path, nothing) as stage:
        await stage.press("f2")
        assert "no such folder" in await stage.fill(str(tmp_path / "nowhere"))
        assert "What takes part?" in await stage.fill(str(folder))
        await stage.press("m", "enter")
        text = await stage.fill("drop")
        assert "1 item goes into the queue" in text
        assert [(one.name, one.mode.value) for one in accounts(stage)] == [("drop", "import")]
        text = await stage.press("escape")
        assert "What do you call it?" in text and accounts(stage) == []
        await stage.press("enter", "l")
        assert [one.name for one in accounts(stage)] == ["drop"]
        assert any("nothing was synced yet" in one for one in stage.messages)


@pytest.mark.timeout(120)
async def test_who_goes_to_another_screen_meanwhile_is_asked_there_and_finds_home_afterwards(tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "a.vcf").write_bytes(cards([("Ada", "ada@firm.example")]))
    async with staged(tmp_path, nothing) as stage:
        await stage.press("f2")
        stage.app.screen.query_one(Input).value = str(tmp_path / "cards")
        stage.app.screen.query_one(Input).post_message(Input.Submitted(stage.app.screen.query_one(Input), ""))
        while not any(one.group == "errand" for one in stage.app.workers):
            await asyncio.sleep(0.01)
        stage.app.switch_mode("queue")
        await stage.settle()
        assert "What takes part?" in stage.text
        assert "Where is it?" in await stage.press("escape")
        await stage.press("escape")
        assert stage.app.current_mode == "queue" and len(stage.app.screen_stack) == 1
        await stage.press("1")
        assert isinstance(stage.app.screen, HomeScreen)


async def test_a_command_that_cannot_be_started_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crm = Crm(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere"))
    answer = await Errand(crm.home, "").run("sync", secret=SECRET)
    assert not answer.well and "cannot be started" in answer.text and SECRET not in repr(answer)


@pytest.mark.parametrize("address", ["", " ", "--home=/x", "https://u:pw@host/"])
def test_an_address_that_would_be_an_option_or_show_a_password_is_refused(address: str) -> None:
    with pytest.raises(Usage, match=r"type an e-mail|leave the password out"):
        check_address(address)


def test_the_kind_and_a_free_name_come_from_the_address(tmp_path: Path) -> None:
    assert [kind_of(one) for one in ("ada@me.com", "ada@firm.example", "https://x.example/")] == [
        "icloud",
        "dav",
        "dav",
    ]
    assert kind_of(str(tmp_path)) == ""
    (tmp_path / "t.csv").touch()
    assert (kind_of(str(tmp_path)), kind_of(str(tmp_path / "t.csv"))) == ("csv", "csv")
    (tmp_path / "t.vcf").touch()
    assert kind_of(str(tmp_path)) == ""
    assert name_for("ada@firm.example", []) == "firm"
    assert name_for("https://dav.firm.example/x", ["firm"]) == "firm-2"
    assert name_for("/home/ada/My cards", []) == "My-cards"


def test_a_preview_counts_each_way_and_names_hostile_records_harmlessly() -> None:
    plan = [
        {"action": "create", "name": NASTY},
        {"action": "update", "name": "x", "remote": {"a": 1}, "crm": {}},
        {"action": "delete", "name": "y"},
    ]
    text = "\n".join(one.plain for one in previewed({"queued": 1200, "plan": plan, "parked": 1}))
    assert "1 item would be added there" in text and "1 item would be deleted there" in text
    assert "1,200 items go into the queue" in text and "[ACME] x [/foo]" in text
    assert "\x1b" not in text and "\u202e" not in text


async def test_what_a_command_tells_is_heard_line_by_line(tmp_path: Path) -> None:
    crm = Crm(tmp_path)
    crm("init", "--yes")
    heard: list[str] = []
    answer = await Errand(crm.home, "").run("sync", "nobody", secret="x" * 100_000, hear=heard.append)
    assert answer.code == 2 and heard == answer.text.splitlines()
