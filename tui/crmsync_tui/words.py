"""English or Italian, and dates as the user writes them. The process's own locale stays as it is.

The language is chosen once, before the screens are imported: their keys and titles are translated as they are read.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_FOLDER = Path(__file__).parent / "locale"


@dataclass(slots=True)
class _Spoken:
    translations: gettext.NullTranslations
    locale: str


_spoken = _Spoken(gettext.NullTranslations(), "en_GB")


def choose(language: str, environ: Mapping[str, str] = os.environ) -> None:
    """Takes a language (`it`, `en`), or what the environment says (`LANGUAGE`, `LC_ALL`, `LC_MESSAGES`, `LANG`)."""
    spoken = language or _from(environ, ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    _spoken.translations = gettext.translation("crmsync", _FOLDER, [spoken[:2]], fallback=True)
    _spoken.locale = _from(environ, ("LC_ALL", "LC_TIME", "LANG")) or language or "en_GB"


def _from(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    found = next((environ[name] for name in names if environ.get(name)), "").split(":")[0].split(".")[0].split("@")[0]
    return "" if found in ("C", "POSIX") else found


def _(text: str) -> str:
    """The text in the user's language."""
    return _spoken.translations.gettext(text)


def count(one: str, many: str, number: int) -> str:
    """`one` or `many` in the user's language, with `{n}` filled in."""
    return _spoken.translations.ngettext(one, many, number).format(n=number_text(number))


def number_text(number: int) -> str:
    """A number with the separators the user is used to."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=_known())


def when(stamp: str | None, now: datetime | None = None) -> str:
    """A time of the store (ISO 8601, UTC) in words: `2 min ago` on the same day, else the date. Empty for none."""
    if not stamp:
        return ""
    from babel.dates import format_date, format_timedelta

    then = datetime.fromisoformat(stamp)
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    past = (now or datetime.now(UTC)) - then
    if past.total_seconds() < 86_400:
        return format_timedelta(-past, add_direction=True, format="short", locale=_known())
    return format_date(then.astimezone(), "medium", locale=_known())


def clock(stamp: str | None) -> str:
    """The time of day of a time of the store, in the machine's zone."""
    if not stamp:
        return ""
    from babel.dates import format_time

    return format_time(datetime.fromisoformat(stamp).astimezone(), "medium", locale=_known())


def _known() -> str:
    """The user's locale where babel knows it, else its language, else English."""
    from babel import localedata

    for name in (_spoken.locale, _spoken.locale[:2]):
        if localedata.exists(name):
            return name
    return "en_GB"
