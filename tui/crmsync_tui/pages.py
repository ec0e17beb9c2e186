"""The rows of a long list, page by page: what is on the screen is read, and little more.

Pages follow each other by key. A jump far ahead goes from the nearest place whose key is known and skips from there,
inside SQLite and along an index, so the end of 100,000 rows is as near as the middle.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from crmsync.store.store import Tables
from crmsync_tui.clerk import Clerk

Mark = TypeVar("Mark")

PAGE = 200
"""Rows that are read at once: some screens of them."""
_KEPT = 64
"""Pages kept; what is further away is read again."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `key` names it over reloads; `cells` are `shown` already; `sign` stands before them."""

    key: str
    cells: tuple[str, ...]
    sign: str = ""
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Slice(Generic[Mark]):
    """Rows that follow each other, and the mark after which the next ones come (`None`: there are no more)."""

    rows: Sequence[Row]
    next: Mark | None


Fetch: TypeAlias = Callable[[Tables, Mark | None, int, int], Slice[Mark]]
"""In a view: the rows after a mark (`None`: from the start), of which some are skipped and at most `limit` given."""


class Pages(Generic[Mark]):
    """A list of rows as the store holds them at the time each page is read. Belongs to the event loop."""

    def __init__(self, clerk: Clerk, fetch: Fetch[Mark], count: Callable[[Tables], int]) -> None:
        self._clerk = clerk
        self._fetch = fetch
        self._count = count
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._marks: dict[int, Mark | None] = {0: None}

    async def total(self) -> int:
        """How many rows there are."""
        return await self._clerk.look(self._count)

    async def load(self, page: int) -> Sequence[Row]:
        """The rows of a page; fewer than `PAGE`, or none, at the end."""
        if (known := self.kept(page)) is not None:
            return known
        start = max(number for number in self._marks if number <= page)
        mark, skip = self._marks[start], (page - start) * PAGE
        found = await self._clerk.look(lambda view: self._fetch(view, mark, skip, PAGE))
        if found.next is not None:
            self._marks[page + 1] = found.next
        self._pages[page] = found.rows
        while len(self._pages) > _KEPT:
            self._pages.popitem(last=False)
        return found.rows

    def kept(self, page: int) -> Sequence[Row] | None:
        """A page that was read already, or `None`."""
        rows = self._pages.get(page)
        if rows is not None:
            self._pages.move_to_end(page)
        return rows


class Known(Pages[None]):
    """Rows that are all there already: what a command answered, the history of one record."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows

    async def total(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    async def load(self, page: int) -> Sequence[Row]:
        """Those of a page."""
        return self._rows[page * PAGE : (page + 1) * PAGE]

    def kept(self, page: int) -> Sequence[Row] | None:
        """The same: all are kept."""
        return self._rows[page * PAGE : (page + 1) * PAGE]
