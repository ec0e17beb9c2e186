"""Which property holds which field, and what single values mean: labels, phone URIs, dates, pictures."""

from __future__ import annotations

from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

from crmsync.formats.contentline import Line
from crmsync.formats.vcard_card import plain
from crmsync.values import Value

TEXTS: Mapping[str, str] = {
    "FN": "name",
    "NICKNAME": "nickname",
    "TITLE": "title",
    "NOTE": "note",
    "X-CRMSYNC-VAT": "vat_number",
    **dict.fromkeys(("X-VAT", "X-VAT-NUMBER", "X-VATNUMBER", "X-VATID", "X-PIVA", "X-PARTITAIVA"), "vat_number"),
    "X-CRMSYNC-TAX-CODE": "tax_code",
    **dict.fromkeys(("X-TAX-CODE", "X-TAXCODE", "X-FISCALCODE", "X-CODICEFISCALE"), "tax_code"),
}
"""Properties that are one text. The first line that is not empty counts; we write the first name of each field."""

LISTS: Mapping[str, str] = {"EMAIL": "emails", "TEL": "phones", "URL": "urls", "ADR": "addresses"}
"""Properties of which each line is one entry of a list."""

NAME_PARTS = ("family", "given", "middle", "prefix", "suffix")
"""The components of N, in its order."""

ADDRESS_PARTS = ("po_box", "extended", "street", "city", "region", "postcode", "country")
"""The components of ADR, in its order."""

CUSTOM = "X-CRMSYNC-CUSTOM"
"""`X-CRMSYNC-CUSTOM;NAME=colour:red` is the field `custom.colour`."""

OMIT_YEAR = "X-APPLE-OMIT-YEAR"

FIELDS = frozenset(
    {*TEXTS.values(), *LISTS.values(), *NAME_PARTS, "organization", "department", "birthday", "photo", "categories"}
)
"""The fields a vCard can hold, beside `custom.<x>`; others are not written."""

PLACES = ("work", "home", "other", "school")
KINDS = ("main", "cell", "fax", "pager", "car", "video", "assistant", "isdn", "textphone")
_TYPE_LABELS = {**{label: label for label in (*PLACES, *KINDS)}, "mobile": "cell"}
_PLAIN_TYPES = frozenset(("pref", "voice", "internet", "msg", "text", "postal", "parcel", "intl", "dom", "x400", ""))


def type_label(types: tuple[str, ...]) -> str:
    """The label that TYPE values amount to: `work`, `home fax`, `cell`; of unknown ones the first; else nothing."""
    return _known_label(types) if len(types) < _FEW else _label(types)


def _label(types: tuple[str, ...]) -> str:
    known = [_TYPE_LABELS[name] for name in types if name in _TYPE_LABELS]
    if known:
        return " ".join(label for label in (*PLACES, *KINDS) if label in known)
    return next(filter(says_label, types), "")


_FEW = 8  # types; only ordinary combinations are worth remembering
_known_label = lru_cache(maxsize=1024)(_label)


def says_label(name: str) -> bool:
    """Whether a TYPE value can be (part of) a label."""
    return name.isalpha() and name.lower() not in _PLAIN_TYPES


def phone(text: str) -> str:
    """A phone number as it was typed; a `tel:` URI (RFC 3966) without its scheme."""
    return text[4:].strip() if text[:4].lower() == "tel:" else text


_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def date(text: str, omitted_year: str = "") -> str:
    """A birthday as `YYYY-MM-DD` or `--MM-DD`; nothing when it is no such date.

    Reads 1975-03-21, 19750321, both with a time after them, --0321 and --03-21 (RFC 6350 section 6.2.5), and a year
    that Apple says to leave out.
    """
    day = text.strip().partition("T")[0].partition(" ")[0]
    known = not day.startswith("--")
    digits = (day if known else day[2:]).replace("-", "")
    if not digits.isascii() or not digits.isdigit() or len(digits) != (8 if known else 4):
        return ""
    year, month, date = digits[:-4], int(digits[-4:-2]), int(digits[-2:])
    if not 1 <= month <= 12 or not 1 <= date <= _DAYS[month - 1]:
        return ""
    if not known or (omitted_year and int(omitted_year.isdigit() and omitted_year) == int(year)):
        return f"--{month:02}-{date:02}"
    if month == 2 and date == 29 and not _leap(int(year)):
        return ""
    return f"{year}-{month:02}-{date:02}" if int(year) else ""


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def picture(line: Line) -> tuple[str, bytes | None]:
    """A PHOTO: `sha256:<hex>` and the bytes when it holds them, else its URI; `("", None)` when it is neither."""
    if line.head.encoding == "BASE64":
        return _inline(line.value)
    text = plain(line)
    if text[:5].lower() == "data:":
        kind, _, data = text.partition(",")
        return _inline(data.encode()) if kind.lower().endswith(";base64") else ("", None)
    return (text, None) if "://" in text[:40] or line.head.get("VALUE").lower() in ("uri", "url") else ("", None)


def _inline(data: bytes) -> tuple[str, bytes | None]:
    try:
        content = a2b_base64(data)
    except NotBase64:
        return "", None
    return (f"sha256:{sha256(content).hexdigest()}", content) if content else ("", None)


def derived_name(fields: Mapping[str, Value]) -> str:
    """What to call somebody whose card has no FN: the parts of the name, else organisation, nickname, mail address."""
    parts = [fields.get(part) for part in ("prefix", "given", "middle", "family", "suffix")]
    name = " ".join(str(part) for part in parts if part)
    if name:
        return name
    for field in ("organization", "nickname"):
        if fields.get(field):
            return str(fields[field])
    emails = fields.get("emails")
    return str(getattr(emails[0], "value", "")) if isinstance(emails, tuple) and emails else ""
