"""One import of files, for whoever starts it: the command line, the daemon. One at a time; the next one waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from crmsync import cycle
from crmsync.connectors.file_set import FileSet
from crmsync.cycle import Enrolment, Progress, RunResult
from crmsync.desk import Desk, now
from crmsync.home import Home
from crmsync.model import FILES, Confidence, Mode, RecordType
from crmsync.remotes import rules
from crmsync.review import import_queue
from crmsync.review.import_queue import Done
from crmsync.store.accounts import Account
from crmsync.store.identity import new_id
from crmsync.store.import_queue import Queued, QueueSelection
from crmsync.store.store import Tables
from crmsync.syncing import lock_of

_BATCH = 500
_LOOK = 0.1
"""Seconds between two looks whether the import before this one is over."""


def nothing() -> None:
    """While an import waits for its turn, nobody has anything to do."""


@contextmanager
def our_turn(home: Home, meanwhile: Callable[[], None] = nothing) -> Iterator[None]:
    """Waits until no other process or thread imports; `meanwhile` is called again and again, and may raise."""
    lock = lock_of(home, FILES)
    while not lock.take():
        meanwhile()
        time.sleep(_LOOK)
    try:
        yield
    finally:
        lock.release()


def import_files(
    desk: Desk, files: FileSet, progress: Progress, type: RecordType | None = None, *, sync: bool = False
) -> RunResult:
    """Reads them by the same cycle that reads any remote, so doing it twice changes nothing. Only in `our_turn`.

    `type` makes records of what they hold, `sync` flags these. Raises what ended the import, with everything that was
    done until then written down.
    """
    account = _account(desk)
    enrolment = None if type is None else Enrolment(type, desk.user.id if sync else None, new_id)
    governed = replace(rules(desk, account), enrolment=enrolment)
    result = cycle.run(desk.store, account.name, files, governed, clock=now, progress=progress, within=desk.run)
    if result.error is not None:
        raise result.error
    if enrolment is not None:
        _add_up(desk, result, _bring_in(desk, account, files, enrolment, progress))
    return result


def _add_up(desk: Desk, result: RunResult, brought: Done) -> None:
    """What was brought in after the cycle counts in its run as well."""
    result.pulled.created += len(brought.ids)
    result.queued = max(0, result.queued - len(brought.ids) - len(brought.parked))
    result.parked += len(brought.parked)
    with desk.deciding() as tx:
        tx.runs.finish(result.id, result.state, result.to_json())


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
