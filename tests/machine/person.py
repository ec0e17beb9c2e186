"""What people do: type, delete, decide. Each at the hub or at a remote, never knowing what the engine is at."""

from __future__ import annotations

from crmsync.review import conflicts, import_queue, plans
from crmsync.review.conflicts import Choice
from crmsync.store.import_queue import QueueState
from crmsync.values import Value
from tests.machine.typed import Edit, Typist
from tests.machine.world import BOOK, CONTACT, VCARD, Spoke, World, shown


class Person:
    """Acts on a world. Choices are numbers, taken modulo what there is to choose from."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.typist = Typist()

    def new_fields(self) -> dict[str, Value]:
        """Somebody new. The nickname is never edited and tells who it is."""
        who = self.typist.text("who")
        return {"name": f"Ada {who.split()[1]}", "nickname": who, "emails": (self.typist.entry("emails", "work"),)}

    # --- at the hub

    def creates(self, flags: int) -> None:
        """A record, flagged for those spokes whose bit is set."""
        record = self.world.create(self.new_fields())
        for number, spoke in enumerate(self.world.spokes):
            if flags >> number & 1:
                self.world.flag(record, spoke, True)

    def edits(self, choice: int, edit: Edit) -> None:
        records = [record for record in self.world.records().values() if not record.deleted]
        if records:
            record = records[choice % len(records)]
            self.world.change(record.id, {edit.field: self.typist.value(edit, record.fields.get(edit.field))})

    def deletes(self, choice: int, deleted: bool) -> None:
        records = [record.id for record in self.world.records().values() if record.deleted is not deleted]
        if records:
            self.world.delete(records[choice % len(records)], deleted)

    def flags(self, choice: int, spoke: Spoke, on: bool) -> None:
        records = [record.id for record in self.world.records().values() if not record.deleted]
        if records:
            self.world.flag(records[choice % len(records)], spoke, on)

    # --- at a remote

    def creates_at(self, spoke: Spoke) -> None:
        fields = self.new_fields()
        name = str(fields["nickname"]).replace(" ", "-")
        spoke.remote.seed(BOOK, name, VCARD.build(name, "individual", fields, {}))

    def edits_at(self, spoke: Spoke, choice: int, edit: Edit) -> None:
        if items := sorted(spoke.items().items()):
            href, raw = items[choice % len(items)]
            value = self.typist.value(edit, shown(raw).get(edit.field))
            spoke.remote.edit(BOOK, href, VCARD.patch(raw, {edit.field: value}, {}))

    def deletes_at(self, spoke: Spoke, choice: int) -> None:
        if items := sorted(spoke.items()):
            spoke.remote.remove(BOOK, items[choice % len(items)])

    # --- decisions

    def decides_item(self, choice: int) -> None:
        """Imports an item of the queue, or says which record it obviously is."""
        with self.world.store.view() as tx:
            rows = tx.queue.list()
        records = self.world.records().values()
        if not rows:
            return
        row = rows[choice % len(rows)]
        spoke = next(spoke for spoke in self.world.spokes if spoke.account == row.account)
        with self.world.store.transaction(self.world.stamp()) as tx:
            mirrored = tx.mirror.get(row.collection, row.item.href)
            assert mirrored is not None
            who = shown(mirrored.item.raw).get("nickname")
            twin = next((one for one in records if one.fields.get("nickname") == who), None)
            if twin is None:
                import_queue.assign(tx, [row.id], CONTACT)
                import_queue.bring_in(tx, [row.id], spoke.user, self.world.new_id)
            elif twin.deleted or tx.links.between(twin.id, row.collection) is not None:
                import_queue.leave_out(tx, [row.id], QueueState.IGNORED)
            else:
                import_queue.link(tx, row.id, twin.id, spoke.user)

    def decides_conflict(self, choice: int, side: Choice) -> None:
        """Takes one side's value; for a deletion, lets it happen or not."""
        with self.world.store.transaction(self.world.stamp()) as tx:
            if waiting := tx.conflicts.list():
                conflicts.resolve(tx, waiting[choice % len(waiting)].id, side)

    def decides_plan(self, choice: int, passes: bool) -> None:
        """Lets a held plan pass, or not."""
        with self.world.store.transaction(self.world.stamp()) as tx:
            if held := tx.plans.list():
                (plans.approve if passes else plans.discard)(tx, held[choice % len(held)].id)
