"""A person who does everything in runs, as the command line does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crmsync.review.undo import Undone, undo
from crmsync.store.session import Stamp
from crmsync.store.store import Tables
from tests.cycle.bench_of import Hub


class Person(Hub):
    """A hub whose person does everything in runs, as the command line does."""

    @contextmanager
    def deciding(self, kind: str = "decision") -> Iterator[Tables]:
        """A transaction that is one run; `last` is its id."""
        with self.store.transaction(Stamp(self.now(), "cli", "me", None, "")) as tx:
            self.last = tx.begin_run(kind)
            yield tx
            tx.runs.finish(self.last, "done", {})

    def undo(self, run: int) -> Undone:
        """Takes a run back."""
        with self.deciding("undo") as tx:
            return undo(tx, run)
