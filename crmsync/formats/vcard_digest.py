"""A hash of what a vCard says, the same however a server spells it.

Not counted, because servers and programs change it by themselves and it says nothing about the person:
"""

from __future__ import annotations

from binascii import Error as NotBase64
from binascii import a2b_base64
from collections import defaultdict
from hashlib import sha256

from crmsync.formats.contentline import Line
from crmsync.formats.escaping import read_list, split_escaped, unescape
from crmsync.formats.vcard_card import Card, group_label, open_card, plain
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
_SAME = {"X-ADDRESSBOOKSERVER-KIND": "KIND", "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER"}  # 3.0 and 4.0
_STRUCTURED = frozenset(("N", "ADR", "ORG"))
_LISTS = frozenset(("CATEGORIES", "NICKNAME"))
_DATES = frozenset(("BDAY",))
_FIELD, _PART = "\x1e", "\x1f"


def digest(raw: bytes) -> str:
    """Equal for two cards that mean the same. Raises `Unreadable` (see `open_card`)."""
    card = open_card(raw)
    return sha256("\n".join(sorted(_statements(card))).encode("utf-8", "surrogatepass")).hexdigest()


def _statements(card: Card) -> list[str]:
    """One text for each property, or for all properties of a group together, since their group is what ties them."""
    single: list[str] = []
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for line in card.properties:
        if line.head.name in _UNCOUNTED:
            continue
        value = _value(line)
        if value.strip(_PART):
            statement = f"{_SAME.get(line.head.name, line.head.name)}{_params(line)}{_FIELD}{value}"
            (grouped[line.head.group.lower()] if line.head.group else single).append(statement)
    return single + ["\r".join(sorted(statements)) for statements in grouped.values()]


def _params(line: Line) -> str:
    head = line.head
    types = {name for name in head.types if name not in _DEFAULT_TYPES}
    if head.get("PREF") == "1":
        types.add("pref")
    if head.name in ("PHOTO", "LOGO", "SOUND", "KEY"):
        types.clear()  # there TYPE is the format of the content
    others = [
        f";{name}={','.join(values)}"
        for name, values in head.params
        if name not in _UNCOUNTED_PARAMS and not (name == OMIT_YEAR and head.name in _DATES)
    ]
    return "".join(sorted(others)) + (f";TYPE={','.join(sorted(types))}" if types else "")


def _value(line: Line) -> str:
    head = line.head
    if head.encoding == "BASE64":
        return _content(line.value)
    name = head.name
    if name in _STRUCTURED:
        text = line.text()
        return _PART.join(unescape(part).strip() for part in split_escaped(text, ";")).rstrip(_PART)
    if name in _LISTS:
        return _PART.join(sorted(read_list(line.text())))
    text = plain(line).replace("\\:", ":")
    if name == "X-ABLABEL":
        return group_label(text)
    if name in _DATES:
        return date(text, head.get(OMIT_YEAR)) or text
    if name == "TEL":
        return phone(text)
    if text[:5].lower() == "data:" and ";base64," in text[:100].lower():
        return _content(text.partition(",")[2].encode())
    return text


def _content(data: bytes) -> str:
    try:
        return sha256(a2b_base64(data)).hexdigest()
    except NotBase64:
        return sha256(data).hexdigest()
