"""Opening, refusing, transactions, and two processes at once."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from crmsync.errors import Bug, Busy, Halt, StoreBroken, Usage
from crmsync.store import database
from crmsync.store.record_list import Selection
from crmsync.store.store import Store
from tests.store.content import STAMP, contact


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def test_a_new_store_is_readable_by_its_owner_alone_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        with Store.open(path, create=True) as store, store.transaction(STAMP) as tx:
            tx.records.create(contact("a", "Anna"))
            assert modes(path.parent) == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def test_a_store_that_others_could_read_is_closed_to_them(path: Path) -> None:
    Store.open(path, create=True).close()
    path.chmod(0o644)
    with Store.open(path):
        assert set(modes(path.parent).values()) == {0o600}


def test_a_new_store_has_one_user(store: Store) -> None:
    with store.view() as view:
        assert [user.name for user in view.users.all()] == ["me"]


def test_opening_again_with_create_changes_nothing(path: Path) -> None:
    for _ in range(2):
        with Store.open(path, create=True) as store, store.view() as view:
            assert len(view.users.all()) == 1


def test_a_missing_store_is_not_made_by_opening_it(path: Path) -> None:
    with pytest.raises(StoreBroken, match="crmsync init"):
        Store.open(path)
    assert not path.exists()


def test_an_empty_file_is_a_store_that_was_never_set_up(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(StoreBroken, match="never set up"):
        Store.open(path)
    Store.open(path, create=True).close()
    Store.open(path).close()


def refused_and_left(path: Path, match: str) -> None:
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(StoreBroken, match=match):
            Store.open(path, create=create)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name], "nothing was left beside it"


@pytest.mark.parametrize("content", [b"hello", b"PK\x03\x04" + b"x" * 5000, b"\0" * 4096], ids=["text", "zip", "zeros"])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    refused_and_left(path, "not a database")


@pytest.mark.parametrize("application", [0, 77])
def test_the_database_of_another_program_is_refused_and_left_as_it_was(path: Path, application: int) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA application_id = {application}")
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()
    refused_and_left(path, "another program")


def test_a_foreign_database_is_not_even_repaired(path: Path) -> None:
    """SQLite undoes an unfinished transaction when it opens a database; that is for the owner to do."""
    path.parent.mkdir()
    child = os.fork()
    if child == 0:
        other = sqlite3.connect(path, isolation_level=None)
        for sql in ("PRAGMA application_id = 77", "PRAGMA cache_size = 1", "CREATE TABLE t (a)", "BEGIN"):
            other.execute(sql)
        other.executemany("INSERT INTO t VALUES (?)", [("x" * 3000,)] * 50)
        os._exit(0)
    os.waitpid(child, 0)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    assert len(before) == 2, "the other program left its journal behind"
    with pytest.raises(StoreBroken, match="another program"):
        Store.open(path, create=True)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_a_store_of_a_newer_version_is_refused_and_left_as_it_was(path: Path) -> None:
    Store.open(path, create=True).close()
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 999")
    newer.close()
    refused_and_left(path, "newer version")


def test_a_truncated_store_is_refused_and_left_as_it_was(path: Path) -> None:
    with Store.open(path, create=True) as store, store.transaction(STAMP) as tx:
        tx.records.create_many(map(tx.records.made, (contact(f"r{n}", f"Anna {n}") for n in range(500))))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    before = path.read_bytes()
    with pytest.raises(StoreBroken, match="damaged"):
        Store.open(path)
    assert path.read_bytes() == before


def test_damage_that_only_shows_when_a_page_is_read_is_told_as_damage(path: Path) -> None:
    with Store.open(path, create=True) as store, store.transaction(STAMP) as tx:
        tx.records.create_many(
            map(tx.records.made, (contact(f"r{n}", f"Anna {n}", note="x" * 2000) for n in range(200)))
        )
    data = bytearray(path.read_bytes())
    for page in range(80, len(data) // 4096):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(data)
    with Store.open(path) as store:
        with pytest.raises(StoreBroken, match="damaged"), store.view() as view:
            list(view.records.each())
        assert store.problems()


def test_an_empty_disk_place_is_told_as_such_and_nothing_is_half_written(path: Path) -> None:
    with Store.open(path, create=True) as store:
        store._connection.execute("PRAGMA max_page_count = 120")
        with pytest.raises(Halt, match="no room"), store.transaction(STAMP) as tx:
            tx.records.create_many(map(tx.records.made, (contact(f"r{n}", f"Anna {n}") for n in range(5000))))
        with store.view() as view:
            assert view.records.totals() == {}
            assert view.journal.last() == 0


def test_what_fails_inside_a_transaction_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
        raise RuntimeError
    with store.view() as view:
        assert view.records.get("a") is None
        assert view.journal.entries() == []


def test_a_view_sees_one_moment_and_does_not_hold_up_a_writer(store: Store, path: Path) -> None:
    with Store.open(path) as other, store.view() as view:
        assert view.records.totals() == {}
        with other.transaction(STAMP) as tx:
            tx.records.create(contact("a", "Anna"))
        assert view.records.get("a") is None
    with store.view() as view:
        assert view.records.get("a") is not None


def test_writing_in_a_view_or_after_the_end_is_a_bug(store: Store) -> None:
    with pytest.raises(Bug, match="only reads"), store.view() as view:
        view.records.create(contact("a", "Anna"))
    with store.transaction(STAMP) as tx:
        pass
    with pytest.raises(Bug, match="is over"):
        tx.records.create(contact("a", "Anna"))


def test_one_transaction_inside_another_is_a_bug(store: Store) -> None:
    with store.transaction(STAMP), pytest.raises(Bug, match="still open"), store.view():
        pass


def test_breaking_a_rule_of_the_schema_is_a_bug_not_a_foreign_exception(store: Store) -> None:
    with pytest.raises(Bug, match="UNIQUE"), store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
        tx.records.create(contact("a", "Other"))


def test_the_data_version_tells_that_another_connection_wrote(store: Store, path: Path) -> None:
    before = store.data_version()
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
    assert store.data_version() == before, "our own writes are no news"
    with Store.open(path) as other, other.transaction(STAMP) as tx:
        tx.records.create(contact("b", "Bert"))
    assert store.data_version() != before


def test_durable_transactions_reach_the_disk_and_bulk_ones_may_not_yet(store: Store) -> None:
    for durable, level in ((True, 2), (False, 1)):
        with store.transaction(STAMP, durable=durable):
            assert store._connection.execute("PRAGMA synchronous").fetchone()[0] == level


def _create(path: Path, gate: Barrier) -> None:
    gate.wait()
    with Store.open(path, create=True) as store, store.transaction(STAMP) as tx:
        tx.records.create(contact(f"r{os.getpid()}", "Anna"))


def test_many_processes_may_create_the_store_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(4)
    creators = [spawn.Process(target=_create, args=(path, gate)) for _ in range(4)]
    for creator in creators:
        creator.start()
    for creator in creators:
        creator.join()
    assert [creator.exitcode for creator in creators] == [0] * 4
    with Store.open(path) as store:
        assert store.problems() == []
        with store.view() as view:
            assert (len(view.users.all()), view.journal.last()) == (1, 4)


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "home" / "store.db"
    with Store.open(path, create=True) as store, store.transaction(STAMP) as tx:
        tx.records.create_many(
            map(tx.records.made, (contact(f"r{n}", f"Anna {n}", note="x" * 300) for n in range(300)))
        )
    return path.read_bytes()


@pytest.mark.parametrize("seed", range(24))
def test_flipped_bytes_are_harmless_or_told_as_damage_and_never_a_foreign_error(
    path: Path, whole_file: bytes, seed: int
) -> None:
    chance = random.Random(seed)
    data = bytearray(whole_file)
    for _ in range(10 ** (seed % 4)):
        data[chance.randrange(len(data) if seed % 2 else 100 * 4096)] ^= 1 << chance.randrange(8)
    if seed % 6 == 5:
        del data[chance.randrange(len(data)) :]
    path.parent.mkdir()
    path.write_bytes(data)
    with contextlib.suppress(StoreBroken, Halt, Usage), Store.open(path) as store:
        with contextlib.suppress(StoreBroken, Halt):
            store.problems()
        with store.view() as view:
            list(view.records.each())
            view.records.list(Selection(search="anna"))
            view.journal.entries()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE records SET fields = substr(fields, 1, 9)",
        "UPDATE records SET fields = '[1]'",
        """UPDATE records SET fields = '{"name":{"a":1}}'""",
        """UPDATE records SET fields = '{"emails":[1]}'""",
        "UPDATE records SET type = 'contbct'",
        "UPDATE records SET fields = CAST(x'7b22ff227d' AS TEXT)",
    ],
)
def test_damage_inside_a_value_is_told_as_damage_without_the_value(store: Store, damage: str) -> None:
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna", note="a secret"))
    store._connection.execute(damage)
    with pytest.raises(StoreBroken, match="damaged") as told, store.view() as view:
        view.records.get("a")
    assert "secret" not in str(told.value)


def _write_many(path: Path, letter: str) -> None:
    with Store.open(path) as store:
        for n in range(100):
            with store.transaction(STAMP, durable=False) as tx:
                tx.records.totals()  # reading first is what makes a deferred BEGIN fail
                tx.records.create(contact(f"{letter}{n}", letter))


def test_two_writers_at_once_wait_for_each_other(store: Store, path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write_many, args=(path, letter)) for letter in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    with store.view() as view:
        assert sum(view.records.totals().values()) == 200
        assert view.journal.last() == 200
    assert store.problems() == []


def test_a_writer_that_waits_too_long_says_who_is_in_the_way(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with (
        Store.open(path) as other,
        store.transaction(STAMP),
        pytest.raises(Busy, match="another process"),
        other.transaction(STAMP),
    ):
        pass


_PASSER_BY = (
    "import sys; from pathlib import Path; from crmsync.store.store import Store; Store.open(Path(sys.argv[1])).close()"
)


def test_another_process_that_comes_and_goes_leaves_us_our_wal_however_often_we_have_the_store_open(path: Path) -> None:
    with Store.open(path, create=True) as store, Store.open(path) as second:
        with store.transaction(STAMP) as tx:
            tx.records.create(contact("a", "Anna"))
        with second.view() as view:
            assert view.records.get("a") is not None
        Store.open(path).close()
        wal = path.with_name(path.name + "-wal")
        before = wal.stat().st_ino
        subprocess.run([sys.executable, "-c", _PASSER_BY, str(path)], check=True)
        assert wal.stat().st_ino == before
        with store.transaction(STAMP) as tx:
            tx.records.create(contact("b", "Bert"))
    with Store.open(path) as again, again.view() as view:
        assert view.records.get("b") is not None


def test_a_process_killed_while_writing_leaves_the_store_as_it_was(store: Store, path: Path) -> None:
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
    child = os.fork()
    if child == 0:
        connection = database.connect(path, create=False)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE records SET name = 'half'")
        os._exit(9)
    os.waitpid(child, 0)
    with Store.open(path) as again, again.view() as view:
        assert view.records.get("a") is not None
        assert [record.fields["name"] for record in view.records.list().records] == ["Anna"]
    assert store.problems() == []


def test_a_store_without_its_wal_is_whole_as_of_the_last_checkpoint(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "store.db"
    copy.parent.mkdir(mode=0o700)
    with Store.open(path, create=True) as store:
        store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with store.transaction(STAMP) as tx:
            tx.records.create(contact("a", "Anna"))
        shutil.copy(path, copy)
    with Store.open(copy) as store:
        assert store.problems() == []
