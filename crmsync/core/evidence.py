"""The reasons for and against two profiles being one: each says what it saw and how much that counts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from crmsync.core import postal
from crmsync.core.birthday import Birthdays, compare_birthdays
from crmsync.core.keys import organization_key
from crmsync.core.likeness import jaro_winkler
from crmsync.core.mail_address import is_shared
from crmsync.core.person_name import CLOSE, Comparison, Verdict, compare
from crmsync.core.probe import Profile
from crmsync.core.vat import vat_valid

Reason: TypeAlias = tuple[str, int]
"""What was seen, and how much it counts for or against."""

FAMILY = 34
"""At most this, whatever else agrees, for two first names with one family name: worth a look, no more."""
STRANGERS = 40
"""At most this for two unlike names with one mailbox or number; less than half where it is only a desk's."""
_NEARBY = 15

_POINTS = {
    Verdict.EQUAL: 35,
    Verdict.NICKNAME: 32,
    Verdict.FITS: 22,
    Verdict.SINGLE: 22,
    Verdict.PARTLY: 12,
    Verdict.OTHER_FAMILY: -10,
    Verdict.OTHER_GENERATION: -60,
}
_COMMON_NAME = 8
# Numbers that go with a person: Italy 3, Germany 15-17, France 6 and 7, Spain 6 and 7, Czechia 6 and 7, Britain 7,
# Switzerland 7, Austria 6, Slovakia 9, Poland 4-8, the Netherlands 6, Belgium 4, Portugal 9.
_MOBILE = re.compile(
    r"\+(?:393|491[567]|33[67]|34[67]|420[67]|447[1-9]|417[4-9]|436[5-9]|4219|48[4-8]|316|324[5-9]|3519)[0-9]{6,}"
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found before the names are compared: the sum, the address's part of it, and what stands behind it."""

    total: int
    place: int
    reached: bool  # anything at all speaks for it
    own: bool  # a mail address or mobile phone that nobody else has
    certain: bool  # a number given to one person only

    def at_most(self, limit: int, base: int) -> int:
        """The points that bring the sum down to a limit, and `base` at least."""
        return base if self.certain else min(base, limit - self.total)


def reasons(item: Profile, other: Profile, shared: Collection[str], common_name: bool) -> Iterator[Reason]:
    """All of them; the last one may be what limits the sum. `shared`: mail and phone keys that many records have."""
    reach = [*_mail(item, other, shared), *_phone(item, other, shared)]
    own = any(sure for sure, _ in reach)
    found = [reason for _, reason in reach]
    found += _numbers(item, other)
    places = [*_place(item, other, own)]
    found += places
    if item.probe.business or other.probe.business:
        yield from found
        yield from _businesses(item, other)
        return
    found += _birthday(item, other)
    found += _workplace(item, other)
    yield from found
    verdict = compare(item.names, other.names)
    if verdict is None:
        return
    seen = _Seen(
        total=sum(points for _, points in found),
        place=sum(points for _, points in places),
        reached=any(points > 0 for _, points in found),
        own=own,
        certain=bool(item.tax) and item.tax == other.tax and not item.tax.isdecimal(),
    )
    yield from _person(item, other, verdict, seen, common_name)


def _mail(item: Profile, other: Profile, shared: Collection[str]) -> Iterator[tuple[bool, Reason]]:
    equal = [key for key in item.emails if key in other.emails]
    own = [key for key in equal if not is_shared(key) and key not in shared]
    if own:
        yield True, (f"e-mail equal {own[0]}", 60)
    elif equal:
        both_businesses = item.probe.business and other.probe.business
        yield False, (f"shared mailbox equal {equal[0]}", 45 if both_businesses else 25)


def _phone(item: Profile, other: Profile, shared: Collection[str]) -> Iterator[tuple[bool, Reason]]:
    equal = [key for key in item.phones if key in other.phones]
    own = [key for key in equal if key not in shared]
    if mobile := next((key for key in own if _MOBILE.fullmatch(key)), ""):
        yield True, (f"mobile phone equal {mobile}", 45)
    elif own:
        yield False, (f"phone equal {own[0]}", 25)
    elif equal:
        yield False, (f"shared phone equal {equal[0]}", 10)


def _numbers(item: Profile, other: Profile) -> Iterator[Reason]:
    mine, theirs = item.probe.vat_number, other.probe.vat_number
    if item.vat and other.vat:
        valid = vat_valid(mine) and vat_valid(theirs)
        if item.vat == other.vat:
            yield (f"VAT number equal {theirs}", 60) if valid else (f"VAT number equal, but not valid {theirs}", 30)
        else:
            yield f"other VAT number: {mine}, not {theirs}", -80 if valid else -30
    if item.tax and other.tax:
        mine, theirs = item.probe.tax_code, other.probe.tax_code
        if item.tax == other.tax:
            yield f"tax code equal {theirs}", 60
        else:
            yield f"other tax code: {mine}, not {theirs}", -80


def _place(item: Profile, other: Profile, own: bool) -> Iterator[Reason]:
    """People move: an address counts against them only where no mail or mobile phone is equal (`own`)."""
    if item.postals and other.postals:
        best = max(postal.points(mine, theirs) for mine in item.postals for theirs in other.postals)
        if best > 0:
            yield "address equal" if best >= 30 else "address partly equal", best
        elif best < 0 and not own:
            yield "other address", best


def _birthday(item: Profile, other: Profile) -> Iterator[Reason]:
    mine, theirs = item.probe.birthday, other.probe.birthday
    match compare_birthdays(mine, theirs):
        case Birthdays.EQUAL:
            yield f"birthday equal {theirs}", 30
        case Birthdays.CLOSE:
            yield f"birthday nearly equal {_pair(mine, theirs)}", 15
        case Birthdays.OTHER:
            yield f"other birthday: {mine}, not {theirs}", -15
        case _:
            pass


def _workplace(item: Profile, other: Profile) -> Iterator[Reason]:
    for key, text in item.organizations.items():
        if key in other.organizations:
            yield f"organization equal {_pair(text, other.organizations[key])}", 20
            return
    if item.emails.keys().isdisjoint(other.emails) and (domains := item.domains & other.domains):
        yield f"mail domain equal {min(domains)}", 10


def _person(item: Profile, other: Profile, found: Comparison, seen: _Seen, common: bool) -> Iterator[Reason]:
    mine, theirs = item.names[0].text, other.names[0].text
    match found.verdict:
        case Verdict.EQUAL | Verdict.NICKNAME | Verdict.FITS | Verdict.SINGLE | Verdict.PARTLY as verdict:
            points = _POINTS[verdict] - (_COMMON_NAME if common else 0)
            yield f"{'common ' if common else ''}{verdict.value} {_pair(mine, theirs)}", points
        case Verdict.CLOSE:
            points = round(16 + 14 * (found.likeness - CLOSE) / (1 - CLOSE))
            yield f"name close {found.likeness:.2f} {_pair(mine, theirs)}", points
        case Verdict.OTHER_GIVEN if seen.reached:
            born = compare_birthdays(item.probe.birthday, other.probe.birthday)
            limit = 2 * FAMILY if born is Birthdays.EQUAL else FAMILY
            yield f"other first name: {mine}, not {theirs}", seen.at_most(limit, -10)
        case Verdict.OTHER if seen.reached:
            limit = STRANGERS if seen.own else _NEARBY
            yield f"other name: {mine}, not {theirs}", seen.at_most(limit, -25 if seen.place <= 0 else -12)
        case Verdict.OTHER_FAMILY | Verdict.OTHER_GENERATION as verdict if seen.reached:
            yield f"{verdict.value}: {mine}, not {theirs}", _POINTS[verdict]
        case _:
            pass


def _businesses(item: Profile, other: Profile) -> Iterator[Reason]:
    both = item.probe.business and other.probe.business
    if equal := [key for key in item.organizations if key in other.organizations]:
        texts = _pair(item.organizations[equal[0]], other.organizations[equal[0]])
        yield f"organization equal {texts}", 50 if both else 15
    elif item.organizations and other.organizations:
        alike = jaro_winkler()
        likeness = max(alike(mine, theirs) for mine in item.organizations for theirs in other.organizations)
        if likeness >= 0.94:
            yield f"organization close {likeness:.2f}", 20
    if both and item.emails.keys().isdisjoint(other.emails) and (domains := item.domains & other.domains):
        yield f"mail domain equal {min(domains)}", 20
    if other.probe.business and not item.probe.business and item.names:
        # A card of somebody who works there; a company's name where a person's belongs is the exception.
        named = [name.text for name in item.names if organization_key(name.text) in other.organizations]
        if named:
            yield f"name equal to the organization {named[0]}", 35
        else:
            yield "a person's card, a company's record", -30


def _pair(mine: str, theirs: str) -> str:
    return mine if mine == theirs else f"{mine} / {theirs}"
