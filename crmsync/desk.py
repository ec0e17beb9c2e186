"""Where one person works, by command line, TUI or daemon: the home, its store and config, and who it is.

A desk belongs to the thread that uses it, like the store it opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crmsync.errors import Usage
from crmsync.home import Home

if TYPE_CHECKING:
    from crmsync.config import Config
    from crmsync.core.selection import UserView
    from crmsync.store.store import Store, Tables
    from crmsync.store.users import User


class _Tried(Exception):
    """Ends a transaction that was only tried."""


_SHARED = 4
"""Megabytes of the store that each of several desks in one process keeps at hand."""


class Desk:
    """Opens things when they are first asked for: most commands need only some of them."""

    def __init__(
        self, home: Home, user: str, doing: str = "", origin: str = "cli", config: Config | None = None
    ) -> None:
        """`doing` is what is being done, in words; `origin` is how the journal calls whoever does it.

        `config` is for whoever has read the file already.
        """
        self.home = home
        self._origin = origin
        self._doing = doing
        self._megabytes: int | None = None
        self._run: int | None = None
        self._goes_on = False
        self._user_name = user
        self._store: Store | None = None
        self._config = config
        self._user: User | None = None

    @property
    def store(self) -> Store:
        """The store of this home. Raises `Usage` before `init`, `StoreBroken`, `BadConfig` where others can read it."""
        if self._store is None:
            self._store = self._open(self.config.region if self.home.config.exists() else "")
        return self._store

    def glance(self) -> Store:
        """The store for a command that only looks: without reading the config, which costs more than the look."""
        if self._store is None:
            self._store = self._open("")
        return self._store

    def _open(self, region: str) -> Store:
        from crmsync.store.store import Store

        if not self.home.exists():
            raise Usage("crmsync is not set up here", thing=str(self.home.store), next_step="Run `crmsync init`")
        self.home.refuse_open()
        store = Store.open(self.home.store, region=region)
        if self._megabytes is not None:
            store.keep_in_memory(self._megabytes)
        return store

    @property
    def config(self) -> Config:
        """The config file, or the defaults where there is none. Raises `BadConfig`."""
        if self._config is None:
            from crmsync.config import Config, content

            text = content(self.home.config)
            if text:
                from crmsync.config_file import parse

                self._config = parse(text, self.home.config)
            else:
                self._config = Config()
        return self._config

    @property
    def user(self) -> User:
        """Who is acting: `--user`, else the config's, else the first one. Raises `Usage` for a stranger."""
        if self._user is None:
            name = self._user_name or (self.config.user if self.home.config.exists() else "")
            with self.store.view() as view:
                self._user = view.users.get(name) if name else view.users.all()[0]
        return self._user

    def another(self, origin: str = "tui") -> Desk:
        """A desk of its own for the same person, for another thread of a program that has several."""
        desk = Desk(self.home, self._user_name, "", origin)
        desk._megabytes = _SHARED
        return desk

    def begin(self, doing: str) -> None:
        """What is decided from now on is a run of its own; `doing` says in words what it is."""
        self._doing, self._run = doing, None

    def interrupt(self) -> None:
        """Ends the statement that runs in the store now, from any thread; there it raises `Interrupted`."""
        if self._store is not None:
            self._store.interrupt()

    def close(self) -> None:
        """Gives the store back."""
        if self._store is not None:
            self._store.close()

    @contextmanager
    def seeing(self) -> Iterator[Tables]:
        """A view in which records that whoever sits here may not see are not there."""
        with self.store.view(self._sight()) as view:
            yield view

    @contextmanager
    def glancing(self) -> Iterator[Tables]:
        """The same for a command that only looks: whoever sees all is known by the name alone, which costs little."""
        name = self._user_name or self._user_in_config()
        with self.glance().view() as view:
            sees_all = view.sees_all(name)
        with self.glance().view(None if sees_all else self._sight()) as view:
            yield view

    def _user_in_config(self) -> str:
        from crmsync.config_user import user_in

        found = user_in(self.home.config)
        return self.config.user if found is None else found

    def _sight(self) -> UserView | None:
        return None if self.user.sees_all else self.user.sight()

    @contextmanager
    def deciding(
        self,
        reason: str = "",
        kind: str = "decision",
        account: str = "",
        *,
        seeing: bool = False,
        goes_on: bool = False,
    ) -> Iterator[Tables]:
        """A transaction in the name of whoever sits here. All of a command are one run, so that it can be undone.

        With `seeing`, records that this person may not see are not there. With `goes_on`, the run does not end here:
        a cycle `within` it ends it.
        """
        sight = self._sight() if seeing else None
        from crmsync.store.session import Stamp

        with self.store.transaction(Stamp(now(), self._origin, self.user.name, self._run, reason), sight=sight) as tx:
            run = self._run if self._run is not None else tx.begin_run(kind, account)
            yield tx
            self._goes_on = self._goes_on or goes_on
            if not self._goes_on:
                tx.runs.finish(run, "done", {}, self._doing)
            self._run = None if not self._goes_on and tx.runs.drop_empty(run) else run

    @contextmanager
    def trying(self, reason: str = "", kind: str = "decision") -> Iterator[Tables]:
        """The same for a look at what would come of it: nothing of it stays."""
        with suppress(_Tried), self.deciding(reason, kind) as tx:
            yield tx
            raise _Tried

    @property
    def run(self) -> int | None:
        """The run that this command has begun and that a cycle is to belong to."""
        return self._run if self._goes_on else None

    def gave_up(self, error: Exception) -> None:
        """Ends a run that no cycle came to end."""
        if self.run is not None:
            with self.deciding() as tx:
                tx.runs.finish(self.run, "failed", {}, str(error))


def now() -> str:
    """The time as ISO 8601 in UTC, to the second: what a journal for people needs."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
