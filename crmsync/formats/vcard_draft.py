"""A vCard under change: which bytes go, which come, and everything else as it was."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from crmsync.formats.contentline import Line
from crmsync.formats.vcard_card import Card
from crmsync.formats.vcard_write import Style

_COMPANIONS = frozenset(("X-ABLABEL", "X-ABADR"))
"""Lines that only say something about the other line of their group."""


@dataclass(slots=True)
class Group:
    """The lines that share a group name: those that only describe it, and all others."""

    companions: list[Line] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)


class Draft:
    """Collects the edits of one card and applies them in one pass."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.style = Style.of(card)
        self._spans: dict[int, tuple[int, bytes]] = {}
        self._added: defaultdict[int, list[bytes]] = defaultdict(list)
        self._removed: set[int] = set()
        self._groups: defaultdict[str, Group] = defaultdict(Group)
        self._companions: dict[int, Line] = {}  # by where they begin
        self._last_number = 0
        for line in card.properties:
            if line.head.group:
                self._note_group(line)

    def _note_group(self, line: Line) -> None:
        name = line.head.group.lower()
        group = self._groups[name]
        if line.head.name in _COMPANIONS:
            group.companions.append(line)
            self._companions[line.start] = line
        else:
            group.others.append(line)
        number = re.fullmatch(r"item(\d{1,6})", name)
        if number:
            self._last_number = max(self._last_number, int(number[1]))

    def named(self, wanted: Callable[[str], bool]) -> list[Line]:
        """The lines whose name is wanted."""
        return [line for line in self.card.properties if wanted(line.head.name)]

    def last_end(self, line: Line) -> bytes:
        """The line end of one line, which in a mixed file may be another than that of the card."""
        span = self.bytes_of(line)
        return span[len(span.rstrip(b"\r\n")) :]

    def bytes_of(self, line: Line) -> bytes:
        """A line as it stands in the card."""
        return self.card.source.body[line.start : line.end]

    def write(self, line: Line, head: str, value: str) -> None:
        """Puts other content in the place of a line."""
        self.replace(line, self.style.line(head, value, self.last_end(line)))

    def replace(self, line: Line, written: bytes) -> None:
        """Puts other bytes in the place of a line."""
        self._spans[line.start] = (line.end, written)
        self._removed.discard(line.start)

    def remove(self, line: Line) -> None:
        """Takes a line out; what belonged to it alone (X-ABLabel) goes with it."""
        self.replace(line, b"")
        self._removed.add(line.start)

    def moved(self, line: Line) -> bytes:
        """Takes a line, changed or not, from its place, to be added elsewhere."""
        _, written = self._spans.get(line.start, (0, self.bytes_of(line)))
        self.replace(line, b"")
        return written

    def add(self, written: bytes, at: int | None = None) -> None:
        """Adds lines at a position, by default before the end of the card."""
        self._added[self.card.end.start if at is None else at].append(written)

    def new_group(self) -> str:
        """A group name no line has."""
        self._last_number += 1
        return f"item{self._last_number}"

    def label_lines(self, group: str) -> list[Line]:
        """The X-ABLabel lines of a group; none where there is no group."""
        return [line for line in self._groups[group.lower()].companions if line.head.name == "X-ABLABEL"]

    def is_shared(self, group: str) -> bool:
        """Whether more than one line is in this group, beside those that describe it."""
        return len(self._groups[group.lower()].others) > 1

    def after(self, line: Line) -> int:
        """The position behind a line and the companion that follows it directly."""
        following = self._companions.get(line.end)
        if following is None or following.head.group.lower() != line.head.group.lower():
            return line.end
        return following.end

    def _remove_orphans(self) -> None:
        for group in self._groups.values():
            if group.others and all(line.start in self._removed for line in group.others):
                for line in group.companions:
                    self.replace(line, b"")

    def finish(self) -> bytes:
        """The changed card, in the encoding it came in."""
        self._remove_orphans()
        body, pieces, position = self.card.source.body, [], 0
        for at in sorted(self._spans.keys() | self._added.keys()):
            pieces += [body[position:at], *self._added.get(at, ())]
            position, written = self._spans.get(at, (at, b""))
            pieces.append(written)
        pieces.append(body[position:])
        return self.card.source.restore(b"".join(pieces))
