"""Records as rows of a list, and one of them with where each value comes from and where the record stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from textual.content import Content

from crmsync.core.declarations import ANY, master_of
from crmsync.core.fieldmap import display_name
from crmsync.desk import Desk
from crmsync.model import Record
from crmsync.review import deletion, explain, provenance
from crmsync.review.explain import Stands
from crmsync.review.provenance import Provenance
from crmsync.store.record_list import Selection
from crmsync.store.standing import Standing
from crmsync.store.store import Tables
from crmsync.typed.field_values import in_words
from crmsync.values import Address, Labelled, values_of
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row, Slice
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _, count, when

NAMES = 14
"""Columns for the names of fields in the detail pane."""


def fetch(view: Tables, selection: Selection, after: str | None, skip: int, limit: int) -> Slice[str]:
    """A page of records, each with whether it is on the phone of whoever asks, or of others only."""
    page = view.records.list(selection, after=after, skip=skip, limit=limit)
    ids = [record.id for record in page.records]
    mine, anybody = view.flags.on(selection.user, ids), view.flags.by_anybody(ids)
    now = datetime.now(UTC)
    times = {stamp: when(stamp, now) for stamp in {one.edited for one in page.records}}  # many came in one import
    rows = [_row(one, flag(one.id in mine, one.id in anybody), times[one.edited]) for one in page.records]
    return Slice(rows, page.next)


def flag(mine: bool, anybody: bool) -> str:
    """The sign of a sync flag."""
    return marks().flagged if mine else marks().others if anybody else marks().unflagged


def _row(record: Record, sign: str, changed: str) -> Row:
    fields = record.fields
    cells = (
        sign,
        line(display_name(record.type, fields)),
        record.type.value,
        line(fields.get("owner", "")),
        line(next(iter(values_of(fields, "phones")), "")),
        changed,
    )
    return Row(record.id, cells)


@dataclass(frozen=True, slots=True)
class Found:
    """A record with all that is known about it. `users` have it on the phone; `masters` by field, without `any`."""

    record: Record
    user: str
    users: Sequence[str]
    values: Sequence[Provenance]
    masters: Mapping[str, str]
    stands: Sequence[Stands]

    @property
    def name(self) -> str:
        """What it is called."""
        return display_name(self.record.type, self.record.fields)


def find(desk: Desk, id: str) -> Found | None:
    """All about a record; `None` when it is not there any more."""
    declared, exports, user = desk.config.masters, desk.config.exports, desk.user.name
    with desk.seeing() as view:
        record = view.records.get(id)
        if record is None:
            return None
        names = {one.id: one.name for one in view.users.all()}
        users = sorted(names[one] for one in view.flags.users(id))
        values = provenance.why(view, record)
        masters = {name: master_of(record.type, name, declared) for name in record.fields}
        stands = explain.record(view, record, exports)
    return Found(record, user, users, values, {name: one for name, one in masters.items() if one != ANY}, stands)


def told(found: Found) -> Iterator[Content]:
    """It in lines: its flag, every value with its source, and where the record is and why."""
    yield Content.assemble(shown(found.name, "bold"), "  ", shown(f"{found.record.type} {found.record.id}", "dim"))
    yield shown(_flagged(found))
    last = ""
    times = {stamp: when(stamp) for stamp in {one.entry.at for one in found.values}}
    for one in found.values:
        name = "" if one.field == last else one.field
        last = one.field
        yield Content.assemble(
            shown(f"{line(name):<{NAMES}} "),
            shown(worded(one.value), "bold"),
            "  ",
            shown(_source(found, one, times), "dim"),
        )
    yield Content(_("Where it is, and why:") if found.stands else _("No account knows it."))
    for place in found.stands:
        sign = marks().well if place.state is Standing.IN_SYNC else marks().unflagged
        where = f"{place.account} {place.collection}".strip()
        yield shown(f" {sign} {where}: {place.state}: {place.why}")


def worded(value: object) -> str:
    """A value in one line, an entry of a list with its label."""
    label = value.label if isinstance(value, (Labelled, Address)) else ""
    return f"{in_words(value)} ({label})" if label else in_words(value)


def _flagged(found: Found) -> str:
    others = [name for name in found.users if name != found.user]
    sign = flag(found.user in found.users, bool(others))
    if found.user in found.users:
        return f"{sign} " + _("on for you") + (f", {', '.join(others)}" if others else "")
    if others:
        return f"{sign} " + _("on for others only:") + f" {', '.join(others)}"
    return f"{sign} " + _("off: on nobody's phone")


def _source(found: Found, one: Provenance, times: Mapping[str, str]) -> str:
    parts = [f"{marks().to_crm} {one.source}"]
    if one.entry.actor and one.entry.actor != one.source:
        parts.append(one.entry.actor)
    parts.append(times[one.entry.at])
    if one.origin.rule:
        parts.append(one.origin.rule)
    master = found.masters.get(one.field)
    if master is not None:
        parts.append(f"{marks().locked} " + locked(master))
    return ", ".join(filter(None, parts))


def locked(master: str) -> str:
    """Why a field cannot be edited at will, or that it can be edited here only."""
    if master == "crm":
        return _("master: the CRM; edits at accounts are put back")
    return _("master: {system}; edits here are put back").format(system=master)


MOST_TOLD = 200
"""Records of which a preview tells one by one."""


def fates(view: Tables, ids: Sequence[str]) -> Iterator[Content]:
    """What deleting them comes to, record by record and item by item."""
    for id in view.records.many(ids[:MOST_TOLD], deleted=False):
        record, found = deletion.weigh(view, id)
        yield shown(display_name(record.type, record.fields), "bold")
        for one in found:
            yield shown(f"  {marks().failed if one.removed else marks().well} {one.account} {one.href}: {one.why}")
        if not found:
            yield Content("  " + _("No account knows it."))
    if len(ids) > MOST_TOLD:
        yield Content(count("and {n} more", "and {n} more", len(ids) - MOST_TOLD))


def copied(view: Tables, id: str) -> str | None:
    """A record as text, one field a line; `None` when it is not there any more. Meant for a clipboard, so harmless."""
    record = view.records.get(id)
    if record is None:
        return None
    return "\n".join(f"{line(name)}: {line(worded(value))}" for name, value in sorted(record.fields.items()))
