"""Progress on standard error: rate and time left, for whatever lasts longer than a second, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from crmsync.cli.answers import WIDTH
from crmsync.home import Home
from crmsync.safe import fit, safe
from crmsync.under_way import telling


@contextmanager
def followed(home: Home, account: str) -> Iterator[Callable[[str, int, int | None], None]]:
    """The progress of a cycle of this account: for whoever sits here, and for whoever asks meanwhile."""
    line = ProgressLine()
    try:
        with telling(home, account, line) as progress:
            yield progress
    finally:
        line.close()


class ProgressLine:
    """Call it with the step, how many are done and of how many (`None`: unknown); `close` clears the line."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._step = ""
        self._began = self._shown = monotonic()
        self._drawn = False

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Draws at most five times a second."""
        if not self._watched:
            return
        now = monotonic()
        if step != self._step:
            self._step, self._began = step, now
        if now - self._began < 1 or now - self._shown < 0.2:
            return
        self._shown = now
        rate = done / (now - self._began)
        text = f"{safe(step)}  {done:,}"
        if total:
            left = int((total - done) / rate) if rate else 0
            text += f" of {total:,}  {rate:,.0f}/s  ETA {left // 60:02}:{left % 60:02}"
        else:
            text += f"  {rate:,.0f}/s"
        sys.stderr.write("\r" + fit(text, WIDTH - 1))
        sys.stderr.flush()
        self._drawn = True

    def close(self) -> None:
        """Leaves no trace."""
        if self._drawn:
            sys.stderr.write("\r" + " " * (WIDTH - 1) + "\r")
            sys.stderr.flush()
