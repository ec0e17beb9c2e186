"""Every value of every field says where it comes from, whatever has happened to the record."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from pathlib import Path

import pytest

from crmsync.core.declarations import Master, masters_for
from crmsync.core.origin import Origin
from crmsync.model import Mode, OnConflict, Policy, RecordType
from crmsync.review import conflicts, import_queue, linking, provenance
from crmsync.review.conflicts import Choice
from crmsync.review.provenance import Provenance
from crmsync.values import Labelled, Value
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit
from tests.machine.world import VCARD

MERGES = 1000
TEXTS, LISTS = ("title", "note", "department"), ("emails", "phones")
_TOKEN = re.compile(r"1\d{6}")


def why(hub: Hub, id: str, field: str = "") -> list[Provenance]:
    with hub.store.view() as view:
        record = view.records.get(id, deleted=True)
        assert record is not None
        return list(provenance.why(view, record, field))


def test_a_value_that_was_typed_names_the_person_and_what_it_replaced(hub: Hub) -> None:
    id = hub.add(name="Ada", title="Clerk")
    hub.set(id, title="CTO")
    hub.set(id, title=None)
    hub.set(id, title="CEO", note="x")
    (title,) = why(hub, id, "title")
    assert (title.value, title.source, title.entry.actor, title.replaced) == ("CEO", "cli", "me", None)
    assert title.origin == Origin("typed")
    assert [one.field for one in why(hub, id)] == ["name", "note", "title"]


def test_what_an_item_held_names_the_account_and_the_item_also_after_both_are_gone(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "x", card("x", "Ada", "EMAIL:ada@x.example"))
    phone.sync()
    (id,) = bring_in(hub)
    edit(phone, "/book/x.vcf", "TITLE:CTO")
    run = phone.sync().id
    with hub.typing() as tx:
        tx.accounts.remove(tx.accounts.get("phone").id)
    (name,), (title,) = why(hub, id, "name"), why(hub, id, "title")
    assert name.origin == Origin("typed", "phone", "/book/x.vcf"), "the transaction's own reason is kept"
    assert title.origin == Origin("", "phone", "/book/x.vcf")
    assert (name.entry.actor, name.entry.run) == ("me", None), "a person made it a record"
    assert (title.entry.actor, title.entry.run) == ("phone", run)


def test_each_entry_of_a_list_has_a_provenance_of_its_own(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "x", card("x", "Ada", "EMAIL:ada@x.example", "EMAIL:second@x.example"))
    phone.sync()
    (id,) = bring_in(hub)
    first, second = (Labelled("ada@x.example"), Labelled("second@x.example"))
    hub.set(id, emails=(first, second, Labelled("third@x.example")))
    hub.set(id, emails=(first, Labelled("second@x.example", "home"), Labelled("third@x.example")))
    shown = [(one.source, one.replaced) for one in why(hub, id, "emails")]
    assert shown == [("phone", None), ("cli", second), ("cli", None)]


def test_a_restored_record_keeps_the_provenance_of_its_values(hub: Hub) -> None:
    id = hub.add(name="Ada", title="CTO")
    before = why(hub, id)
    hub.delete(id)
    assert why(hub, id) == before
    with hub.typing() as tx:
        tx.records.restore(id)
        tx.records.retype(id, RecordType.LEAD)
    assert why(hub, id) == before


def test_a_policy_and_a_master_that_decided_are_named(hub: Hub) -> None:
    phone = Spoke(hub, "phone", policy=Policy(on_conflict=OnConflict.REMOTE))
    erp = Spoke(
        hub,
        "erp",
        policy=Policy(masters=masters_for("erp", RecordType.CONTACT, [Master(RecordType.CONTACT, "note", "erp")])),
    )
    id = hub.add(name="Ada")
    phone.sync()
    erp.sync()
    edit(phone, f"/book/crmsync-{id}.vcf", "TITLE:phone")
    edit(erp, f"/book/crmsync-{id}.vcf", "NOTE:erp")
    hub.set(id, title="office", note="office")
    phone.sync()
    erp.sync()
    (title,), (note,) = why(hub, id, "title"), why(hub, id, "note")
    assert (title.value, title.origin.rule, title.replaced) == (
        "phone", "both sides changed it, policy remote", "office",
    )  # fmt: skip
    assert (note.value, note.origin.rule) == ("erp", "the remote is master of this field")
    assert (note.source, note.origin.item) == ("erp", f"/book/crmsync-{id}.vcf")
    with hub.store.view() as view:
        assert [one.losing for one in provenance.stood_against(view, id, "title")] == ["office"]


class Play:
    """Two phones and a hub, and people who type at each. Every value holds a number that is used only once."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.hub = Hub(folder)
        policies = [Policy(), Policy(on_conflict=OnConflict.REMOTE), Policy(on_conflict=OnConflict.CRM)]
        self.spokes = [
            Spoke(self.hub, name, policy=self.chance.choice(policies), mode=Mode.TWO_WAY) for name in ("p1", "p2")
        ]
        self.typed = 1_000_000
        self.places: defaultdict[str, set[str]] = defaultdict(set)
        self.merges = 0

    def value(self, field: str, now: Value | None, place: str) -> Value:
        self.typed += 1
        self.places[str(self.typed)].add(place)
        if field in TEXTS:
            return f"{field} {self.typed}"
        entry = Labelled(f"p{self.typed}@x.example" if field == "emails" else f"+39 02 {self.typed}", "work")
        kept = now if isinstance(now, tuple) else ()
        return (*kept[self.chance.randint(0, 1) :], entry)  # type: ignore[return-value]  # a list of labelled entries

    def records(self) -> list[str]:
        with self.hub.store.view() as view:
            return [record.id for record in view.records.each()]

    def types_here(self) -> None:
        ids = self.records()
        if not ids or self.chance.random() < 0.2:
            field = self.chance.choice(TEXTS)
            self.hub.add(name="Ada", **{field: self.value(field, None, "cli")})
            return
        id, field = self.chance.choice(ids), self.chance.choice(TEXTS + LISTS)
        self.hub.set(id, **{field: self.value(field, self.hub.fields(id).get(field), "cli")})

    def types_there(self) -> None:
        spoke = self.chance.choice(self.spokes)
        hrefs = spoke.hrefs()
        field = self.chance.choice(TEXTS + LISTS)
        if not hrefs or self.chance.random() < 0.2:
            fields = {"name": "Bea", field: self.value(field, None, spoke.name)}
            spoke.remote.seed(BOOK, f"x{self.typed}", VCARD.build(f"x{self.typed}", "individual", fields, {}))
            return
        href = self.chance.choice(hrefs)
        raw = spoke.text(href).encode()
        new = self.value(field, VCARD.parse(raw).fields.get(field), spoke.name)
        spoke.remote.edit(BOOK, href, VCARD.patch(raw, {field: new}, {}))

    def decides(self) -> None:
        queue, asked = self.hub.queue(), self.hub.conflicts()
        with self.hub.typing() as tx:
            for conflict in asked:
                choice = self.chance.choice([Choice.CRM, Choice.REMOTE])
                conflicts.resolve(tx, conflict.id, choice)
                self.merges += 1
            for row in queue:
                free = [
                    record.id for record in tx.records.each() if tx.links.between(record.id, row.collection) is None
                ]
                if free and self.chance.random() < 0.5:
                    linking.link(tx, row.id, self.chance.choice(free), 1)
                else:
                    import_queue.assign(tx, [row.id], RecordType.CONTACT)
                    import_queue.bring_in(tx, [row.id], 1, iter([f"q{row.collection}-{row.id}"]).__next__)
                self.merges += 1

    def syncs(self) -> None:
        result = self.chance.choice(self.spokes).sync()
        self.merges += result.pulled.total + result.pushed.total

    def check(self) -> int:
        """Every value has a provenance, and it names a place where the value really was typed."""
        values = 0
        for id in self.records():
            found = why(self.hub, id)
            for field, value in self.hub.fields(id).items():
                mine = [one.value for one in found if one.field == field]
                assert mine == (list(value) if isinstance(value, tuple) else [value])
            for one in found:
                values += 1
                for token in _TOKEN.findall(str(one.value)):
                    assert one.source in self.places[token], one
                if one.source != "cli":
                    assert one.origin.item.startswith(BOOK)
        return values


@pytest.mark.timeout(180)
def test_every_field_of_a_thousand_random_merges_has_a_provenance(tmp_path: Path) -> None:
    merges = values = 0
    seed = 0
    while merges < MERGES:
        play = Play(tmp_path / str(seed), seed)
        acts = [play.types_here, play.types_there, play.types_there, play.decides, play.syncs, play.syncs]
        for _ in range(120):
            play.chance.choice(acts)()
            values += play.check()
        merges += play.merges
        play.hub.store.close()
        seed += 1
    assert values > MERGES
