"""Changes to a calendar text that are collected first and then made in one go, so that all other bytes stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmsync.formats.contentline import Line, Param
from crmsync.formats.contentline_write import encode, fold, head, line_end
from crmsync.formats.ical_tree import Component


class Draft:
    """A body, and what will be put in place of some of its bytes. Lines are given unfolded, without line end."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._end = line_end(body)
        self._edits: list[tuple[int, int, bytes]] = []

    def add(self, at: int, written: Iterable[str]) -> None:
        """New lines in front of that byte, behind those that were added there before."""
        open_ended = at == len(self._body) and self._body and self._body[-1:] not in (b"\n", b"\r")
        self._edits.append((at, at, (self._end if open_ended else b"") + self._fold(written)))

    def replace(self, old: Line | Component, written: Iterable[str]) -> None:
        """Lines in place of an old line or component."""
        self._edits.append((old.start, old.end, self._fold(written)))

    def remove(self, old: Line | Component) -> None:
        """One line or component less."""
        self._edits.append((old.start, old.end, b""))

    def put(self, component: Component, old: Line | None, written: str) -> None:
        """A line in place of an old one or, without one, behind the component's other properties."""
        if old:
            self.replace(old, [written])
        else:
            self.add(component.tail, [written])

    def result(self) -> bytes:
        """The body with all changes made."""
        pieces = []
        position = 0
        for start, end, text in sorted(self._edits, key=lambda edit: edit[0]):
            pieces += [self._body[position:start], text]
            position = max(position, end)
        return b"".join((*pieces, self._body[position:]))

    def _fold(self, written: Iterable[str]) -> bytes:
        return b"".join(fold(encode(line), self._end) for line in written)


def content(name: str, params: Iterable[Param], value: str) -> str:
    """One content line; the value is written as it is."""
    return f"{head(name, params)}:{value}"


def with_params(params: Iterable[Param], new: Mapping[str, str]) -> list[Param]:
    """The parameters with some of them set, or left out where the new value is empty; the others as they are."""
    kept = [(name, (new[name],) if name in new else values) for name, values in params if new.get(name, " ")]
    have = {name for name, _ in kept}
    return kept + [(name, (value,)) for name, value in new.items() if value and name not in have]


def silenced(params: Iterable[Param]) -> list[Param]:
    """The parameters of an ORGANIZER or ATTENDEE line that we add: no server mails anybody because of it.

    Source: RFC 6638 section 7.1. Lines that are there already keep what they say: when a SCHEDULE-AGENT turns from
    SERVER into CLIENT the server mails a cancellation (section 3.2.1.2).
    """
    return with_params(params, {"SCHEDULE-AGENT": "CLIENT"})
