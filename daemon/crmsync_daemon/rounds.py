"""One worker for each account: a cycle when it is due, never two of one account, and when the next one is due.

The times are those of the wall, in memory alone: what is lost with the process is only when to look next, and a new
daemon looks at once. (APScheduler keeps the times and the threads.)
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from crmsync import syncing
from crmsync.config import Config
from crmsync.cycle import RunResult
from crmsync.desk import Desk
from crmsync.errors import CrmsyncError, Retry
from crmsync.home import Home
from crmsync.model import FILES
from crmsync.store.accounts import SIGN_IN
from crmsync_daemon.pace import Pace, not_in_quiet_hours

log = logging.getLogger("crmsync")

_WORKERS = 16
"""Accounts that are synced at once; what they do is mostly waiting."""
_AT_START = 5.0
"""Seconds within which every account has its first turn."""
_ELSEWHERE = 30.0
"""Seconds after which an account is looked at again that another process was syncing."""


@dataclass(slots=True)
class _Worker:
    """How one account is doing. `again`: the CRM changed while its cycle was running."""

    pace: Pace = field(default_factory=Pace)
    running: bool = False
    again: bool = False
    due: datetime | None = None


class Rounds:
    """Syncs the accounts of a home until it is stopped. `told` is called, in a worker's thread, with each result."""

    def __init__(self, home: Home, config: Config, told: Callable[[RunResult, Pace], None]) -> None:
        self._home = home
        self._config = config
        self._told = told
        self._workers: dict[str, _Worker] = {}
        self._lock = threading.Condition()
        self._stopping = False
        self._chance = random.SystemRandom().random
        executors = {"default": ThreadPoolExecutor(_WORKERS)}
        # After a sleep: once, however late. A turn that is due at once comes while the one that planned it still ends,
        # and a job that would be one too many is dropped; `_turn` sees that an account has one cycle at a time.
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": _WORKERS}
        self._scheduler = BackgroundScheduler(timezone=UTC, executors=executors, job_defaults=defaults)

    def start(self) -> None:
        """From now on accounts have their turns."""
        self._scheduler.start()

    def renew(self, names: Iterable[str], config: Config) -> None:
        """Other accounts or another config: new accounts have their first turn soon, those that are gone have none."""
        names = set(names)
        with self._lock:
            self._config = config
            for name in self._workers.keys() - names:
                del self._workers[name]
                self._forget(name)
            for name in sorted(names - self._workers.keys()):
                self._workers[name] = _Worker()
                self._plan(name, _AT_START * self._chance())

    def soon(self, names: Iterable[str] | None, seconds: float) -> None:
        """These accounts, or all, have a turn within so many seconds, unless they wait for a server."""
        with self._lock:
            for name in list(self._workers) if names is None else names:
                worker = self._workers.get(name)
                if worker is None or worker.pace.failures:
                    continue
                if worker.running:
                    worker.again = True
                elif worker.due is None or worker.due > _now() + timedelta(seconds=seconds):
                    self._plan(name, seconds)

    def clock_jumped(self) -> None:
        """The wall clock is not where it should be (a sleep, a correction): each account has one turn soon."""
        with self._lock:
            for name, worker in self._workers.items():
                if not worker.running:
                    self._plan(name, _AT_START * self._chance())
        self._scheduler.wakeup()

    def due(self) -> dict[str, str]:
        """By account, when it has its next turn, as ISO 8601 in UTC."""
        with self._lock:
            return {
                name: worker.due.strftime("%Y-%m-%dT%H:%M:%SZ")
                for name, worker in sorted(self._workers.items())
                if worker.due is not None
            }

    def drain(self, seconds: float) -> bool:
        """Begins nothing more, asks what runs to end at its next step, and waits. False when something still runs."""
        self._stopping = True
        with self._lock:
            self._scheduler.remove_all_jobs()
            done = self._lock.wait_for(lambda: not any(one.running for one in self._workers.values()), seconds)
        self._scheduler.shutdown(wait=False)
        return done

    def _plan(self, name: str, seconds: float) -> None:
        local = (_now() + timedelta(seconds=seconds)).astimezone()
        at = not_in_quiet_hours(local, self._config.daemon.quiet_hours).astimezone(UTC)
        self._workers[name].due = at
        self._scheduler.add_job(self._turn, DateTrigger(at), args=[name], id=name, replace_existing=True)

    def _forget(self, name: str) -> None:
        if self._scheduler.get_job(name) is not None:
            self._scheduler.remove_job(name)

    def _turn(self, name: str) -> None:
        with self._lock:
            worker = self._workers.get(name)
            if worker is None or worker.running or self._stopping:
                return
            worker.running, worker.again, worker.due = True, False, None
        result = RunResult(name, state="failed")
        try:
            result = self._sync(name)
        except CrmsyncError as error:
            result.error = error
        except Exception as error:  # whatever it is, the other accounts go on
            log.exception("%s: a fault of our own", name)
            result.error = error
        finally:
            self._end(name, worker, result)

    def _end(self, name: str, worker: _Worker, result: RunResult) -> None:
        with self._lock:
            worker.running = False
            worker.pace = worker.pace.after(result.error)
            if self._workers.get(name) is worker and not self._stopping:
                self._plan(name, self._pause(worker, result))
            self._lock.notify_all()
        self._told(result, worker.pace)

    def _pause(self, worker: _Worker, result: RunResult) -> float:
        if result.state == "skipped":
            return _ELSEWHERE if not result.paused else self._config.daemon.every
        if worker.again and result.error is None:
            return self._config.daemon.push_after
        return worker.pace.pause(result.error, self._config.daemon, self._chance())

    def _sync(self, name: str) -> RunResult:
        desk = Desk(self._home, "", f"sync {name}", "daemon", self._config)
        try:
            with desk.store.view() as view:
                account = view.accounts.get(name)
            return syncing.sync(desk, account, self._step)
        finally:
            desk.close()

    def _step(self, _step: str, _done: int, _total: int | None) -> None:
        """Called between the steps of a cycle: there it can be left, and finished by the next one."""
        if self._stopping:
            raise Retry("the daemon was stopped in the middle; the next sync goes on there")


def accounts_of(desk: Desk) -> dict[str, str]:
    """The accounts that have a remote, each with its state."""
    with desk.store.view() as view:
        return {account.name: account.state for account in view.accounts.all() if account.kind != FILES}


def concerned(accounts: Mapping[str, str], origins: Iterable[str]) -> list[str]:
    """The accounts that are to hear soon of changes from there: all but the one they came from.

    Not one that waits for a password: a server may lock out whoever sends it a wrong one with every edit.
    """
    others = set(origins)
    return [name for name, state in accounts.items() if others - {name} and state != SIGN_IN]


def _now() -> datetime:
    return datetime.now(UTC)
