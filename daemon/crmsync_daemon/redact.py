"""What may stand in a log: never a secret, and nothing by which a person could be known. Pure.

A log is sent around when something does not work. So of an error there is what happened and what to do, not to which
thing: an address of an item is often made of a name. Of a fault of our own there is its kind and where it happened, not
its message, which quotes the value it met. What is left is looked through for the shapes of secrets and persons.
"""

from __future__ import annotations

import re
import traceback
from pathlib import PurePath

from crmsync.errors import CrmsyncError

GONE = "…"

_SHAPES = (
    (re.compile(r"(?i)\b(proxy-)?authorization\b\s*[:=]\s*\S+(\s+[\w.~+/=-]+)?"), f"authorization {GONE}"),
    (re.compile(r"(?i)\b(basic|bearer|digest)\s+[\w.~+/=-]{6,}"), rf"\1 {GONE}"),
    (re.compile(r"(?i)\b(\w*(?:password|passwd|secret|token|api_?key)\w*)(\s*[:=]\s*)\S+"), rf"\1\2{GONE}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*)://[^\s\"'<>]+"), rf"\1://{GONE}"),
    (re.compile(r"[^\s@\"'<>(]+@[^\s@\"'<>)]+"), GONE),
    (re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|«[^»]*»|“[^”]*”"), GONE),
    (re.compile(r"(?<![\w.])(?:~|\.{1,2}|[A-Za-z]:)?[/\\][^\s/\\,;:()]+(?:[/\\][^\s,;:()]*)*"), GONE),
    (re.compile(r"\b[\w%.-]+\.(?:vcf|ics|csv|eml)\b"), GONE),
    (re.compile(r"(?<![\w.:-])\+?\(?\d[\d ()./-]{6,}\d(?![\w:])"), GONE),
)


def redacted(text: str) -> str:
    """The text without secrets, addresses, telephone numbers, paths and whatever stands in quotation marks."""
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def told(error: BaseException) -> str:
    """An error in a log: what happened and what to do next; of a foreign one only its kind."""
    if not isinstance(error, CrmsyncError):
        return type(error).__name__
    return redacted(f"{error.what}. {error.next_step}" if error.next_step else error.what)


def where(error: BaseException) -> str:
    """Kind and place of an error and of what caused it, innermost call last: no message, no path above a package."""
    found: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(found) < 5:
        calls = (
            f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(seen.__traceback__)
        )
        found.append(f"{type(seen).__name__} at {' > '.join(calls) or '(unknown)'}")
        seen = seen.__cause__ or seen.__context__
    return ", because of ".join(found)
