"""Taking a run back: a decision, a bulk decision, a sync, also after it was pushed.

Nothing is rewound. What the run changed in the hub becomes new changes of the hub, and the next cycle brings them to
the remotes as it brings any edit, guarded by etags. What was edited after the run stays and is told. The undo is a run
itself, so it can be taken back in turn: that is the redo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crmsync.core.inverse import inverse
from crmsync.core.keys import same
from crmsync.errors import Usage
from crmsync.model import JournalEntry, RecordType
from crmsync.store.runs import Run
from crmsync.store.store import Tables

_Step: TypeAlias = tuple[object, object]
_FLAG = "sync:"


@dataclass(frozen=True, slots=True)
class Survivor:
    """Something that was edited after the run and therefore stays. `field` is `""` for a record or item as a whole."""

    record: str
    field: str
    reason: str


@dataclass(slots=True)
class Undone:
    """What an undo did: fields put back, records removed or restored, decisions taken back, and what stayed."""

    run: int
    fields: int = 0
    removed: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    decisions: int = 0
    items: int = 0
    survived: list[Survivor] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Everything that was put back."""
        return self.fields + len(self.removed) + len(self.restored) + self.decisions + self.items


def undoable(tx: Tables, run: int) -> Run:
    """The run, if it can be taken back. Raises `Usage` when it was already, or is not over."""
    found = tx.runs.get(run)
    if found.undone_by is not None:
        raise Usage(
            "it was undone already", thing=f"run {run}", next_step=f"`crmsync undo {found.undone_by}` brings it back"
        )
    if found.state == "running":
        raise Usage("it is not over yet, or was cut off", thing=f"run {run}", next_step="Sync once, then try again")
    return found


def undo(tx: Tables, run: int) -> Undone:
    """Takes a run back, in a transaction that belongs to a run of its own. Raises `Usage` like `undoable`."""
    taken = undoable(tx, run)
    mine = tx.run
    assert mine is not None
    work = _Undo(tx, Undone(run), *_changes(tx, run))
    work.keep_what_was_edited()
    for decision in tx.decisions.of_run(run):
        work.decision(decision.what, decision.key, decision.before, decision.after)
    work.records()
    work.items(run)
    tx.runs.set_undoes(mine, run)
    tx.runs.set_undone(run, mine)
    if taken.undoes is not None:
        tx.runs.set_undone(taken.undoes, None)  # a redo: the run that was undone stands again
    return work.undone


@dataclass(slots=True)
class _Changes:
    """What happened to one record in the run, each field from what it was before to what it was after."""

    fields: dict[str, list[_Step]] = field(default_factory=dict)
    created: Mapping[str, Any] | None = None
    deleted: bool = False
    seq: int = 0


def _changes(tx: Tables, run: int) -> tuple[dict[str, _Changes], dict[str, _Changes]]:
    """By record: what the run changed in the hub, and what it wrote at the remote."""
    hub: dict[str, _Changes] = {}
    for entry in tx.journal.of_run(run):
        _add(hub.setdefault(entry.record, _Changes()), entry)
    remote: dict[str, _Changes] = {}
    for push in tx.pushes.of_run(run):
        if push.field:
            steps = remote.setdefault(push.record, _Changes()).fields.setdefault(push.field, [])
            steps.append((push.before, push.after))
    return hub, remote


def _add(changes: _Changes, entry: JournalEntry) -> None:
    changes.seq = entry.seq
    if entry.field:
        changes.fields.setdefault(entry.field, []).append((entry.before, entry.after))
    elif entry.before is None:
        assert isinstance(entry.after, Mapping)
        changes.created, changes.deleted = entry.after, False
    else:
        changes.deleted = True


