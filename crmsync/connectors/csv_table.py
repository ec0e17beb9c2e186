"""The text of a CSV file, record by record, so that what is not changed is written back byte for byte."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from crmsync.errors import BadConfig, Refused, Unreachable

_DELIMITERS = ";,\t|"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_FORMULA = re.compile(r"'*[=+\-@\t\r\0]")


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its cells, and its text with the line end. A blank line has no cells."""

    cells: tuple[str, ...]
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A file: what stands before the header (`sep=;`), the header, the rows, and how all of it is written."""

    encoding: str
    bom: bytes
    delimiter: str
    line_end: str
    quote_all: bool
    before: str
    header: Row
    rows: tuple[Row, ...]

    @classmethod
    def read(cls, raw: bytes, encoding: str = "", delimiter: str = "") -> Self:
        """The table in these bytes; encoding and delimiter are found out when they are `""`.

        Raises `BadConfig` when they are not of that encoding or there is no header, `Unreachable` when the file ends
        inside a quoted cell: then it is being written or was cut, and must not be taken for all there is.
        """
        bom, encoding = _encoding(raw, encoding)
        try:
            text = raw[len(bom) :].decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise BadConfig(f"the file is not in {encoding}: {error}", next_step="Set the option encoding") from error
        lines = _lines(text)
        before = ""
        while lines and (not lines[0].strip() or re.fullmatch(r"sep=.[\r\n]*", lines[0])):
            delimiter = delimiter or (lines[0][4] if lines[0].startswith("sep=") else "")
            before += lines.pop(0)
        if not lines:
            raise BadConfig("the file has no header", next_step="Give its first line the names of the columns")
        delimiter = delimiter or _delimiter(lines)
        rows = _rows(lines, delimiter)
        line_end = next((end for end in ("\r\n", "\n", "\r") if lines[0].endswith(end)), "\r\n")
        quoted = rows[0].text.rstrip("\r\n").count('"') >= 2 * len(rows[0].cells)
        return cls(encoding, bom, delimiter, line_end, quoted, before, rows[0], tuple(rows[1:]))

    def row(self, cells: Sequence[str]) -> Row:
        """A record of these cells, in the manner of the file."""
        out = io.StringIO()
        csv.writer(
            out,
            delimiter=self.delimiter,
            lineterminator=self.line_end,
            quoting=csv.QUOTE_ALL if self.quote_all else csv.QUOTE_MINIMAL,
        ).writerow(cells)
        return Row(tuple(cells), out.getvalue())

    def with_rows(self, rows: Iterable[Row]) -> Table:
        """The same file with other rows; each one ends its line."""
        return replace(self, header=self._ended(self.header), rows=tuple(self._ended(row) for row in rows))

    def to_bytes(self) -> bytes:
        """The file. Raises `Refused` for a character that its encoding does not have."""
        text = self.before + self.header.text + "".join(row.text for row in self.rows)
        try:
            return self.bom + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise Refused(
                f"the file is in {self.encoding}, which has no {error.object[error.start]!r}",
                next_step="Save it as UTF-8 once",
            ) from error

    def _ended(self, row: Row) -> Row:
        return row if row.text.endswith(("\r", "\n")) else Row(row.cells, row.text + self.line_end)


def neutral(value: str) -> str:
    """A cell that no spreadsheet runs as a formula (ASVS 1.2.10); `plain` gives the value back."""
    return f"'{value}" if _FORMULA.match(value) else value


def plain(cell: str) -> str:
    """The value of a cell, without the apostrophe that keeps a formula from running."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _encoding(raw: bytes, wanted: str) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return bom, encoding
    if wanted:
        return b"", wanted
    for encoding in ("utf-8", "cp1252"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return b"", encoding
    return b"", "latin-1"


def _lines(text: str) -> list[str]:
    """Physical lines; only CR, LF and CRLF end one (`str.splitlines` knows many more)."""
    if "\n" not in text and "\r" in text:
        return re.findall(r"[^\r]*\r|[^\r]+", text)
    return text.splitlines(keepends=True) if text.isascii() and _plain_breaks(text) else _split_lf(text)


def _plain_breaks(text: str) -> bool:
    return not re.search(r"[\v\f\x1c-\x1e]|\r(?!\n)", text)


def _split_lf(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _delimiter(lines: Sequence[str]) -> str:
    """The one that cuts the header and the next rows into equally many cells; the header alone when rows differ."""
    head = lines[:20]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(cells) for cells in csv.reader(head, delimiter=delimiter) if cells]
        return (sum(width == widths[0] for width in widths) if widths[0] > 1 else 0, widths[0])

    best = max(_DELIMITERS, key=score)
    return best if score(best)[0] else ","


def _rows(lines: Sequence[str], delimiter: str) -> list[Row]:
    csv.field_size_limit(max(csv.field_size_limit(), sum(map(len, lines)) + 1))
    rows: list[Row] = []
    for strict in (True, False):
        reader = csv.reader(lines, delimiter=delimiter, strict=strict)
        rows, done = [], 0
        try:
            for cells in reader:
                rows.append(Row(tuple(cells), "".join(lines[done : reader.line_num])))
                done = reader.line_num
        except csv.Error as error:
            if not strict or "unexpected end" in str(error):
                raise Unreachable(
                    f"the file ends inside a quoted cell, or cannot be read as CSV: {error}",
                    next_step='Check the quotes (") near its end, or wait until it is written completely',
                ) from error
            continue
        break
    if len(rows) > 1 and rows[-1].text.count('"') % 2 and "\n" in rows[-1].text.rstrip("\r\n"):
        raise Unreachable("a quoted cell is not closed and swallows what follows", next_step='Check the quotes (")')
    return rows
