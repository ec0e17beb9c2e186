"""A thread that reads the store, or decides in it, while the event loop goes on drawing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from crmsync.desk import Desk
from crmsync.store.store import Tables

T = TypeVar("T")


class Clerk:
    """Works off what it is asked in order, in one thread with a desk of its own. Errors come back to whoever asked.

    Three of them serve the app: one reads lists, one all else, one decides; so a long search delays nobody's decision.
    """

    def __init__(self, make_desk: Callable[[], Desk], name: str) -> None:
        self._make_desk = make_desk
        self._thread = ThreadPoolExecutor(1, name)
        self._desk: Desk | None = None
        self._asked = 0

    @property
    def busy(self) -> bool:
        """Whether something that was asked is not done yet."""
        return self._asked > 0

    async def look(self, ask: Callable[[Tables], T]) -> T:
        """What `ask` finds in a view of the store, in which what the user may not see is not there."""

        def work(desk: Desk) -> T:
            with desk.seeing() as view:
                return ask(view)

        return await self.at_desk(work)

    async def decide(self, doing: str, act: Callable[[Tables], T]) -> T:
        """What `act` returns after deciding in the user's name: all or nothing, and one run, which undo takes."""

        def work(desk: Desk) -> T:
            desk.begin(doing)
            with desk.deciding(seeing=True) as tx:
                return act(tx)

        return await self.at_desk(work)

    async def at_desk(self, work: Callable[[Desk], T]) -> T:
        """What `work` returns, which needs more of the desk than its store."""
        self._asked += 1
        try:
            return await asyncio.wrap_future(self._thread.submit(lambda: work(self._sit())))
        finally:
            self._asked -= 1

    def interrupt(self) -> None:
        """Ends the query that is running, if any; where it was asked it raises `Interrupted`."""
        if self._desk is not None:
            self._desk.interrupt()

    def close(self) -> None:
        """Finishes what it is doing, leaves the rest, and gives the store back."""
        self._thread.submit(self._leave)
        self._thread.shutdown(cancel_futures=False)

    def _sit(self) -> Desk:
        if self._desk is None:
            self._desk = self._make_desk()
        return self._desk

    def _leave(self) -> None:
        if self._desk is not None:
            self._desk.close()
