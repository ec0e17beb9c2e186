"""The words a record is found by, and what a person types to find it.

Both are folded alike: case and accents do not count, a word matches its beginning, a telephone number matches with or
without its country code, spaces and zeros in front. So the index needs no tokenizer of its own, and an apostrophe or
`NEAR(` in the search line is just text.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from crmsync.core.names import unaccented
from crmsync.values import Address, Fields, text_of, values_of

Words: TypeAlias = tuple[str, str, str, str, str]
"""name, organization, emails, phones, note: the columns of `record_words`."""

_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[+(]?\d[\d\s()./+-]*")
_DIGITS = re.compile(r"\D+")


def fold(text: str) -> str:
    """Lower case, without accents: how names sort, and what words are compared in."""
    if text.isascii():
        return text.lower()
    return unaccented(text.casefold())


def sort_key(fields: Fields) -> str:
    """What lists are ordered by: the folded name, else organization or summary, with single spaces."""
    return " ".join(fold(title(fields)).split())


def title(fields: Fields) -> str:
    """What a record is called in a list; `""` when it has nothing to be called by."""
    for field in ("name", "organization", "summary"):
        value = fields.get(field)
        if isinstance(value, str) and value:
            return value
    return f"{text_of(fields, 'given')} {text_of(fields, 'family')}".strip()


def words(fields: Fields) -> Words:
    """What the index holds for a record. Equal fields give equal words, or they could not be taken out again."""
    texts = [
        " ".join([value for field in columns if isinstance(value := fields.get(field), str)])
        for columns in (_NAMES, _ORGANIZATIONS, _TEXTS)
    ]
    texts[2] = " ".join([texts[2], *_places(fields)])
    texts.append(" ".join(values_of(fields, "emails")))
    # Folded all at once, with a sign between them that no word holds.
    name, organization, note, emails = fold("\0".join([text.replace("\0", " ") for text in texts])).split("\0")
    phones = [spelling for phone in values_of(fields, "phones") for spelling in _spellings(phone)]
    return (
        " ".join(dict.fromkeys(_WORD.findall(name))),
        _apart(organization),
        _apart(emails),
        " ".join(phones),
        _apart(note),
    )


def _apart(text: str) -> str:
    """The words with spaces between them. What is ASCII can stay as it is: FTS5 takes that apart in the same way."""
    return text if text.isascii() else " ".join(_WORD.findall(text))


_NAMES = ("name", "given", "family", "middle", "nickname", "summary")
_ORGANIZATIONS = ("organization", "department")
_TEXTS = ("title", "note", "description", "location", "vat_number", "tax_code")


def query(text: str) -> str:
    """The FTS5 expression for what a person typed: each word begins one of the record's. `""`: nothing to find."""
    asked = []
    for part in _parts(text.strip()):
        if _NUMBER.fullmatch(part) and len(digits := _DIGITS.sub("", part)) > 2:
            spellings = dict.fromkeys((digits, digits.lstrip("0") or digits, digits.removeprefix("00") or digits))
            asked.append("(" + " OR ".join(f'"{digits}"*' for digits in spellings) + ")")
        else:
            *whole, begun = _WORD.findall(fold(part)) or [""]
            asked += [f'"{word}"' for word in whole]  # what stands before an `@` or `.` was typed to its end
            asked += [f'"{begun}"*'] if begun else []
    return " AND ".join(asked)


def _parts(text: str) -> list[str]:
    """The words as typed; a telephone number with its spaces is one word."""
    parts: list[str] = []
    for part in text.split():
        number = _NUMBER.fullmatch(part) is not None
        if number and parts and _NUMBER.fullmatch(parts[-1]):
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def _spellings(phone: str) -> list[str]:
    digits = _DIGITS.sub("", phone)
    international = phone.lstrip().startswith("+") or digits.startswith("00")
    digits = digits.removeprefix("00")
    if not international or len(digits) < 7:
        return [digits] if digits else []
    # Nobody types the country code at home; the zero after it is typed where it belongs to the number (Italy).
    national = digits[_country_code(digits) :]
    return [digits, national, national.lstrip("0")] if national[0] == "0" else [digits, national]


def _country_code(digits: str) -> int:
    """How many digits the country code has (ITU-T E.164, list of assigned codes)."""
    if digits[0] in "17":
        return 1
    return 2 if digits[:2] in _TWO_DIGITS else 3


_TWO_DIGITS = frozenset(
    str(code)
    for codes in ((20, 27, 36, 39, 40, 41, 81, 82, 84, 86, 98), *map(range, (30, 43, 51, 60, 90), (35, 50, 59, 67, 96)))
    for code in codes
)


def _places(fields: Fields) -> list[str]:
    addresses = fields.get("addresses", ())
    return [entry.city for entry in addresses if isinstance(entry, Address)] if isinstance(addresses, tuple) else []
