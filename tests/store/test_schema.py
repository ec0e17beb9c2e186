"""Migrations: old or new, never between."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from crmsync.store import schema
from crmsync.store.store import Store


def test_the_newest_step_is_the_last_file() -> None:
    files = sorted(schema._FOLDER.glob("*.sql"))
    assert [int(file.name[:4]) for file in files] == list(range(1, schema.VERSION + 1))


def test_every_statement_of_a_step_is_found_and_nothing_else() -> None:
    found = schema.statements(1)
    assert all(statement.endswith(";") for statement in found)
    assert sum("CREATE TRIGGER" in statement for statement in found) == 12


@pytest.fixture
def old_and_new(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store at the newest step, and a program that knows one more."""
    Store.open(path, create=True).close()
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in schema._FOLDER.glob("*.sql"):
        (folder / file.name).write_bytes(file.read_bytes())
    following = schema.VERSION + 1
    (folder / f"{following:04}_next.sql").write_text(
        "CREATE TABLE one (a TEXT) STRICT;\nINSERT INTO one VALUES ('x;y');\nCREATE TABLE two (a TEXT) STRICT;\n"
    )
    monkeypatch.setattr(schema, "_FOLDER", folder)
    monkeypatch.setattr(schema, "VERSION", following)
    return path


def state(path: Path) -> tuple[int, int]:
    plain = sqlite3.connect(path)
    try:
        tables = plain.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('one', 'two')").fetchone()[0]
        return plain.execute("PRAGMA user_version").fetchone()[0] - schema.VERSION, tables
    finally:
        plain.close()


def test_an_older_store_is_brought_up_to_date_when_it_is_opened(old_and_new: Path) -> None:
    assert state(old_and_new) == (-1, 0)
    Store.open(old_and_new).close()
    assert state(old_and_new) == (0, 2)


@pytest.mark.parametrize("step", range(4))
def test_a_migration_killed_at_any_statement_leaves_the_old_store(old_and_new: Path, step: int) -> None:
    child = os.fork()
    if child == 0:
        real, done = schema.statements, []

        def killed(number: int) -> list[str]:
            found = real(number)
            return [*found[:step], "SELECT die()", *found[step:]]

        schema.statements = killed
        connection = sqlite3.connect(old_and_new, isolation_level=None)
        connection.create_function("die", 0, lambda: os._exit(9))
        schema.migrate(connection, old_and_new)
        os._exit(done.append(1) or 0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert state(old_and_new) == (-1, 0)
    Store.open(old_and_new).close()
    assert state(old_and_new) == (0, 2)


def test_a_migration_that_fails_leaves_the_old_store(old_and_new: Path) -> None:
    file = schema._FOLDER / f"{schema.VERSION:04}_next.sql"
    file.write_text("CREATE TABLE one (a TEXT) STRICT;\nSELECT * FROM nowhere;\n")
    with pytest.raises(Exception, match="nowhere"):
        Store.open(old_and_new)
    assert state(old_and_new) == (-1, 0)


def test_creating_a_store_killed_halfway_can_be_done_again(path: Path) -> None:
    child = os.fork()
    if child == 0:
        real = schema.statements
        schema.statements = lambda step: [*real(step)[:10], "SELECT nothing_like_that()"]
        try:
            Store.open(path, create=True)
        finally:
            os._exit(9)
    os.waitpid(child, 0)
    with Store.open(path, create=True) as store:
        assert store.problems() == []
