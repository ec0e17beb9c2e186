"""`crmsync log`: what was changed, written at remotes and decided, the newest last; `-f` goes on as it happens."""

from __future__ import annotations

import json
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from crmsync.cli.answers import emit, say
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.review import events
from crmsync.review.events import Event
from crmsync.review.report import in_words
from crmsync.review.run_search import for_log, read
from crmsync.store.log import START, Mark

POLL_SECONDS = 0.5
"""How often `-f` asks whether somebody has written; that costs microseconds."""

_PAGE = 1000


def run(desk: Desk, argv: list[str]) -> int:
    """Prints the end of the log, and with `-f` what comes after it, until it is stopped."""
    parser = Arguments(
        "crmsync log",
        description="What was changed, written at remotes and decided, the newest last. With --json one object with "
        "all of it; with -f --json one object for each line, each with its schema.",
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on until stopped (ctrl+c)")
    parser.add_argument("--limit", type=positive, default=50, metavar="N", help="lines to begin with (default: 50)")
    parser.add_argument("--run", type=positive, metavar="RUN", help="only what this run did")
    parser.add_argument(
        "--search", default="", metavar="TEXT", help="only records with these words; by:NAME for a user"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with desk.seeing() as view:
        if options.run is not None:
            view.runs.get(options.run)
    if not options.follow:
        found, _ = _end(desk, options)
        if options.json:
            emit({"log": [as_json(event) for event in found]})
        elif not found:
            say("Nothing was done yet.")
        else:
            _print(found)
        return 0
    for batch in follow(desk, options):
        for event in batch:
            if options.json:
                sys.stdout.write(json.dumps({"schema": 1, **as_json(event)}) + "\n")
            else:
                _print([event])
        sys.stdout.flush()
    return 0


def follow(desk: Desk, options: Namespace) -> Iterator[Sequence[Event]]:
    """The end of the log, and then, whenever somebody has written, what came to it. Ends with ctrl+c alone."""
    version = desk.store.data_version()
    told = _Ends(desk, options)
    found, mark = _end(desk, options)
    told.know(found)
    yield found
    while True:
        time.sleep(POLL_SECONDS)
        if (now := desk.store.data_version()) == version:
            continue
        version = now
        fresh, mark = _since(desk, options, mark)
        yield [*fresh, *told.fresh()]


class _Ends:
    """Which runs were told to be over. A run ends long after it began, so its number says nothing of the order."""

    def __init__(self, desk: Desk, options: Namespace) -> None:
        self._desk, self._options = desk, options
        self._known: set[int | None] = set()
        self.fresh()

    def fresh(self) -> Sequence[Event]:
        """Those that ended since the last call, the oldest first."""
        if self._options.run is not None:
            return []
        with self._desk.seeing() as view:
            ends = events.ended(view, read(self._options.search), _PAGE)
        new = [event for event in ends if event.run not in self._known]
        self.know(new)
        return new[::-1]

    def know(self, told: Sequence[Event]) -> None:
        """These were told."""
        self._known.update(event.run for event in told if event.kind == "run")


def _end(desk: Desk, options: Namespace) -> tuple[Sequence[Event], Mark]:
    selection = for_log(options.search, options.run)
    with desk.seeing() as view:
        mark = view.journal.log.last()
        found = events.newest(view, selection, START, limit=options.limit)
        ends = [] if options.run is not None else events.ended(view, read(options.search), options.limit)
    return events.merged(found, ends, options.limit), mark


def _since(desk: Desk, options: Namespace, mark: Mark) -> tuple[Sequence[Event], Mark]:
    selection, found = for_log(options.search, options.run), list[Event]()
    with desk.seeing() as view:
        end = view.journal.log.last()
        while page := events.since(view, selection, mark, limit=_PAGE):
            found += page
            mark = page[-1].mark or end
    return found, end


def as_json(event: Event) -> dict[str, Any]:
    """One line for a program."""
    return {one.name: getattr(event, one.name) for one in fields(event) if one.name != "mark"}


def _print(found: Sequence[Event]) -> None:
    for event in found:
        parts = [event.at, event.actor, f"{event.kind} {event.action}", event.account, event.name]
        say("  ".join(part for part in parts if part) + _what(event))


def _what(event: Event) -> str:
    if event.kind == "run":
        return f"  (run {event.run}){': ' + event.reason if event.reason else ''}"
    if event.kind == "decision":
        return f"  ({event.field})"
    if event.field:
        return f"  {event.field}: {in_words(event.before)!r} -> {in_words(event.after)!r}"
    return ""
