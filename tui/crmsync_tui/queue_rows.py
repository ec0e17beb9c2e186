"""Items of the import queue as rows of a list, and one of them with all that is known about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from crmsync.core.fieldmap import display_name
from crmsync.errors import Unreadable, Usage
from crmsync.model import Candidate, Confidence
from crmsync.review.linking import Linking, candidates_of, weigh
from crmsync.store.import_queue import Queued, QueueSelection
from crmsync.store.queue_page import Place, QueueOrder
from crmsync.store.store import Tables
from crmsync.typed.field_values import in_words
from crmsync.values import Value
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row, Slice
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _, count


def fetch(
    view: Tables, selection: QueueSelection, order: QueueOrder, after: Place | None, skip: int, limit: int
) -> Slice[Place]:
    """A page of the queue, each item with the record it may be."""
    rows, following = view.queue.page(selection, order, after, skip=skip, limit=limit)
    wanted = {row.item.suggestion.record for row in rows if row.item.suggestion is not None}
    names = {id: display_name(record.type, record.fields) for id, record in view.records.many(wanted).items()}
    accounts = {account.id: account.name for account in view.accounts.all()}
    return Slice([_row(row, accounts, names) for row in rows], following)


def _row(row: Queued, accounts: Mapping[int, str], names: Mapping[str, str]) -> Row:
    item, best = row.item, row.item.suggestion
    reach = (*item.emails, *item.phones, item.start)[0]
    known = None if best is None else names.get(best.record)  # not there: a record that the user may not see
    sure = known is not None and best is not None and best.confidence is Confidence.STRONG
    cells = (
        line(item.name or item.organization or item.href),
        line(reach),
        line(accounts[row.account]),
        line(item.type or ""),
        line(known or ""),
        "" if best is None or known is None else str(best.score),
    )
    return Row(str(row.id), cells, marks().needs_you if sure else "")


@dataclass(frozen=True, slots=True)
class Found:
    """An item with every record that it may be, and what linking it to the best of them would do."""

    row: Queued
    account: str
    candidates: tuple[tuple[Candidate, str], ...]
    linking: Linking | str


def find(view: Tables, id: int) -> Found | None:
    """All about an item; `None` when it is not in the queue any more."""
    row = view.queue.find(id)
    if row is None:
        return None
    ranked = candidates_of(view, row)
    records = view.records.many([one.record for one in ranked])
    known = tuple(
        (one, display_name(records[one.record].type, records[one.record].fields))
        for one in ranked
        if one.record in records
    )
    linking: Linking | str = ""
    if known:
        try:
            linking = weigh(view, id, known[0][0].record)
        except (Unreadable, Usage) as error:
            linking = str(error)
    return Found(row, view.accounts.by_id(row.account).name, known, linking)


def told(found: Found) -> Iterator[Content]:
    """It in lines."""
    item = found.row.item
    kind = f"{item.kind}, {found.account}" + (f", {found.row.state}" if found.row.decided_at else "")
    yield Content.assemble(shown(item.name or item.href, "bold"), "  ", shown(kind))
    for label, values in ((_("company"), [item.organization]), (_("e-mail"), item.emails), (_("phone"), item.phones)):
        if any(values):
            yield shown(f"{label}: {', '.join(values)}")
    if not found.candidates:
        yield Content(_("No record looks like it: give it a type to add it."))
        return
    best, name = found.candidates[0]
    yield Content.assemble(
        _("may be"), " ", shown(name, "bold"), f"  {best.score} ", shown(best.confidence.name.lower())
    )
    for reason in best.reasons:
        yield shown(f" {marks().well} {reason}")
    for other, called in found.candidates[1:3]:
        yield shown(f"{_('or')} {called}  {other.score}: {'; '.join(other.reasons)}")
    yield from linking_told(found.linking)


def linking_told(linking: Linking | str) -> Iterator[Content]:
    """What linking would change, or why it cannot be done."""
    if isinstance(linking, str):
        yield shown(f"{marks().locked} {linking}")
        return
    for name, text in _texts(linking.filled):
        yield shown(f"{marks().to_crm} {_('fills')} {name}: {text}")
    for name, text in _texts(linking.added):
        yield shown(f"{marks().to_crm} {_('adds to')} {name}: {text}")
    for lost in linking.kept:
        held = in_words(linking.crm.get(lost.field))
        yield shown(f"{marks().differs} {_('keeps')} {lost.field}: {held}  ({in_words(lost.value)})")
    for name, value in sorted(linking.sent.items()):
        yield shown(f"{marks().to_remote} {_('then there')}, {name}: {in_words(value)}")
    if not (linking.filled or linking.added or linking.kept or linking.sent):
        yield Content(_("Linking changes nothing: both say the same."))


def _texts(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(fields.items()):
        yield name, in_words(value)


def called(linking: Linking) -> str:
    """What the record is called that an item would be linked to."""
    return display_name(linking.record.type, linking.record.fields)


def short(linking: Linking) -> str:
    """What linking changes in the CRM, in a few words."""
    parts = ((_("fills"), linking.filled), (_("adds to"), linking.added))
    return ", ".join(f"{verb} {' '.join(sorted(fields))}" for verb, fields in parts if fields)


def to_add(view: Tables, ids: Sequence[int]) -> tuple[str, list[Content]]:
    """What would become records: how many of each type, and the first of them by name."""
    rows = view.queue.list(QueueSelection(among=tuple(ids)))
    kinds = Counter(row.item.type or _("without a type: left out") for row in rows)
    lines = [shown(f"{number:6}  {kind}") for kind, number in sorted(kinds.items())]
    lines += [Content(""), *(shown(f"{row.item.name}  {', '.join(row.item.emails[:1])}") for row in rows[:20])]
    if len(rows) > 20:
        lines.append(shown(count("and {n} more", "and {n} more", len(rows) - 20)))
    return count("add {n} record", "add {n} records", sum(row.item.type is not None for row in rows)), lines
