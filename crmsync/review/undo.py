"""Taking a run back: a decision, a bulk decision, a sync, also after it was pushed.

Nothing is rewound. What the run changed in the hub becomes new changes of the hub, and the next cycle brings them to
the remotes as it brings any edit, guarded by etags. What was edited after the run stays and is told. The undo is a run
itself, so it can be taken back in turn: that is the redo.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crmsync.core.inverse import inverse
from crmsync.core.keys import same
from crmsync.errors import Usage
from crmsync.model import JournalEntry, RecordType
from crmsync.review.conflicts import DELETED, ask_about_item, is_written, reopen
from crmsync.store.flags import FLAG_FIELD
from crmsync.store.pushes import Push
from crmsync.store.runs import Run
from crmsync.store.store import Tables
from crmsync.values import Fields

_Step: TypeAlias = tuple[object, object]


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
    pushes = tx.pushes.of_run(run)
    work = _Undo(tx, Undone(run), *_changes(tx.journal.of_run(run), pushes))
    work.keep_what_was_edited()
    work.decisions()
    work.remove()
    work.put_back()
    work.items([push for push in pushes if not push.field])
    if not work.undone.total:
        return work.undone  # nothing to take back in turn
    tx.runs.set_undoes(mine, run)
    tx.runs.set_undone(run, mine)
    if taken.undoes is not None:
        tx.runs.set_undone(taken.undoes, None)  # a redo: the run that was undone stands again
    return work.undone


@dataclass(slots=True)
class _Changes:
    """What happened to one record in the run, each field from what it was before to what it was after."""

    fields: dict[str, list[_Step]] = field(default_factory=dict)
    deleted: bool = False


def _changes(
    entries: Iterable[JournalEntry], pushes: Iterable[Push]
) -> tuple[dict[str, _Changes], dict[str, _Changes]]:
    """By record: what the run changed in the hub, and what it wrote at the remote."""
    hub: dict[str, _Changes] = {}
    for entry in entries:
        changes = hub.setdefault(entry.record, _Changes())
        if entry.field:
            changes.fields.setdefault(entry.field, []).append((entry.before, entry.after))
        else:
            changes.deleted = True
    remote: dict[str, _Changes] = {}
    for push in pushes:
        if push.field:
            steps = remote.setdefault(push.record, _Changes()).fields.setdefault(push.field, [])
            steps.append((push.before, push.after))
    return hub, remote


@dataclass(slots=True)
class _Undo:
    """The work at hand. `made` are the records that go; `kept` those that the run made and that live on;
    `taken` those whose item became another record's meanwhile."""

    tx: Tables
    undone: Undone
    hub: dict[str, _Changes]
    remote: dict[str, _Changes]
    made: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    def keep_what_was_edited(self) -> None:
        """A record that the run made, and somebody worked on since, is not taken away."""
        for id, untouched in self.tx.journal.made_in(self.undone.run).items():
            edited = [] if untouched else self._edited(id)
            if edited:
                self.kept.add(id)
                self.undone.survived.append(Survivor(id, "", f"edited since ({', '.join(edited)}): it stays"))
            else:
                self.made.append(id)

    def _edited(self, id: str) -> list[str]:
        """The fields that are not what the run left them at."""
        then: dict[str, Any] = {}
        for entry in self.tx.journal.of_run(self.undone.run, record=id):
            if entry.field == "":
                then = dict(entry.after) if isinstance(entry.after, Mapping) else {}
            else:
                then[entry.field] = entry.after
        record = self.tx.records.get(id)
        assert record is not None
        fields = {name for name in (*then, *record.fields) if name != "type" and not name.startswith(FLAG_FIELD)}
        return [name for name in sorted(fields) if not same(name, then.get(name), record.fields.get(name))]

    def decisions(self) -> None:
        """Takes back what is no field of a record, the newest first."""
        made: list[Mapping[str, Any]] = []
        queued: dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
        for one in self.tx.decisions.of_run(self.undone.run):
            match one.what:
                case "link" if one.before is None:
                    made.append(one.after)
                case "link":
                    self._relink(one.before)
                case "conflict":
                    self._reopen(int(one.key), one.before)
                case "queue":
                    id = int(one.key)
                    queued[id] = (one.before, queued[id][1] if id in queued else one.after)
                case "withheld":
                    account, _, record = one.key.partition(":")
                    change = self.tx.withheld.drop if one.before is None else self.tx.withheld.add
                    self.undone.decisions += change(int(account), record)
                case "moved":
                    self.undone.decisions += self._moved_back(one.key, str(one.before), str(one.after))
                case "merged" if one.before is None:
                    self.undone.decisions += self.tx.merged.drop(one.key)
                case "merged":
                    self._merged_again(one.key, str(one.before))
                case _:
                    pass
        self._unlink([image for image in made if image["record"] not in self.kept])
        kept = {(image["collection"], image["href"]) for image in made if image["record"] in self.kept}
        self._requeue(queued, kept)

    def _reopen(self, id: int, agreed: Mapping[str, Any]) -> None:
        if reopen(self.tx, id, agreed):
            self.undone.decisions += 1
            return
        conflict = self.tx.conflicts.get(id).conflict
        reason = f"conflict {id} stays decided, since its answer reached the remote; the other value is in its log"
        self.undone.survived.append(Survivor(conflict.record, conflict.field, reason))

    def _relink(self, image: Mapping[str, Any]) -> None:
        record, collection, href = image["record"], image["collection"], image["href"]
        if self.tx.links.relink(image):
            self.undone.decisions += 1
            # What happened to the item meanwhile was nobody's edit of this record: it is looked at now.
            self.tx.mirror.mark_dirty(collection, [href])
            return
        self.taken.add(record)
        reason = f"{href} belongs to another record by now: what was undone stays undone"
        self.undone.survived.append(Survivor(record, "", reason))

    def _unlink(self, images: Sequence[Mapping[str, Any]]) -> None:
        records = [image["record"] for image in images]
        links, written = self.tx.links.ids(records), self.tx.pushes.written(records)
        gone: dict[int, list[str]] = {}
        ids: list[int] = []
        for image in images:
            record, collection, href = image["record"], image["collection"], image["href"]
            if (record, collection, href) not in links:
                continue
            ids.append(links[record, collection, href])
            gone.setdefault(collection, []).append(href)
            if names := written.get((record, collection)):
                reason = f"what was written to {href} since stays there ({', '.join(names)})"
                self.undone.survived.append(Survivor(record, "", reason))
        self.tx.links.unlink(ids)
        for collection, hrefs in gone.items():
            known = self.tx.queue.states(collection, hrefs)
            self.tx.mirror.clear_dirty(collection, known)
            # What came without the queue: the next import brings it again.
            self.tx.mirror.drop(collection, [href for href in hrefs if href not in known])
        self.undone.decisions += len(ids)

    def _moved_back(self, key: str, before: str, after: str) -> bool:
        """An item that became another record's. Both sides agree on what it shows now; the next cycle puts it right."""
        collection, _, href = key.partition(":")
        link = self.tx.links.by_href(int(collection), href)
        if link is None or link.record != after or self.tx.links.between(before, int(collection)) is not None:
            return False
        self.tx.links.move(link.id, before)
        return True

    def _merged_again(self, record: str, into: str) -> None:
        self.tx.merged.put(record, into)
        for link in self.tx.links.for_record(record):
            if is_written(self.tx, link):
                ask_about_item(self.tx, link)
        self.undone.decisions += 1

    def _requeue(
        self, images: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]], kept: AbstractSet[tuple[int, str]]
    ) -> None:
        if kept:
            rows = {id: self.tx.queue.find(id) for id in images}
            images = {
                id: images[id]
                for id, row in rows.items()
                if row is not None and (row.collection, row.item.href) not in kept
            }
        back, anew = self.tx.queue.restore(images)
        self.undone.decisions += len(back)
        for id in anew:
            name = self.tx.queue.get(id).item.name
            reason = f"item {id} of the queue ({name}) was decided anew: it stays so"
            self.undone.survived.append(Survivor("", "", reason))

    def remove(self) -> None:
        """The records that the run made go, and with them their flags."""
        for user in self.tx.users.all():
            self.tx.flags.set(user.id, self.made, on=False)
        self.undone.removed += self.tx.records.delete_many(self.made, reason=self._reason)

    def put_back(self) -> None:
        """Records that were deleted return, and fields get their old values."""
        here = {*self.made, *self.kept, *self.taken}
        ids = [id for id in (*self.hub, *(id for id in self.remote if id not in self.hub)) if id not in here]
        held = self.tx.records.many(ids)
        for id in ids:
            record, changes = held.get(id), self.hub.get(id, _Changes())
            if record is None:
                continue
            if changes.deleted:
                if self._made_and_deleted(id):
                    continue
                if self.tx.records.restore(id, reason=self._reason):
                    self.undone.restored.append(id)
                    self._no_question(id)
                    for link in self.tx.links.for_record(id):
                        self.tx.mirror.mark_dirty(link.collection, [link.href])
            self._fields(id, record.fields, changes)

    def _no_question(self, id: str) -> None:
        """A record that is back is not asked about any more."""
        for logged in self.tx.conflicts.list(record=id, field=DELETED):
            if logged.conflict.crm is True:
                self.tx.conflicts.close(logged.id, "undone")

    def _made_and_deleted(self, id: str) -> bool:
        """Whether the record did not live longer than the run."""
        first = self.tx.journal.of_run(self.undone.run, record=id)[0]
        return first.field == "" and first.before is None

    def _fields(self, id: str, now: Fields, changes: _Changes) -> None:
        back: dict[str, Any] = {}
        written = self.remote.get(id, _Changes()).fields
        for name in {**changes.fields, **written}:
            if name == "type" or name.startswith(FLAG_FIELD):
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
            user = int(name.removeprefix(FLAG_FIELD))
            self.undone.fields += len(self.tx.flags.set(user, [id], on=before is True))

    def items(self, pushes: Iterable[Push]) -> None:
        """What the run created at the remote leaves it; what it removed there comes back, by the next cycle."""
        gone = set(self.undone.removed)
        for push in pushes:
            if push.record in gone:
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