@dataclass(slots=True)
class _Undo:
    """The work at hand. `kept` are records made by the run that live on, `kept_items` what they are linked to."""

    tx: Tables
    undone: Undone
    hub: dict[str, _Changes]
    remote: dict[str, _Changes]
    kept: set[str] = field(default_factory=set)
    kept_items: set[tuple[int, str]] = field(default_factory=set)

    def keep_what_was_edited(self) -> None:
        """A record that the run made, and somebody worked on since, is not taken away."""
        made = {id: one for id, one in self.hub.items() if one.created is not None and not one.deleted}
        records = self.tx.records.many(made, deleted=False)
        for id, changes in made.items():
            record = records.get(id)
            if record is None:
                continue
            then = {**(changes.created or {}), **{name: steps[-1][1] for name, steps in changes.fields.items()}}
            then = {name: value for name, value in then.items() if name and ":" not in name and name != "type"}
            edited = [
                name
                for name in sorted({*then, *record.fields})
                if not same(name, then.get(name), record.fields.get(name))
            ]
            if edited:
                self.kept.add(id)
                self.kept_items |= {(link.collection, link.href) for link in self.tx.links.for_record(id)}
                self.undone.survived.append(Survivor(id, "", f"edited since ({', '.join(edited)}): it stays"))

    def decision(self, what: str, key: str, before: Any, after: Any) -> None:
        """Takes back one row that is no field of a record."""
        match what:
            case "link":
                done = self._unlinked(after) if before is None else self.tx.links.relink(before)
            case "queue":
                done = self._requeued(int(key), before, after)
            case "withheld":
                account, _, record = key.partition(":")
                change = self.tx.withheld.drop if before is None else self.tx.withheld.add
                done = change(int(account), record)
            case _:
                done = False
        self.undone.decisions += done

    def _unlinked(self, image: Mapping[str, Any]) -> bool:
        record, collection, href = image["record"], image["collection"], image["href"]
        link = self.tx.links.between(record, collection)
        if record in self.kept or link is None or link.href != href:
            return False
        written = [one for one in self.tx.pushes.of_record(record, collection) if one.field and one.href == href]
        if written:
            names = ", ".join(sorted({one.field for one in written}))
            self.undone.survived.append(Survivor(record, "", f"what was written to {href} since stays there ({names})"))
        self.tx.links.unlink(link.id)
        if self.tx.queue.by_href(collection, href) is None:
            self.tx.mirror.drop(collection, [href])  # it came without the queue: the next import brings it again
        else:
            self.tx.mirror.clear_dirty(collection, [href])
        return True

    def _requeued(self, id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        row = self.tx.queue.find(id)
        if row is not None and (row.collection, row.item.href) in self.kept_items:
            return False
        if self.tx.queue.restore(id, before, after):
            return True
        name = "" if row is None else row.item.name
        self.undone.survived.append(Survivor("", "", f"item {id} of the queue ({name}) was decided anew: it stays so"))
        return False

    def records(self) -> None:
        """Puts records back: those that were made go, those that were deleted return, fields get their old values."""
        ids = [*self.hub, *(id for id in self.remote if id not in self.hub)]
        held = self.tx.records.many(ids)
        for id in ids:
            record, changes = held.get(id), self.hub.get(id, _Changes())
            if record is None:
                continue
            if changes.created is not None and id not in self.kept:
                if not changes.deleted and self._remove(id):
                    self.undone.removed.append(id)
                continue
            if changes.deleted and self.tx.records.restore(id, reason=self._reason):
                self.undone.restored.append(id)
            if id not in self.kept:
                self._fields(id, dict(record.fields), changes)

    def _remove(self, id: str) -> bool:
        for user in self.tx.flags.users(id):
            self.tx.flags.set(user, [id], on=False)
        return self.tx.records.delete(id, reason=self._reason)

    def _fields(self, id: str, now: dict[str, Any], changes: _Changes) -> None:
        back: dict[str, Any] = {}
        written = self.remote.get(id, _Changes()).fields
        for name in {**changes.fields, **written}:
            if name == "type" or name.startswith(_FLAG):
                self._pseudo(id, name, changes.fields[name])
                continue
            steps = [*reversed(changes.fields.get(name, [])), *reversed(written.get(name, []))]
            value = now.get(name)
            survived = False
            for before, after in steps:
                taken = inverse(name, before, after, value)  # type: ignore[arg-type]  # a field's values
                value, survived = taken.value, survived or taken.survived
            if survived:
                self.undone.survived.append(Survivor(id, name, "edited since: the later edit stays"))
            back[name] = value
        self.undone.fields += len(self.tx.records.change(id, back, reason=self._reason))

    def _pseudo(self, id: str, name: str, steps: list[_Step]) -> None:
        before, after = steps[0][0], steps[-1][1]
        if name == "type":
            record = self.tx.records.get(id, deleted=True)
            if record is not None and record.type.value == after and before != after:
                self.tx.records.retype(id, RecordType(str(before)), reason=self._reason)
                self.undone.fields += 1
        elif before != after:
            user = int(name.removeprefix(_FLAG))
            self.undone.fields += len(self.tx.flags.set(user, [id], on=before is True))

    def items(self, run: int) -> None:
        """What the run created at the remote leaves it; what it removed there comes back, by the next cycle."""
        for push in self.tx.pushes.of_run(run):
            if push.field or push.record in self.undone.removed:
                continue
            account = self.tx.accounts.of_collection(push.collection)
            if account is None:
                continue
            if push.before is None:
                self.undone.items += self.tx.withheld.add(account.id, push.record)
            elif self.tx.records.get(push.record, deleted=True) is not None:
                if self.tx.records.restore(push.record, reason=self._reason):
                    self.undone.restored.append(push.record)
                flagged = self.tx.flags.set(account.user, [push.record], on=True)
                self.undone.items += bool(self.tx.withheld.drop(account.id, push.record) or flagged)

    @property
    def _reason(self) -> str:
        return f"undo of run {self.undone.run}"
