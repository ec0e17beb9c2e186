"""One life of the daemon: the only one of its home, told by signals, and gone within half a minute when asked to."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

from crmsync import __version__
from crmsync.config import Config, content
from crmsync.config_file import parse
from crmsync.cycle import RunResult
from crmsync.daemon_lock import daemon_lock
from crmsync.desk import Desk, now
from crmsync.errors import BadConfig, Busy, CrmsyncError, Retry
from crmsync.home import Home
from crmsync_daemon.calling import call
from crmsync_daemon.concerns import Concerns
from crmsync_daemon.notify import Notifier
from crmsync_daemon.pace import Pace
from crmsync_daemon.redact import told
from crmsync_daemon.rounds import Rounds, accounts_of, concerned
from crmsync_daemon.watch import Watch
from crmsync_daemon.watcher import Watcher

log = logging.getLogger("crmsync")

TICK = 1.0
"""Seconds between two looks at the store and the config file."""
DRAIN = 25.0
"""Seconds that running cycles have to come to a step where they can be left; systemd waits for 30."""
_JUMP = 5.0
"""Seconds by which wall clock and monotonic clock may part within one tick."""


class Service:
    """Runs in the main thread, because signals do."""

    def __init__(self, home: Home, notifier: Notifier) -> None:
        self._home = home
        self._notifier = notifier
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._since = now()
        self._lock = daemon_lock(home)
        self._desk = Desk(home, "", "daemon", "daemon")
        self._config = Config()
        self._read = b""
        self._bad_config: BadConfig | None = None
        self._bad_look: CrmsyncError | None = None
        self._said: object = None
        self._concerns = Concerns()
        self._heard: SimpleQueue[tuple[RunResult, Pace]] = SimpleQueue()
        self._rounds: Rounds | None = None
        self._drop: Watcher | None = None

    def run(self) -> None:
        """Until it is told to stop. Raises `Busy` when another daemon has this home, `BadConfig`, `StoreBroken`."""
        if not self._lock.take(since=self._since, version=__version__, message="starting"):
            owner = self._lock.owner() or {}
            raise Busy(
                f"a daemon runs here already, process {owner.get('pid', '(unknown)')}",
                thing=str(self._home.store.parent),
                next_step="Stop it with `crmsync daemon stop`",
            )
        try:
            self._live()
        finally:
            self._desk.close()
            self._lock.release()

    def _live(self) -> None:
        self._read = content(self._home.config)
        self._config = self._desk.config
        watch = Watch(self._desk.store)
        self._rounds = rounds = Rounds(self._home, self._config, self._told)
        rounds.start()
        rounds.renew(accounts_of(self._desk), self._config)
        self._renew_drop_folder()
        self._listen_to_signals()
        self._notifier.tell("READY=1")
        log.info("daemon started, process %d", os.getpid())
        wall, steady = time.time(), time.monotonic()
        while not self._stop.wait(TICK):
            if abs((time.time() - wall) - (time.monotonic() - steady)) > _JUMP:
                log.info("the clock has jumped, or this machine has slept")
                rounds.clock_jumped()
            wall, steady = time.time(), time.monotonic()
            self._look(rounds, watch)
            self._say(rounds)
            self._call()
        self._notifier.tell("STOPPING=1")
        log.info("stopping")
        patience = time.monotonic() + DRAIN
        left = rounds.drain(DRAIN)
        left = (self._drop is None or self._drop.leave(max(1.0, patience - time.monotonic()))) and left
        if not left:
            log.warning("left in the middle of a cycle; the next one finishes it")
            self._desk.close()
            os._exit(0)  # a thread that hangs in the network would keep the process for ever

    def _look(self, rounds: Rounds, watch: Watch) -> None:
        before, self._bad_look = self._bad_look, None
        try:
            origins = watch.news()
            if origins is not None:
                accounts = accounts_of(self._desk)
                rounds.renew(accounts, self._config)
                rounds.soon(concerned(accounts, origins), self._config.daemon.push_after)
            self._reread(rounds)
        except CrmsyncError as error:  # a full disk or a busy store: it is looked at again in a second
            self._bad_look = error
            if str(error) != str(before or ""):  # told once, and not with every look
                log.error("%s", error)

    def _reread(self, rounds: Rounds) -> None:
        """Takes over the config file when it has changed or SIGHUP asks for it; a bad one changes nothing."""
        text = content(self._home.config)
        if text == self._read and not self._reload.is_set():
            return
        accounts = accounts_of(self._desk)  # before anything is taken over: after an error it is all tried again
        self._reload.clear()
        self._read = text
        self._notifier.tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")
        try:
            self._config = parse(text, self._home.config) if text else Config()
            self._bad_config = None
        except BadConfig as error:
            self._bad_config = error
            log.error("the old settings go on: %s", error)
        else:
            log.info("config read again")
            rounds.renew(accounts, self._config)
            rounds.soon(None, 0)
            self._renew_drop_folder()
        self._notifier.tell("READY=1")

    def _renew_drop_folder(self) -> None:
        """Watches the folder that the config names; an import that is still going on there ends first."""
        wanted = self._config.daemon.drop_folder
        path = Path(wanted).expanduser().absolute() if wanted else None
        if self._drop is not None and self._drop.folder.path == path:
            self._drop.config = self._config
            return
        if self._drop is not None:
            self._drop.leave(DRAIN)
            self._drop = None
        if path is not None:
            self._drop = Watcher(self._home, path, self._config)
            self._drop.start()

    def _drop_state(self) -> dict[str, str | int] | None:
        drop = self._drop
        if drop is None:
            return None
        return {"path": str(drop.folder.path), "waiting": drop.waiting, "failed": drop.failed}

    def _say(self, rounds: Rounds) -> None:
        """To systemd that all is well, and to whoever looks what comes next."""
        due = rounds.due()
        message, status = self._trouble()
        drop = self._drop_state()
        said = (message, due, drop)
        if said != self._said:
            self._said = said
            self._lock.say(since=self._since, version=__version__, message=message, next=due, drop_folder=drop)
            first = min(due.values(), default="")
            status = status or f"{len(due)} accounts" + (f", next sync at {first}" if first else "")
            self._notifier.tell(f"STATUS={status}")
        if self._notifier.watchdog is not None:
            self._notifier.tell("WATCHDOG=1")

    def _trouble(self) -> tuple[str, str]:
        """What is wrong now, for whoever asks; and without what a person could be known by, for systemd's log."""
        if self._bad_look is not None:
            return str(self._bad_look), told(self._bad_look)
        if self._bad_config is not None:
            words = "the old settings go on: "
            return words + str(self._bad_config), words + told(self._bad_config)
        return (self._drop.message if self._drop is not None else ""), ""

    def _call(self) -> None:
        """Has a person called where one is needed."""
        while not self._heard.empty():
            self._concerns.note(*self._heard.get())
        call(self._config.daemon.notify, self._concerns.due(time.monotonic()))

    def _told(self, result: RunResult, pace: Pace) -> None:
        self._heard.put((result, pace))
        error = result.error
        if error is None:
            log.info("%s: %s, in %d, out %d", result.account, result.state, result.pulled.total, result.pushed.total)
        else:
            goes_by_itself = isinstance(error, Retry) and not pace.lasting
            log.log(logging.INFO if goes_by_itself else logging.WARNING, "%s: %s", result.account, error)

    def _listen_to_signals(self) -> None:
        def stop(_signal: int, _frame: FrameType | None) -> None:
            self._stop.set()

        def reload(_signal: int, _frame: FrameType | None) -> None:
            self._reload.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGHUP, reload)


def run(home: Home, notifier: Notifier) -> None:
    """See `Service.run`."""
    Service(home, notifier).run()
