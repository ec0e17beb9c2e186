"""One cycle of one account, for whoever starts it: the command line, the daemon. Never two of one account at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crmsync import cycle
from crmsync.cycle import Progress, RunResult
from crmsync.desk import Desk, now
from crmsync.errors import Busy, Halt, Retry, Skip
from crmsync.home import Home
from crmsync.lock import Lock
from crmsync.remotes import connect, rules
from crmsync.store.accounts import Account
from crmsync.under_way import telling


def lock_of(home: Home, account: str) -> Lock:
    """What a process holds while it syncs an account."""
    return Lock(home.store.parent / "running" / f"{account}.lock")


def sync(
    desk: Desk, account: Account, progress: Progress | None = None, *, dry_run: bool = False, full: bool = False
) -> RunResult:
    """One account's cycle. A connector that cannot even be made is a failed run like any other.

    Skipped is an account that is paused, and one that another process is syncing: two cycles at once would each take
    what the other one is writing for a stranger's edit.
    """
    if account.paused:
        note = f"paused: `crmsync account set {account.name} --resume` goes on with it"
        return _skipped(desk, account, note, paused=True)
    lock = lock_of(desk.home, account.name)
    if not lock.take():
        owner = (lock.owner() or {}).get("pid", "another process")
        return _skipped(desk, account, f"it is being synced already, by process {owner}")
    try:
        with telling(desk.home, account.name, progress) as both, connect(desk, account) as connector:
            return cycle.run(
                desk.store,
                account.name,
                connector,
                rules(desk, account),
                clock=now,
                dry_run=dry_run,
                full=full,
                progress=both,
                within=desk.run,
            )
    except (Halt, Retry) as error:
        desk.gave_up(error)
        return RunResult(account.name, state="failed", error=error)
    finally:
        lock.release()


def _skipped(desk: Desk, account: Account, note: str, *, paused: bool = False) -> RunResult:
    """No cycle comes to end the run that was begun for it."""
    desk.gave_up(Skip(note))
    return RunResult(account.name, state="skipped", notes=[note], paused=paused)


@contextmanager
def alone(home: Home, account: str) -> Iterator[None]:
    """Nobody syncs the account meanwhile. Raises `Busy` where a process does."""
    lock = lock_of(home, account)
    if not lock.take():
        raise Busy("it is being synced", thing=account, next_step="Try again when that is over, see `crmsync status`")
    try:
        yield
    finally:
        lock.release()
