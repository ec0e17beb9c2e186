"""What every command shares: options, exit codes, and that no traceback is ever shown unasked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crmsync.cli import VERBS, main
from crmsync.cli.frame import exit_code
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.errors import BadConfig, Bug, Busy, Halt, Moved, SignInNeeded, StoreBroken, Unreachable, Untrusted, Usage
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card

READING = [
    ["status"], ["queue", "list"], ["records", "list"], ["conflicts", "list"], ["plans", "list"], ["parked", "list"],
    ["runs", "list"], ["account", "list"], ["user", "list"], ["doctor", "--offline"], ["paths"],
]  # fmt: skip
"""Every command that reads without being given anything."""


@pytest.mark.parametrize("words", READING)
def test_every_reading_command_prints_one_object_and_fits_eighty_columns(crm: Terminal, words: list[str]) -> None:
    said = crm(*words, "--json")
    assert (said.out.count("\n"), said.err) == (1, "")
    assert said.json["schema"] == 1
    if words != ["paths"] and words[0] != "doctor":  # whose paths are as long as they are
        assert max(map(len, crm(*words).out.splitlines())) <= 80


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_explains_itself(bare: Terminal, verb: str) -> None:
    assert f"usage: crmsync {verb}" in bare(verb, "--help").out
    assert verb in bare("--help").out


def test_the_overview_is_the_answer_to_help_and_to_nothing(bare: Terminal) -> None:
    assert bare("help").out == bare("-h").out == bare(code=2).out
    assert max(map(len, bare("help").out.splitlines())) <= 80
    assert bare("--version").out.startswith("crmsync ")


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"], ["status", "--nonsense"], ["records"], ["records", "nonsense"], ["status", "--js"], ["--home"],
        ["--user="], ["queue", "link", "x", "y"], ["export"],
    ],
)  # fmt: skip
def test_wrong_words_are_exit_code_two_and_one_line(crm: Terminal, words: list[str]) -> None:
    crm.refuses(*words)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "", "٣" * 30, "99999999999999999999", "9" * 5000])
@pytest.mark.parametrize(
    "words", [["plans", "show"], ["parked", "drop"], ["queue", "ignore"], ["conflicts", "resolve", "--crm"]]
)
def test_an_id_is_a_number_that_the_store_can_hold(crm: Terminal, words: list[str], number: str) -> None:
    crm.refuses(*words, "--", number)


@pytest.mark.parametrize("text", [*HOSTILE, "\udcff"])
def test_hostile_words_are_shown_harmless(crm: Terminal, text: str) -> None:
    for words in (
        [text],
        ["records", "show", text],
        ["status", text],
        ["sync", text],
        ["--user", text, "records", "list"],
    ):
        said = crm.refuses(*words)
        assert not {"\x1b", "\u202e", "\x00", "\a", "\u2028"} & set(said)


def test_home_and_user_may_stand_anywhere(crm: Terminal, tmp_path: Path) -> None:
    other = str(tmp_path / "other")
    crm("init", "--home", other)
    crm(f"--home={other}", "records", "add", "--type", "lead", "name=Ada")
    assert crm.json("records", "--home", other, "list")["total"] == 1
    assert crm.json("records", "list")["total"] == 0
    assert "no such user" in crm.refuses("records", "--user", "nobody", "list")
    crm("records", "add", "--type", "lead", "--", "name=--home")
    assert crm.json("records", "list")["records"][0]["name"] == "--home"


@pytest.mark.parametrize("words", [words for words in READING if words[0] not in ("doctor", "paths")])
def test_before_init_a_command_says_what_to_do(bare: Terminal, words: list[str]) -> None:
    assert "crmsync init" in bare.refuses(*words, "--json")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Usage("x"), 2), (SignInNeeded("x"), 4), (Unreachable("x"), 69), (Busy("x"), 75), (BadConfig("x"), 78),
        (StoreBroken("x"), 1), (Untrusted("x"), 1), (Halt("x"), 1), (Moved("x"), 5), (Bug("x"), 1),
        (ValueError("x"), 1),
    ],
)  # fmt: skip
def test_each_error_has_the_exit_code_of_the_contract(error: Exception, code: int) -> None:
    assert exit_code(error) == code


def test_a_fault_of_our_own_is_one_line_and_a_traceback_only_with_debug(
    crm: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise ZeroDivisionError("we")

    monkeypatch.setattr("crmsync.cli.verb_paths.run", broken)
    assert "--debug" in crm.refuses("paths", code=1)
    with pytest.raises(ZeroDivisionError):
        main(["paths", "--debug"])


def test_being_stopped_is_exit_code_130(crm: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("crmsync.cli.verb_paths.run", stopped)
    assert "what was done is kept" in crm("paths", code=130).err


def test_ctrl_c_ends_a_running_command_without_a_traceback(crm: Terminal) -> None:
    waits = "import sys, time; sys.stderr.write('ready'); sys.stderr.flush(); time.sleep(9)"
    script = f"""
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # where the tests run in the background, it is ignored
import crmsync.cli.verb_paths as paths
from crmsync.cli import main
paths.run = lambda *_: exec({waits!r})
raise SystemExit(main(["paths"]))
"""
    running = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
    assert running.stderr is not None
    assert running.stderr.read(5) == b"ready"
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=10)
    assert running.returncode == 130
    assert b"Traceback" not in err


def test_a_reader_that_goes_away_is_no_error(crm: Terminal) -> None:
    for n in range(30):
        crm.add(f"name={'x' * 5000}{n}")
    command = [sys.executable, "-m", "crmsync", "records", "list", "--json"]
    env = {**os.environ, "PYTHONUNBUFFERED": ""}  # unbuffered, Python does not notice that half was not written
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    assert running.stdout is not None
    running.stdout.read(10)
    running.stdout.close()
    assert running.stderr is not None
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait(10) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_behind_the_output_is_said_once(crm: Terminal) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "crmsync", "status"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"crmsync: No space left on device\n")


def test_output_that_is_closed_is_no_traceback(crm: Terminal) -> None:
    done = subprocess.run(f"{sys.executable} -m crmsync status >&-", shell=True, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    done = subprocess.run(f"{sys.executable} -m crmsync nonsense 2>&-", shell=True, capture_output=True, check=False)
    assert done.returncode == 2


@pytest.mark.parametrize(
    "encoding", [{"LANG": "C", "LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "0", "LC_ALL": "POSIX"}]
)
def test_any_name_can_be_shown_in_any_locale(crm: Terminal, encoding: dict[str, str]) -> None:
    crm.add("name=Jürgen 漢字 \u202e")
    for words in (["records", "list"], ["records", "show", "Jürgen"]):
        done = crm.process(*words, env=encoding)
        assert b"Traceback" not in done.stderr
    data = json.loads(crm.process("records", "list", "--json", env=encoding).stdout)
    assert data["records"][0]["name"] == "Jürgen 漢字 \u202e"


def test_half_a_character_that_a_program_wrote_into_a_card_is_no_error(phone: Terminal, remote: MemoryRemote) -> None:
    remote.seed(BOOK, "a", card("1", "A\udc80da").encode("utf-8", "surrogatepass"))
    phone("sync")
    phone("queue", "assign", "--all", "--type", "contact", "--import")
    assert phone.json("records", "list")["total"] == 1
    phone("records", "list")


def test_a_store_that_is_damaged_or_foreign_is_left_alone_and_said(crm: Terminal) -> None:
    crm.home.store.write_bytes(b"this is no database, but it is long enough to be taken for one" * 9)
    before = crm.home.store.read_bytes()
    for words in (["status"], ["records", "list"], ["sync"], ["records", "add", "--type", "lead", "name=x"]):
        assert "crmsync.db" in crm.refuses(*words, code=1)
    assert crm.home.store.read_bytes() == before


def test_a_store_that_is_damaged_inside_is_said(crm: Terminal) -> None:
    for n in range(50):
        crm.add(f"name=N{n}")
    with crm.behind() as tx:
        tx.set_setting("x", "y")
    raw = bytearray(crm.home.store.read_bytes())
    raw[4096 : len(raw)] = os.urandom(len(raw) - 4096)
    crm.home.store.write_bytes(raw)
    for end in ("-wal", "-shm"):
        Path(f"{crm.home.store}{end}").unlink(missing_ok=True)
    assert "damaged" in crm.refuses("records", "list", code=1)
    assert crm("doctor", "--offline", "--json", code=1).json["ok"] is False


def test_a_store_that_another_process_writes_to_is_try_later(crm: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsync.store.database.BUSY_SECONDS", 0.1)
    with crm.behind() as tx:
        tx.set_setting("x", "y")
        assert "Try again" in crm.refuses("records", "add", "--type", "lead", "name=x", code=75)
        assert crm.json("records", "list")["total"] == 0


def test_an_unreadable_config_is_said_with_its_line(crm: Terminal) -> None:
    crm.home.config.write_text('region = "IT"\nuser = \n')
    assert "line 2" in crm.refuses("records", "list", code=78)
    crm.home.config.write_text("nonsense = 1\n")
    assert "nonsense" in crm.refuses("records", "list", "--json", code=78)
    assert crm("status").code == 0
