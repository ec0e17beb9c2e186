"""Open conflicts as rows of a list, and one of them beside all else that is known of its record and item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual.content import Content

from crmsync.core.fieldmap import display_name
from crmsync.core.origin import read
from crmsync.review import provenance
from crmsync.review.conflicts import DELETED, Choice
from crmsync.review.side_by_side import Beside, Fate, SideBySide
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.conflict_page import ConflictOrder, ConflictPlace, ConflictSelection
from crmsync.store.store import Tables
from crmsync.typed.field_values import in_words, spelled
from crmsync.values import is_list
from crmsync_tui import record_form
from crmsync_tui.difference import difference, shorten
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row, Slice
from crmsync_tui.shown import fit, line, shown, typable
from crmsync_tui.words import _, count, when

_FIRST = 200
"""Lines of a preview; the rest is counted."""
_LONGEST = 60
"""Characters that one line of input can show."""
_CHOICE = 160
"""Characters of a value that are shown where there is room for some lines only."""


def fetch(
    view: Tables, selection: ConflictSelection, order: ConflictOrder, after: ConflictPlace | None, skip: int, limit: int
) -> Slice[ConflictPlace]:
    """A page of the open conflicts."""
    found, following = view.conflicts.page(selection, order, after, skip=skip, limit=limit)
    names, accounts = names_of(view, found), view.accounts.places()
    return Slice([_row(one, names, accounts) for one in found], following)


def names_of(view: Tables, found: Sequence[LoggedConflict]) -> Mapping[str, str]:
    """What the records of conflicts are called."""
    records = view.records.many({one.conflict.record for one in found})
    return {id: display_name(record.type, record.fields) for id, record in records.items()}


def _row(one: LoggedConflict, names: Mapping[str, str], accounts: Mapping[int, str]) -> Row:
    conflict = one.conflict
    cells = (
        names.get(conflict.record, ""),
        field_word(conflict.field),
        value_word(conflict.field, conflict.crm),
        value_word(conflict.field, conflict.remote),
        accounts.get(one.collection, ""),
    )
    return Row(str(one.id), tuple(map(line, cells)), marks().differs)


def field_word(field: str) -> str:
    """A field, or what the pseudo-field of a deletion is about."""
    return _("deletion") if field == DELETED else field


def value_word(field: str, value: object) -> str:
    """A value in one line, never empty."""
    if field == DELETED:
        return _("deleted") if value else _("there")
    return in_words(value) or _("(empty)")


# One conflict with its surroundings


def told(found: SideBySide, width: int, *, unchanged: bool) -> Iterator[Content]:
    """The record beside its item, and below it the field in question in full."""
    record, conflict = found.record, found.logged.conflict
    name = shown(display_name(record.type, record.fields), "bold")
    yield Content.assemble(name, "  ", shown(f"{record.type}, {found.account}  {_sums(found)}"))
    if found.unreadable:
        yield shown(f"{marks().failed} {_('the item cannot be read')}: {found.unreadable}")
    yield from _deletion(found) if conflict.field == DELETED else _in_full(found, whole=unchanged)
    yield from _table(found, width, unchanged=unchanged)


def _sums(found: SideBySide) -> str:
    asked = sum(1 for one in found.fields if one.fate is Fate.ASKED)
    merged = sum(1 for one in found.fields if one.fate in (Fate.TO_CRM, Fate.TO_REMOTE, Fate.BOTH_WAYS))
    back = sum(1 for one in found.fields if one.fate is Fate.PUT_BACK)
    if found.logged.conflict.field == DELETED:
        merged = 0
    parts = [
        (asked, count("{n} open", "{n} open", asked)),
        (merged, count("{n} merged by itself", "{n} merged by themselves", merged)),
        (back, count("{n} put back", "{n} put back", back)),
    ]
    return ", ".join(words for number, words in parts if number)


def _table(found: SideBySide, width: int, *, unchanged: bool) -> Iterator[Content]:
    lines = [one for one in found.fields if unchanged or one.fate is not Fate.SAME]
    lines.sort(key=lambda one: one.fate is not Fate.ASKED)
    deletion = found.logged.conflict.field == DELETED
    first = min(14, max(8, width // 5))
    cell = max(6, (width - 2 - first - 6) // 3)
    head = "  ".join(fit(title, size) for title, size in _head(first, cell))
    yield Content.styled(f"  {head}", "bold")
    for one in lines:
        texts = (in_words(value) or "-" for value in (one.base, one.crm, one.remote))
        cells = "  ".join([fit(line(one.field), first), *(fit(line(text), cell) for text in texts)])
        here = one.field == found.logged.conflict.field
        yield Content.styled(f"{_sign(one)} {cells}", "reverse" if here else "")
        if why := _why(one, deletion=deletion):
            yield shown(f"    {why}", "dim")
    hidden = len(found.fields) - len(lines)
    if hidden:
        yield shown("  " + count("{n} field is the same on both sides: + shows it",
                                 "{n} fields are the same on both sides: + shows them", hidden), "dim")  # fmt: skip


def _head(first: int, cell: int) -> Sequence[tuple[str, int]]:
    return (_("field"), first), (_("base"), cell), (_("CRM"), cell), (_("remote"), cell)


def _sign(one: Beside) -> str:
    match one.fate:
        case Fate.ASKED:
            return marks().differs
        case Fate.TO_REMOTE:
            return marks().to_remote
        case Fate.TO_CRM:
            return marks().to_crm
        case Fate.BOTH_WAYS:
            return marks().both_ways
        case Fate.PUT_BACK:
            return marks().locked
        case Fate.SAME:
            return marks().locked if one.master else marks().well


def _why(one: Beside, *, deletion: bool) -> str:
    """What became of a field, where the sign before it does not say all."""
    match one.fate:
        case Fate.TO_REMOTE if deletion:
            return _("edited in the CRM")
        case Fate.TO_CRM if deletion:
            return _("edited at the remote")
        case Fate.TO_REMOTE | Fate.TO_CRM | Fate.BOTH_WAYS:
            return "" if one.done else _("the next sync brings it there")
        case Fate.PUT_BACK:
            words = _("put back") if one.done else _("the next sync puts it back")
            return f"{words}: {one.why}" + (f" ({one.master})" if one.master else "")
        case Fate.SAME if one.master:
            return _("locked: only {system} changes it").format(system=one.master)
        case _:
            return one.why


def _deletion(found: SideBySide) -> Iterator[Content]:
    conflict = found.logged.conflict
    where = {"account": found.account}
    if conflict.why:
        yield shown(_("Its note asks for a deletion: {why}.").format(why=conflict.why))
        yield shown(_("c keeps it. r deletes it in the CRM and at {account}.").format(**where))
    elif conflict.remote is True:
        edited = any(one.fate is Fate.TO_REMOTE for one in found.fields)
        said = _("Deleted at {account}, edited in the CRM.") if edited else _("Deleted at {account}, there in the CRM.")
        yield shown(said.format(**where))
        yield shown(_("c restores it at {account}. r deletes it in the CRM too.").format(**where))
    else:
        yield shown(_("Deleted in the CRM, edited at {account}.").format(**where))
        yield shown(_("c deletes it at {account} too. r restores it in the CRM.").format(**where))
    yield shown(_("e takes another answer: unflag (keep it in the CRM only), archive, delete."), "dim")


def _in_full(found: SideBySide, *, whole: bool) -> Iterator[Content]:
    conflict = found.logged.conflict
    one = next(field for field in found.fields if field.field == conflict.field)
    crm, remote = difference(line(in_words(one.crm)), line(in_words(one.remote)), whole=whole)
    yield Content.assemble(shown(field_word(one.field), "bold"), shown(f"  {one.why}"))
    yield Content.assemble(_("base"), "    ", shown(value_word(one.field, one.base)))
    yield Content.assemble(_("CRM"), "     ", crm if crm.plain else _("(empty)"), shown(_edited(found), "dim"))
    seen = f"  ({_('changed')} {when(found.changed_there)})" if found.changed_there else ""
    yield Content.assemble(_("remote"), "  ", remote if remote.plain else _("(empty)"), shown(seen, "dim"))


def _edited(found: SideBySide) -> str:
    return "" if found.edit is None else f"  ({when(found.edit.at)}, {found.edit.actor})"


# Before many are decided


def preview(
    found: Sequence[LoggedConflict], names: Mapping[str, str], choice: Choice, value: str = ""
) -> Iterator[Content]:
    """What stands afterwards, one line each."""
    for one in found[:_FIRST]:
        conflict = one.conflict
        yield shown(f"{names.get(conflict.record, '')}  {field_word(conflict.field)}: {outcome_of(one, choice, value)}")
    if len(found) > _FIRST:
        yield shown(_("... and {n} more").format(n=len(found) - _FIRST), "dim")


def outcome_of(one: LoggedConflict, choice: Choice, value: str = "") -> str:
    """The value that stands, and in brackets what gives way."""
    conflict = one.conflict
    crm, remote = value_word(conflict.field, conflict.crm), value_word(conflict.field, conflict.remote)
    match choice:
        case Choice.CRM:
            return f"{crm}  ({remote})"
        case Choice.REMOTE:
            return f"{remote}  ({crm})"
        case Choice.BASE:
            return f"{value_word(conflict.field, conflict.base)}  ({crm}; {remote})"
        case Choice.BOTH:
            return f"{crm} + {remote}" if conflict.field != DELETED and is_list(conflict.field) else _("cannot be both")
        case Choice.VALUE:
            return f"{value}  ({crm}; {remote})"


def both_sides(found: Sequence[LoggedConflict], names: Mapping[str, str]) -> Iterator[Content]:
    """What the two sides hold, one conflict a line."""
    yield Content.styled(f"{fit(_('name'), 20)}  {fit(_('CRM'), 24)}  {_('remote')}", "bold")
    for one in found[:_FIRST]:
        conflict = one.conflict
        name, crm, remote = map(
            line,
            (names.get(conflict.record, ""), *(value_word(conflict.field, x) for x in (conflict.crm, conflict.remote))),
        )
        yield Content(f"{fit(name, 20)}  {fit(crm, 24)}  {fit(remote, 24)}")
    if len(found) > _FIRST:
        yield shown(_("... and {n} more").format(n=len(found) - _FIRST), "dim")


# One by itself


def _short(value: object) -> str:
    return shorten(in_words(value), _CHOICE) or "-"


def choices(one: LoggedConflict) -> Sequence[Content]:
    """What there is to choose from, to read while one types another value."""
    conflict = one.conflict
    if conflict.field == DELETED:
        return [shown(_("unflag keeps it in the CRM only, archive makes it inactive there, delete deletes it."))]
    sides = ((_("base"), conflict.base), (_("CRM"), conflict.crm), (_("remote"), conflict.remote))
    return [shown(f"{title}: {shorten(value_word(conflict.field, value), _CHOICE)}") for title, value in sides]


def to_type(field: str, value: Any) -> str:
    """A value as one types it; empty where it holds what a terminal must not be given."""
    return typable(spelled(field, value))


def takes_lines(field: str, start: str) -> bool:
    """Whether a value is typed in several lines rather than in one, which is all there is to see of the question."""
    return record_form.takes_lines(field, start) or len(start) > _LONGEST


@dataclass(frozen=True, slots=True)
class About:
    """What a conflict is about, in words."""

    field: str
    account: str
    type: str


def about(view: Tables, id: int) -> About:
    """Field, account and type of a conflict."""
    logged = view.conflicts.get(id)
    record = view.records.get(logged.conflict.record, deleted=True)
    account = view.accounts.places().get(logged.collection, "")
    return About(logged.conflict.field, account, "" if record is None else record.type.value)


def history(view: Tables, id: int) -> tuple[str, Sequence[Content]]:
    """Everything that happened to the record of a conflict, newest first, and what it is called."""
    record = view.conflicts.get(id).conflict.record
    found = view.records.get(record, deleted=True)
    lines = [
        shown(
            f"{when(one.at)}  {read(one.reason).account or one.origin}  {one.actor}  {one.field or _('(record)')}: "
            f"{_short(one.before)} {marks().to_remote} {_short(one.after)}"
        )
        for one in provenance.history(view, record)
    ]
    return "" if found is None else display_name(found.type, found.fields), lines[::-1]
