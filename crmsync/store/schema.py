"""The schema and its numbered migrations: old or new, never between.

`migrations/NNNN_*.sql` holds one step each. A step and the new `user_version` are one transaction, so a process killed
inside one leaves the store at the step before.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crmsync.errors import StoreBroken

APPLICATION_ID = 0x43524D53
""""CRMS": in the header of every store (SQLite file format, offset 68)."""

VERSION = 18
"""The newest step this program knows. Kept by hand, since listing the folder would cost every start-up."""

_FOLDER = Path(__file__).parent / "migrations"


def version_of(connection: sqlite3.Connection, path: Path) -> int:
    """The step a store is at; 0 when nothing was made in it yet.

    Raises `StoreBroken` for a database of another program or of a newer version of this one.
    """
    application, version, empty = _header(connection)
    if application != APPLICATION_ID and not (application == version == 0 and empty):
        raise StoreBroken(
            "this is a database of another program", thing=str(path), next_step="Choose another CRMSYNC_HOME"
        )
    if version > VERSION:
        raise StoreBroken(
            f"it was written by a newer version (step {version}, this one knows {VERSION})",
            thing=str(path),
            next_step="Install the newer version again, or restore a backup",
        )
    return version


def _header(connection: sqlite3.Connection) -> tuple[int, int, bool]:
    """Application, version, and whether nothing is in it: of one moment, since another process may be making it now."""
    alone = not connection.in_transaction
    if alone:
        connection.execute("BEGIN")
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        found = connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    finally:
        if alone:
            connection.execute("ROLLBACK")
    return application, version, found is None


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Takes the steps that are missing. Another process may be doing the same: one of them wins each step."""
    while version_of(connection, path) < VERSION:
        connection.execute("BEGIN IMMEDIATE")
        try:
            step = version_of(connection, path) + 1
            if step <= VERSION:
                for statement in statements(step):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {step}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def statements(step: int) -> list[str]:
    """The statements of one step, in order."""
    (file,) = _FOLDER.glob(f"{step:04}_*.sql")
    found, lines = [], ""
    for line in file.read_text("utf-8").splitlines(keepends=True):
        lines += line
        if sqlite3.complete_statement(lines):
            found.append(lines.strip())
            lines = ""
    return found
