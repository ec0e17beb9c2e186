"""One vCard, opened: its lines, its version, its labels. Reading, comparing and patching all start here.

Source: RFC 6350 (4.0), RFC 2426 (3.0), the vCard 2.1 specification, and Apple's groups with X-ABLabel.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crmsync.errors import Unreadable
from crmsync.formats.contentline import Line, Source, depths, lines, open_source, to_text
from crmsync.formats.escaping import unescape

_CARD = b"VCARD"
_LABEL = "X-ABLABEL"
_APPLE_LABELS = {"mobile": "cell", "workfax": "work fax", "homefax": "home fax"}


@dataclass(frozen=True, slots=True)
class Card:
    """A vCard as it stands. `properties` are its own lines, without BEGIN, END and those of a card nested in it."""

    source: Source
    properties: list[Line]
    end: Line
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """`2.1`, `3.0` or `4.0`; a card that does not say is taken for 3.0, the most common."""
        for line in self.properties:
            if line.head.name == "VERSION":
                return {b"2": "2.1", b"4": "4.0"}.get(line.value.strip()[:1], "3.0")
        return "3.0"


def open_card(raw: bytes) -> Card:
    """Reads the lines of a card.

    Raises `Unreadable` when the bytes are no vCard, not one whole vCard, or more than one.
    """
    source = open_source(raw)
    properties, end = own_lines(source.body)
    labels = {
        line.head.group.lower(): group_label(plain(line))
        for line in properties
        if line.head.name == _LABEL and line.head.group
    }
    return Card(source, properties, end, labels)


def own_lines(body: bytes) -> tuple[list[Line], Line]:
    """The properties of the card in a body, and its END line. Raises `Unreadable` like `open_card`."""
    found = lines(body)
    names = [line.head.name for line in found]
    regular = names.count("BEGIN") == 1 and names[0] == "BEGIN" and names.count("END") == 1 and names[-1] == "END"
    if regular and found[0].value.strip().upper() == found[-1].value.strip().upper() == _CARD:
        properties, end = found[1:-1], found[-1]
    else:
        properties, end = _from_irregular(found)
    if not properties:
        raise Unreadable("there is nothing between BEGIN:VCARD and END:VCARD")
    return properties, end


def _from_irregular(found: list[Line]) -> tuple[list[Line], Line]:
    """The lines of a card with others nested in it (AGENT), or with something before or after it."""
    starts = [at for at, line in enumerate(found) if line.head.name == "BEGIN"]
    if not starts:
        raise Unreadable("there is no BEGIN:VCARD in it")
    found = found[starts[0] :]
    if found[0].value.strip().upper() != _CARD:
        raise Unreadable(f"it begins with BEGIN:{to_text(found[0].value.strip())[:40]}, which is no vCard")
    deep = depths(found)
    if sum(depth == 1 and line.head.name == "BEGIN" for line, depth in zip(found, deep, strict=True)) > 1:
        raise Unreadable("it holds more than one card", next_step="Split it into single cards first")
    last = next(at for at, line in enumerate(found) if deep[at] == 1 and line.head.name == "END")
    return [found[at] for at in range(1, last) if deep[at] == 1], found[last]


def group_label(text: str) -> str:
    """What an X-ABLabel says; `_$!<Work>!$_`, as Apple spells the labels it ships, is `work`."""
    if text.startswith("_$!<") and text.endswith(">!$_"):
        name = text[4:-4].strip().lower()
        return _APPLE_LABELS.get(name, name)
    return text


def plain(line: Line) -> str:
    """The value of a line that holds one text: unescaped, without space around it."""
    text = line.text()
    return (unescape(text) if "\\" in text else text).strip()


def verbatim(line: Line) -> str:
    """The value of a line that holds one text, spaces and all."""
    return unescape(line.text())
