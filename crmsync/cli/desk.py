"""What a verb works with: the home, the store, who is acting, and what it says to whom."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crmsync.errors import Usage
from crmsync.home import Home
from crmsync.safe import columns, fit, safe

if TYPE_CHECKING:
    from argparse import Namespace

    from crmsync.config import Config
    from crmsync.store.store import Store, Tables
    from crmsync.store.users import User

WIDTH = 80
FILES = "files"
"""Kind and name of the account under which everything that came out of imported files is known."""


class Desk:
    """Opens things when they are first asked for: most commands need only some of them."""

    def __init__(self, home: Home, user: str, doing: str = "") -> None:
        self.home = home
        self._doing = doing
        self._run: int | None = None
        self._user_name = user
        self._store: Store | None = None
        self._config: Config | None = None
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
        return Store.open(self.home.store, region=region)

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

    def close(self) -> None:
        """Gives the store back."""
        if self._store is not None:
            self._store.close()

    @contextmanager
    def seeing(self) -> Iterator[Tables]:
        """A view in which records that whoever sits here may not see are not there."""
        sight = self.user.sight()
        with self.store.view(sight) as view:
            yield view

    @contextmanager
    def deciding(self, reason: str = "", kind: str = "decision", *, seeing: bool = False) -> Iterator[Tables]:
        """A transaction in the name of whoever sits here. All of a command are one run, so that it can be undone.

        With `seeing`, records that this person may not see are not there.
        """
        sight = self.user.sight() if seeing else None
        from crmsync.store.session import Stamp

        with self.store.transaction(Stamp(now(), "cli", self.user.name, self._run, reason), sight=sight) as tx:
            run = self._run if self._run is not None else tx.begin_run(kind)
            yield tx
            tx.runs.finish(run, "done", {}, self._doing)
            self._run = None if tx.runs.drop_empty(run) else run


def now() -> str:
    """The time as ISO 8601 in UTC, to the second: what a journal for people needs."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def emit(data: Mapping[str, Any]) -> None:
    """The one JSON object of a command."""
    sys.stdout.write(_json({"schema": 1, **data}) + "\n")


def emit_each(name: str, lines: Iterable[Mapping[str, Any]], rest: Mapping[str, Any]) -> None:
    """The same for a long list, written line by line as it comes: it need not fit into memory."""
    sys.stdout.write(f'{{"schema": 1, "{name}": [')
    separator = ""
    for line in lines:
        sys.stdout.write(separator + _json(line))
        separator = ", "
    sys.stdout.write("], " + _json(rest)[1:] + "\n")


def _json(data: Mapping[str, Any]) -> str:
    """What the encoding of the output cannot hold is escaped, as JSON allows."""
    text = json.dumps(data, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(data)
    return text


def answer(options: Namespace, data: Mapping[str, Any], text: str) -> int:
    """What a command did: for a program where `--json` is given, else for a person. Returns 0."""
    if options.json:
        emit(data)
    else:
        say(text)
    return 0


def say(text: str) -> None:
    """One line of the answer for a person. Foreign text in it is made harmless."""
    sys.stdout.write(_printable(safe(text), sys.stdout.encoding) + "\n")


def narrate(text: str) -> None:
    """One line about what is going on; never part of the answer."""
    sys.stderr.write(_printable(safe(text), sys.stderr.encoding) + "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Rows in columns that fit 80 columns; `empty` says why there are none and what to do."""
    cells = [[safe(str(cell)) if cell is not None else "" for cell in row] for row in rows]
    if not cells:
        say(empty)
        return
    widths = [max(columns(row[n]) for row in [list(head), *cells]) for n in range(len(head))]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    for row in [list(head), *cells]:
        line = "  ".join(fit(cell, width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(_printable(line.rstrip(), sys.stdout.encoding) + "\n")


def _printable(text: str, encoding: str | None) -> str:
    return text.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")
