"""Filters line by line: `city = Forlì`, `not name contains rossi`. A line is as people say it, the filter is SQL.

Lines that are joined by "and" belong together; an "or" begins the next such group, as in SQL. `not` holds too where
the column is empty. What somebody wrote in SQL is lines only where it says exactly what lines would say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmsync.errors import Usage
from crmsync.values import SHAPES, Shape


class Comparison(StrEnum):
    """How a column is compared, in the word that is typed."""

    IS = "="
    DIFFERS = "<>"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    CONTAINS = "contains"
    BEGINS = "begins"
    EMPTY = "empty"
    FILLED = "filled"


_ALONE = (Comparison.EMPTY, Comparison.FILLED)
_NUMBER = re.compile(r"\d{1,15}(\.\d{1,15})?")
_NUMERIC = {name for name, shape in SHAPES.items() if shape in (Shape.NUMBER, Shape.FLAG)} | {"sync"}
_TYPED = re.compile(
    r"\s*(?P<not>not\s+)?(?P<column>[^\W\d][\w.]*)\s*(?P<how><>|<=|>=|=|<|>|contains\b|begins\b|empty\b|filled\b)"
    r"\s*(?P<value>.*?)\s*",
    re.IGNORECASE | re.DOTALL,
)
_SQL = re.compile(
    r"""\s*(?P<open>\(\s*)?(?P<column>[^\W\d][\w.]*)\s*(?:
        is\s+(?P<filled>not\s+)?null\b
        | like\s+'(?P<like>(?:[^']|'')*)'(?P<escape>\s+escape\s+'\\')?
        | (?P<how><>|<=|>=|=|<|>)\s*(?P<value>'(?:[^']|'')*'|\d+(?:\.\d+)?(?![\w.]))
    )(?(open)\s*\)\s*is\s+not\s+true\b)\s*(?P<join>and\b|or\b)?""",
    re.IGNORECASE | re.VERBOSE,
)
_WILD = re.compile(r"[%_\\]")


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison. `either`: it begins another group, after an "or"."""

    column: str
    how: Comparison
    value: str = ""
    negated: bool = False
    either: bool = False

    def __str__(self) -> str:
        """As it would be typed."""
        words = [self.column, self.how.value, self.value]
        return " ".join(word for word in ("not" if self.negated else "", *words) if word)


def typed(text: str, columns: Collection[str], *, either: bool = False) -> Line:
    """The line that somebody typed. Raises `Usage`."""
    found = _TYPED.fullmatch(text)
    if found is None:
        raise Usage(
            "a line is a column, a comparison and a value",
            thing=text.strip()[:60],
            next_step="Like: city = Forlì; not name contains rossi; email empty; orders >= 10",
        )
    column, how = found["column"].lower(), Comparison(found["how"].lower())
    if column not in columns and not column.startswith("custom."):
        near = ", ".join(sorted(name for name in columns if name.startswith(column[:2]))) or ", ".join(sorted(columns))
        raise Usage(f'there is no column "{column}"', thing=text.strip()[:60], next_step=f"Columns: {near}")
    if (how in _ALONE) is bool(found["value"]):
        what = "takes no value" if how in _ALONE else "takes a value"
        raise Usage(f"{how.value} {what}", thing=text.strip()[:60])
    if column in _NUMERIC and how not in _ALONE and not _NUMBER.fullmatch(found["value"]):
        raise Usage("this column holds numbers; 1 is yes and 0 is no", thing=column)
    return Line(column if column in columns else found["column"], how, found["value"], bool(found["not"]), either)


def expression(lines: Sequence[Line]) -> str:
    """The lines as one expression; `""` for none."""
    text = ""
    for line in lines:
        join = " or " if line.either else " and "
        text += (join if text else "") + _sql(line)
    return text


def lines_of(text: str, columns: Collection[str]) -> list[Line] | None:
    """The lines that say what an expression says, or `None` where lines cannot. The empty text has no lines."""
    lines: list[Line] = []
    at, join = 0, "and"
    text = text.strip()
    while at < len(text):
        found = _SQL.match(text, at)
        if found is None or not join:
            return None
        line = _read(found, either=bool(lines) and join == "or")
        if line is None or (line.column not in columns and not line.column.startswith("custom.")):
            return None
        lines.append(line)
        at, join = found.end(), (found["join"] or "").lower()
    return lines if not join or not lines else None


def _sql(line: Line) -> str:
    match line.how:
        case Comparison.EMPTY:
            said = f"{line.column} is null"
        case Comparison.FILLED:
            said = f"{line.column} is not null"
        case Comparison.CONTAINS | Comparison.BEGINS:
            inner = _quoted(_WILD.sub(r"\\\g<0>", line.value))
            start = "%" if line.how is Comparison.CONTAINS else ""
            escape = " escape '\\'" if _WILD.search(line.value) else ""
            said = f"{line.column} like '{start}{inner}%'{escape}"
        case _:
            said = f"{line.column} {line.how.value} {_literal(line.column, line.value)}"
    return f"({said}) is not true" if line.negated else said


def _literal(column: str, value: str) -> str:
    return value if column in _NUMERIC else f"'{_quoted(value)}'"


def _quoted(value: str) -> str:
    return value.replace("'", "''")


def _read(found: re.Match[str], *, either: bool) -> Line | None:
    """The line behind one comparison in SQL, if writing that line gives the same again."""
    negated = found["open"] is not None
    column = found["column"].lower() if "." not in found["column"] else found["column"]
    if found["like"] is not None:
        pattern = found["like"].replace("''", "'")
        how = Comparison.CONTAINS if pattern.startswith("%") and len(pattern) > 1 else Comparison.BEGINS
        inner = pattern[how is Comparison.CONTAINS : -1]
        line = Line(column, how, re.sub(r"\\(.)", r"\1", inner) if found["escape"] else inner, negated, either)
    elif found["how"] is not None:
        value = found["value"]
        value = value[1:-1].replace("''", "'") if value.startswith("'") else value
        line = Line(column, Comparison(found["how"]), value, negated, either)
    else:
        line = Line(column, Comparison.FILLED if found["filled"] else Comparison.EMPTY, "", negated, either)
    bare = found[0][: found.start("join") - found.start()] if found["join"] else found[0]
    if line.how not in _ALONE and (not line.value or line.value != line.value.strip()):
        return None
    return line if _plain(_sql(line)) == _plain(bare) else None


def _plain(sql: str) -> str:
    """Without what makes no difference outside of quotes: spaces, and the case of words."""
    parts = re.split(r"('(?:[^']|'')*')", sql)
    return "".join(part if part.startswith("'") else re.sub(r"\s+", "", part).lower() for part in parts)
