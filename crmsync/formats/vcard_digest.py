"""A hash of what a vCard says, the same however a server spells it.

Not counted, because servers and programs change it by themselves and it says nothing about the person:
"""

from __future__ import annotations

from binascii import Error as NotBase64
from binascii import a2b_base64
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

from crmsync.formats.contentline import Head, Line, open_source
from crmsync.formats.escaping import read_list, split_escaped, unescape
from crmsync.formats.vcard_card import group_label, own_lines, plain
from crmsync.formats.vcard_values import OMIT_YEAR, date, phone

# - the order of lines, of parameters and of TYPE values; folding, line ends, charset, quoted-printable, escapes
# - a colon that Apple escapes and vobject escapes again
# - the case of property and parameter names (Radicale writes X-ABLABEL) and of TYPE values; the number in `item1.`
# - empty properties, and empty components at the end of N, ADR and ORG
# - how a picture is spelled (base64 or data: URI) and a date (19750321 or 1975-03-21)
_UNCOUNTED = frozenset(
    (
        "PRODID",  # who wrote the card last
        "REV",  # when; servers set it on every write
        "VERSION",  # the same card as 3.0 and 4.0 says the same
        "PROFILE",  # always VCARD
    )
)
_UNCOUNTED_PARAMS = frozenset(("TYPE", "PREF", "ENCODING", "CHARSET", "VALUE", "MEDIATYPE"))  # TYPE, PREF: see below
_DEFAULT_TYPES = frozenset(("voice", "internet", ""))  # programs add and drop them at will
_CONTENTS = frozenset(("PHOTO", "LOGO", "SOUND", "KEY"))  # their TYPE is the format of what is in them
_SAME = {"X-ADDRESSBOOKSERVER-KIND": "KIND", "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER"}  # 3.0 and 4.0
_FIELD, _PART = "\x1e", "\x1f"


def digest(raw: bytes) -> str:
    """Equal for two cards that mean the same. Raises `Unreadable` (see `open_card`)."""
    properties, _ = own_lines(open_source(raw).body)
    return sha256("\n".join(sorted(_statements(properties))).encode("utf-8", "surrogatepass")).hexdigest()


def _statements(properties: Sequence[Line]) -> list[str]:
    """One text for each property, or for all properties of a group together, since their group is what ties them."""
    single: list[str] = []
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for line in properties:
        head = line.head
        if head.name in _UNCOUNTED:
            continue
        value = _content(line.value) if head.encoding == "BASE64" else _VALUES.get(head.name, _text)(line)
        if value:
            subject = (_known_subject if line.end - line.start < _SHORT else _subject)(head)
            (grouped[head.group.lower()] if head.group else single).append(f"{subject}{_FIELD}{value}")
    return single + ["\r".join(sorted(statements)) for statements in grouped.values()]


def _subject(head: Head) -> str:
    """The name of a property with the parameters that count, spelled in one way."""
    types = {name for name in head.types if name not in _DEFAULT_TYPES and head.name not in _CONTENTS}
    if head.get("PREF") == "1":
        types.add("pref")
    others = [
        f";{name}={','.join(values)}"
        for name, values in head.params
        if name not in _UNCOUNTED_PARAMS and not (name == OMIT_YEAR and head.name == "BDAY")
    ]
    name = _SAME.get(head.name, head.name)
    return "".join((name, *sorted(others), f";TYPE={','.join(sorted(types))}" if types else ""))


_SHORT = 512  # bytes; heads of longer lines may be long themselves, and are not remembered
_known_subject = lru_cache(maxsize=1024)(_subject)


def _text(line: Line) -> str:
    text = plain(line)
    if "\\:" in text:
        return text.replace("\\:", ":")
    if text[:5].lower() == "data:" and ";base64," in text[:100].lower():
        return _content(text.partition(",")[2].encode())
    return text


def _parts(line: Line) -> str:
    text = line.text()
    parts = map(unescape, split_escaped(text, ";")) if "\\" in text else text.split(";")
    return _PART.join(map(str.strip, parts)).rstrip(_PART)


def _list(line: Line) -> str:
    return _PART.join(sorted(read_list(line.text())))


def _date(line: Line) -> str:
    text = plain(line)
    return date(text, line.head.get(OMIT_YEAR)) or text


_VALUES: Mapping[str, Callable[[Line], str]] = {
    **dict.fromkeys(("N", "ADR", "ORG"), _parts),
    **dict.fromkeys(("CATEGORIES", "NICKNAME"), _list),
    "BDAY": _date,
    "TEL": lambda line: phone(plain(line)),
    "X-ABLABEL": lambda line: group_label(plain(line)),
}


def _content(data: bytes) -> str:
    try:
        return sha256(a2b_base64(data)).hexdigest()
    except NotBase64:
        return sha256(data).hexdigest()
