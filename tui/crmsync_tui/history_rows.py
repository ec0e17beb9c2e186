"""Everything that ever happened to a record, as rows, newest first; and one change with its values in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from crmsync.core.origin import read
from crmsync.errors import Usage
from crmsync.model import JournalEntry
from crmsync.review import provenance
from crmsync.store.flags import FLAG_FIELD
from crmsync.store.store import Tables
from crmsync.typed.field_values import in_words
from crmsync.values import Value, shape
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row
from crmsync_tui.shown import line, lines, shown
from crmsync_tui.words import _, clock, when


@dataclass(frozen=True, slots=True)
class History:
    """The changes of a record, newest first; `users` are names by id, for whose flags they tell of."""

    entries: Sequence[JournalEntry]
    users: Mapping[str, str]

    def entry(self, key: str) -> JournalEntry | None:
        """The change that a row stands for."""
        return next((one for one in self.entries if str(one.seq) == key), None)

    def rows(self) -> list[Row]:
        """One row for each."""
        return [_row(one, self) for one in self.entries]

    def field(self, entry: JournalEntry) -> str:
        """What changed."""
        if entry.field.startswith(FLAG_FIELD):
            user = entry.field.removeprefix(FLAG_FIELD)
            return _("sync flag of {user}").format(user=self.users.get(user, user))
        if entry.field:
            return entry.field
        return _("created") if entry.before is None else _("deleted")


def find(view: Tables, id: str) -> History:
    """The history of a record."""
    users = {str(one.id): one.name for one in view.users.all()}
    return History([*provenance.history(view, id)][::-1], users)


def _row(entry: JournalEntry, history: History) -> Row:
    cells = (
        when(entry.at),
        line(entry.actor),
        line(read(entry.reason).account or entry.origin),
        line(history.field(entry)),
        line(in_words(entry.before)) if entry.field else "",
        line(in_words(entry.after)) if entry.field else "",
    )
    return Row(str(entry.seq), cells)


def told(history: History, entry: JournalEntry) -> Iterator[Content]:
    """One change in lines."""
    origin = read(entry.reason)
    yield Content.assemble(shown(history.field(entry), "bold"), "  ", shown(f"{when(entry.at)} {clock(entry.at)}"))
    by = _("by {who}, through {origin}").format(who=entry.actor, origin=entry.origin)
    run = "" if entry.run is None else ", " + _("run {n}").format(n=entry.run)
    yield shown(by + run)
    if origin.account:
        yield shown(f"{marks().to_crm} {origin.account}: {origin.item}")
    if origin.rule:
        yield shown(origin.rule)
    for label, value in ((_("before"), entry.before), (_("after"), entry.after)):
        yield Content(f"{label}:")
        yield from (Content(f"  {text}") for text in lines(in_words(value) or _("(nothing)")))


def former(entry: JournalEntry) -> tuple[str, Value | None]:
    """The field and the value that stood before the change. Raises `Usage` where a change is not of a field's value."""
    if entry.field.startswith(FLAG_FIELD):
        raise Usage(_("a sync flag is turned with f, on the list of records"))
    if not entry.field:
        raise Usage(_("this is the whole record: u takes back what was done last"))
    shape(entry.field)
    return entry.field, entry.before  # type: ignore[return-value]  # the journal keeps values of this field
