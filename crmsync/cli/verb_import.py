"""`crmsync import`: files of other programs, into the queue or straight into the CRM."""

from __future__ import annotations

import gc
from dataclasses import replace
from pathlib import Path

from crmsync import cycle
from crmsync.cli.answers import answer, narrate
from crmsync.cli.arguments import Arguments
from crmsync.cli.frame import OK, SOME_FAILED
from crmsync.cli.progress import followed
from crmsync.connectors.base import Settings
from crmsync.connectors.file_set import FileSet
from crmsync.cycle import Enrolment, Progress, RunResult
from crmsync.desk import FILES, Desk, now
from crmsync.model import Confidence, Mode, RecordType
from crmsync.remotes import rules
from crmsync.review import import_queue
from crmsync.review.import_queue import Done
from crmsync.store.accounts import Account
from crmsync.store.identity import new_id
from crmsync.store.import_queue import Queued, QueueSelection
from crmsync.store.store import Tables

_BATCH = 500


def run(desk: Desk, argv: list[str]) -> int:
    """Reads files by the same cycle that reads any remote, so doing it twice changes nothing."""
    parser = Arguments("crmsync import", description="Read vCard, iCalendar and CSV files.")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder")
    parser.add_argument("--type", choices=[kind.value for kind in RecordType], help="make records of them at once")
    parser.add_argument("--sync", action="store_true", help="with --type: set the sync flag of the new records")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    # An import makes many objects and hardly a cycle among them: looking for cycles finds nothing to free.
    gc.set_threshold(500_000, 50, 1000)
    brought = Done()
    with FileSet(Settings(), [Path(path) for path in options.paths]) as files:
        account = _account(desk)
        enrolment = None
        if options.type:
            enrolment = Enrolment(RecordType(options.type), desk.user.id if options.sync else None, new_id)
        governed = replace(rules(desk, account), enrolment=enrolment)
        with followed(desk.home, FILES) as progress:
            result = cycle.run(desk.store, account.name, files, governed, clock=now, progress=progress, within=desk.run)
            if result.error is not None:
                raise result.error
            if enrolment is not None:
                brought = _bring_in(desk, account, files, enrolment, progress)
                _add_up(desk, result, brought)
    counts = _counts(files, result)
    answer(options, counts, ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    if counts["queued"] and not options.json:
        narrate("next: crmsync queue list")
    if counts["imported"] and not options.sync and not options.json:
        narrate("they stay in the CRM only, until `crmsync records flag ID --on` or an import with --sync")
    return SOME_FAILED if counts["parked"] else OK


def _add_up(desk: Desk, result: RunResult, brought: Done) -> None:
    """What was brought in after the cycle counts in its run as well."""
    result.pulled.created += len(brought.ids)
    result.queued = max(0, result.queued - len(brought.ids) - len(brought.parked))
    result.parked += len(brought.parked)
    with desk.deciding() as tx:
        tx.runs.finish(result.id, result.state, result.to_json())


def _counts(files: FileSet, result: RunResult) -> dict[str, int]:
    counts = {
        "imported": result.pulled.created,
        "updated": result.pulled.updated,
        "queued": result.queued,
        "parked": result.parked,
    }
    unchanged = max(0, files.items - sum(counts.values()))
    return {"files": files.files, "items": files.items, **counts, "unchanged": unchanged}


def _account(desk: Desk) -> Account:
    with desk.deciding(kind="import", account=FILES, goes_on=True) as tx:
        found = tx.accounts.find(FILES)
        account = found or tx.accounts.add(Account(0, FILES, FILES, Mode.IMPORT, desk.user.id))
        for one in FileSet.everything():
            tx.collections.upsert(account.id, one.href, one.kind, one.name, one.format, one.accepts, read_only=True)
    return account


def _bring_in(desk: Desk, account: Account, files: FileSet, enrolment: Enrolment, progress: Progress) -> Done:
    """Whatever of these files waits in the queue since an earlier import, and is probably no record yet."""
    total, after = Done(), 0
    with desk.store.view() as view:
        brought = {one.id: files.brought[one.href] for one in view.collections.of(account.id)}
    while True:
        with desk.deciding("imported from files") as tx:
            rows = tx.queue.list(QueueSelection(account=account.id), after=after, limit=_BATCH)
            new = [row.id for row in rows if row.item.href in brought[row.collection] and not _known(row)]
            total.add(_one_batch(tx, new, enrolment))
        if not rows:
            return total
        after = rows[-1].id
        progress("importing", len(total.ids), None)


def _one_batch(tx: Tables, ids: list[int], enrolment: Enrolment) -> Done:
    fitting = import_queue.assign(tx, ids, enrolment.type).ids
    return import_queue.bring_in(tx, fitting, enrolment.user, enrolment.new_id)


def _known(row: Queued) -> bool:
    return row.item.suggestion is not None and row.item.suggestion.confidence >= Confidence.MEDIUM
