"""Single vCard lines, written as the card at hand writes them: its version, its line ends."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmsync.formats.contentline import Line, Param, colon, to_text
from crmsync.formats.contentline_write import encode, fold, line_end, param_value, quoted_printable
from crmsync.formats.escaping import HARMLESS, escape, one_newline
from crmsync.formats.vcard_card import Card
from crmsync.formats.vcard_values import KINDS, OMIT_YEAR, PLACES, type_label

_MISREAD_BACKSLASH = re.compile(r'\\(?=[nN,;:"\\]|\Z)')
_TYPED_LABELS = frozenset((*PLACES, *KINDS))
_YEARLESS = "1604"  # the leap year Apple writes where there is no year


@dataclass(frozen=True, slots=True)
class Style:
    """How a card spells things. `end` is its line end."""

    version: str
    end: bytes

    @classmethod
    def of(cls, card: Card) -> Style:
        """The style of an existing card."""
        return cls(card.version, line_end(card.source.body))

    def text(self, value: str) -> str:
        """A value that is one text."""
        return self._old(value) if self.version == "2.1" else escape(value)

    def part(self, value: str) -> str:
        """One component of a structured value (N, ADR, ORG)."""
        return self._old(value).replace(";", "\\;") if self.version == "2.1" else escape(value)

    def uri(self, value: str) -> str:
        """A URI. Its commas are escaped, because vobject (so Radicale) cuts it at the first that is not."""
        text = self._old(value)
        return text if self.version == "2.1" else text.replace("\n", "\\n").replace(",", "\\,")

    def _old(self, value: str) -> str:
        # 2.1 knows no escape but that of a semicolon; others may show a backslash that we add, so few are
        return _MISREAD_BACKSLASH.sub(r"\\\\", one_newline(value))

    def line(self, head: str, value: str, last: bytes = b"") -> bytes:
        """The physical lines of one property; `last` is the line end of the last one. `value` is escaped already."""
        value = one_newline(value).translate(HARMLESS)
        if self.version != "2.1":
            folded = fold(encode(f"{head}:" + value.replace("\n", "\\n")), self.end)
            return folded.removesuffix(self.end) + (last or self.end)
        if value.isascii() and "\n" not in value:
            return encode(f"{head}:{value}") + (last or self.end)
        written = quoted_printable(value, self.end)
        return encode(f"{head};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:") + written + (last or self.end)

    def head(self, name: str, params: Iterable[Param] = (), group: str = "") -> str:
        """What stands before the colon."""
        written = f"{group}.{name}" if group else name
        for key, values in params:
            if key == "TYPE":
                types = (value.lower() if self.version == "4.0" else value for value in values)
                written += "".join(
                    f";{param_value(t)}" if self.version == "2.1" else f";TYPE={param_value(t)}" for t in types
                )
            else:
                written += f";{key}={','.join(map(param_value, values))}"
        return written

    def old_head(self, card: Card, line: Line, without: Sequence[str] = ()) -> str:
        """The head of an existing line, letter by letter where it can stay: the encoding is that of the new value."""
        head = line.head
        dropped = {"ENCODING", "CHARSET", *without}
        if any(key in dropped for key, _ in head.params):
            return self.head(head.name, [param for param in head.params if param[0] not in dropped], head.group)
        first, *others = card.source.body[line.start : line.end].splitlines()
        whole = b"".join((first, *(part[1:] if part[:1] in (b" ", b"\t") else part for part in others)))
        return to_text(whole[: colon(whole)])

    def label_types(self, label: str, preferred: bool, kept: Sequence[str] = ()) -> tuple[Param, ...]:
        """The parameters of an entry: `kept` types, those that spell the label if types can, and the preference."""
        types = [*kept, *(label.upper().split() if is_typed(label) else ())]
        if preferred and self.version != "4.0":
            types.append("PREF" if self.version == "2.1" else "pref")
        params: list[Param] = [("TYPE", tuple(types))] if types else []
        if preferred and self.version == "4.0":
            params.append(("PREF", ("1",)))
        return tuple(params)

    def birthday(self, day: str) -> tuple[tuple[Param, ...], str]:
        """Parameters and value of BDAY for `YYYY-MM-DD` or `--MM-DD`; anything else is kept as text."""
        if re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            return (), day.replace("-", "") if self.version == "4.0" else day
        if not re.fullmatch(r"--\d\d-\d\d", day):
            return (("VALUE", ("text",)),), self.text(day)
        if self.version == "4.0":
            return (), f"--{day[2:4]}{day[5:]}"
        return ((OMIT_YEAR, (_YEARLESS,)),), f"{_YEARLESS}-{day[2:]}"

    def photo(self, value: str, content: bytes | None) -> bytes:
        """A PHOTO line: the picture itself, or where it is."""
        if content is None:
            params = () if self.version == "4.0" else (("VALUE", ("URL" if self.version == "2.1" else "uri",)),)
            return self.line(self.head("PHOTO", params), self.uri(value))
        kind, data = _picture_kind(content), b2a_base64(content, newline=False)
        if self.version == "4.0":
            return fold(f"PHOTO:data:image/{kind.lower()};base64,".encode() + data, self.end)
        coding = "BASE64" if self.version == "2.1" else "b"
        folded = fold(f"PHOTO;ENCODING={coding};TYPE={kind}:".encode() + data, self.end)
        # 2.1 readers find the end of base64 by a blank line
        return folded + self.end if self.version == "2.1" else folded


def is_typed(label: str) -> bool:
    """Whether TYPE can say this label and reads back as it; others need an X-ABLabel."""
    types = tuple(label.split(" "))
    return label != "" and all(name in _TYPED_LABELS for name in types) and type_label(types) == label


def _picture_kind(content: bytes) -> str:
    for start, kind in ((b"\xff\xd8", "JPEG"), (b"\x89PNG", "PNG"), (b"GIF8", "GIF")):
        if content.startswith(start):
            return kind
    return "WEBP" if content[8:12] == b"WEBP" else "JPEG"
