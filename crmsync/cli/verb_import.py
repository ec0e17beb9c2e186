"""`crmsync import`: files of other programs, into the queue or straight into the CRM."""

from __future__ import annotations

from pathlib import Path

from crmsync import cycle
from crmsync.cli.arguments import Arguments
from crmsync.cli.desk import Desk, emit, narrate, now, say
from crmsync.cli.frame import OK, SOME_FAILED
from crmsync.cli.progress import ProgressLine
from crmsync.cli.remotes import rules
from crmsync.connectors.base import Settings
from crmsync.connectors.file_set import FileSet
from crmsync.errors import Usage
from crmsync.model import Confidence, Mode, RecordType
from crmsync.review import import_queue
from crmsync.store.accounts import Account
from crmsync.store.identity import new_id
from crmsync.store.import_queue import QueueSelection

ACCOUNT = "files"
"""The account under which everything that came out of files is known."""

_BATCH = 500


def run(desk: Desk, argv: list[str]) -> int:
    """Reads files by the same cycle that reads any remote, so doing it twice changes nothing."""
    parser = Arguments("crmsync import", description="Read vCard, iCalendar and CSV files.")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder")
    parser.add_argument("--type", choices=[kind.value for kind in RecordType], help="make records of them at once")
    parser.add_argument("--sync", action="store_true", help="with --type: set the sync flag of the new records")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    for path in options.paths:
        if not Path(path).exists():
            raise Usage("there is no such file", thing=path)
    account = _account(desk)
    progress = ProgressLine()
    try:
        with FileSet(Settings(), [Path(path) for path in options.paths]) as files:
            result = cycle.run(desk.store, account.name, files, rules(desk, account), clock=now, progress=progress)
            counts = {"files": files.files, "items": files.items}
        if result.error is not None:
            raise result.error
        imported = 0
        if options.type:
            user = desk.user.id if options.sync else None
            imported = _bring_in(desk, account, RecordType(options.type), user, progress)
    finally:
        progress.close()
    touched = result.queued + result.parked + result.pulled.updated
    counts |= {
        "imported": imported,
        "updated": result.pulled.updated,
        "queued": max(0, result.queued - imported),
        "parked": result.parked,
        "unchanged": max(0, counts["items"] - touched),
    }
    if options.json:
        emit(counts)
    else:
        say(", ".join(f"{name} {count:,}" for name, count in counts.items()))
        if counts["queued"]:
            narrate("next: crmsync queue list")
    return SOME_FAILED if result.parked else OK


def _account(desk: Desk) -> Account:
    with desk.deciding() as tx:
        found = tx.accounts.find(ACCOUNT)
        account = found or tx.accounts.add(Account(0, ACCOUNT, ACCOUNT, Mode.IMPORT, desk.user.id))
        for one in FileSet.everything():
            tx.collections.upsert(account.id, one.href, one.kind, one.name, one.format, one.accepts, read_only=True)
    return account


def _bring_in(desk: Desk, account: Account, kind: RecordType, user: int | None, progress: ProgressLine) -> int:
    """Everything in the queue of this account that can be of this type and that is probably no record yet."""
    imported, after = 0, 0
    while True:
        with desk.deciding("imported from files") as tx:
            rows = tx.queue.list(QueueSelection(account=account.id), after=after, limit=_BATCH)
            new = [
                row.id
                for row in rows
                if row.item.suggestion is None or row.item.suggestion.confidence < Confidence.MEDIUM
            ]
            fitting = set(import_queue.assign(tx, [row.id for row in rows], kind).ids)
            imported += len(import_queue.bring_in(tx, [id for id in new if id in fitting], user, new_id).ids)
        if not rows:
            return imported
        after = rows[-1].id
        progress("importing", imported, None)
