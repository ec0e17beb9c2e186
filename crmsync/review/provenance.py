"""Where does this value come from? Every value of every field, and every entry of a list by itself.

The answer is read off the journal, from the record's first entry on, so it also holds after an account, an item or a
link has gone. It names the account and the item that held the value, or the person who typed it; when, and in which
run; the rule, policy or conflict that decided; and what the value replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmsync.core.keys import entry_key
from crmsync.core.origin import Origin, read
from crmsync.model import JournalEntry, Record
from crmsync.store.conflict_log import LoggedConflict
from crmsync.store.store import Tables
from crmsync.values import is_list

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Provenance:
    """One value of a record, or one entry of a list, and the journal entry that gave it.

    `replaced` is what stood there before: the value, or the same entry with another label; `None` where nothing did.
    """

    field: str
    value: object
    entry: JournalEntry
    origin: Origin
    replaced: object = None

    @property
    def source(self) -> str:
        """The account whose item held it; else where it was decided: `cli`, `tui`."""
        return self.origin.account or self.entry.origin


def history(tx: Tables, id: str) -> Iterator[JournalEntry]:
    """Everything that ever happened to a record, oldest first."""
    after = 0
    while page := tx.journal.entries(record=id, after=after, limit=_PAGE):
        yield from page
        after = page[-1].seq


def why(tx: Tables, record: Record, field: str = "") -> Sequence[Provenance]:
    """Each value the record has, or those of one field; entries of a list one by one, in its order."""
    known: dict[str, list[Provenance]] = {}
    for entry in history(tx, record.id):
        for name, before, after in _changes(entry):
            if name in record.fields and field in ("", name):
                known[name] = _after(known.get(name, []), name, before, after, entry)
    return [one for name in sorted(record.fields) for one in known.get(name, ())]


def stood_against(tx: Tables, record: str, field: str) -> Sequence[LoggedConflict]:
    """Decided conflicts about a field: what else it might hold, and who or what decided."""
    return tx.conflicts.list(open=False, record=record, field=field)


def _changes(entry: JournalEntry) -> Iterator[tuple[str, object, object]]:
    """The fields that an entry gives a value to, or takes one from; a deletion of the whole record keeps them all."""
    if entry.field:
        yield entry.field, entry.before, entry.after
    elif isinstance(entry.after, Mapping):
        for name, value in entry.after.items():
            yield name, None, value


def _after(
    known: Sequence[Provenance], name: str, before: object, after: object, entry: JournalEntry
) -> list[Provenance]:
    """What is known of a field once this entry has happened. A value that stays keeps its provenance."""
    values = _entries(name, after)
    had = {_key(name, one.value): one for one in known}
    replaced = {_key(name, value): value for value in _entries(name, before)}
    result: list[Provenance] = []
    for value in values:
        key = _key(name, value)
        old = had.get(key)
        if old is not None and old.value == value:
            result.append(old)
        else:
            result.append(Provenance(name, value, entry, read(entry.reason), replaced.get(key)))
    return result


def _entries(name: str, value: object) -> Sequence[object]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) and is_list(name) else (value,)


def _key(name: str, value: object) -> object:
    """What makes it the same entry; the one value of a field that is no list is always the same."""
    return entry_key(name, value) if is_list(name) else None  # type: ignore[arg-type]  # entries of a list field
