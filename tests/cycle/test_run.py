"""One cycle after another, hub and remotes in memory: what people see happen."""

from __future__ import annotations

import pytest

from crmsync.model import LinkState, Mode
from crmsync.review import conflicts as decide
from crmsync.review import import_queue
from crmsync.review.conflicts import Choice
from crmsync.store.import_queue import QueueState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit, settled


def test_a_found_card_waits_until_it_has_a_type_and_then_nothing_is_written(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "a", card("u1", "Anna Rossi", "EMAIL:anna@acme.it", "X-KEEP:1"))
    assert phone.sync().queued == 1
    with hub.typing() as tx:
        (row,) = tx.queue.list()
        assert import_queue.bring_in(tx, [row.id], 1, lambda: "x").skipped[0][0] == row.id
    (record,) = bring_in(hub)
    assert hub.fields(record)["emails"] == (Labelled("anna@acme.it"),)
    before = phone.text(f"{BOOK}a.vcf")
    settled(phone)
    assert phone.text(f"{BOOK}a.vcf") == before
    assert hub.queue() == []


def test_an_edit_at_the_remote_is_in_the_crm_and_one_in_the_crm_at_the_remote(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (href,) = phone.hrefs()
    edit(phone, href, "X-OTHER:kept")
    edit(phone, href, "TITLE:Buyer")
    hub.set(record, note="call her")
    result = phone.sync()
    assert (result.pulled.updated, result.pushed.updated) == (1, 1)
    assert hub.fields(record)["title"] == "Buyer"
    assert "NOTE:call her" in phone.text(href)
    assert "X-OTHER:kept" in phone.text(href)
    settled(phone)


def test_two_accounts_meet_in_the_hub(hub: Hub, phone: Spoke) -> None:
    desk = Spoke(hub, "desk")
    hub.add(name="Anna Rossi")
    settled(phone, desk)
    edit(phone, phone.hrefs()[0], "TITLE:Buyer")
    phone.sync()
    desk.sync()
    assert "TITLE:Buyer" in desk.text(desk.hrefs()[0])
    settled(phone, desk)


@pytest.mark.parametrize(
    ("choice", "value", "expected"),
    [
        (Choice.CRM, None, "office"),
        (Choice.REMOTE, None, "phone"),
        (Choice.BASE, None, None),
        (Choice.VALUE, "both", "both"),
    ],
)
def test_a_conflict_stops_one_field_is_asked_once_and_ends_equal_on_both_sides(
    hub: Hub, phone: Spoke, choice: Choice, value: str | None, expected: str | None
) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (href,) = phone.hrefs()
    edit(phone, href, "NOTE:phone")
    edit(phone, href, "TITLE:Buyer")
    hub.set(record, note="office", department="Sales")
    assert phone.sync().conflicts == 1
    assert hub.fields(record)["title"] == "Buyer"
    assert phone.sync().conflicts == 0
    (conflict,) = hub.conflicts()
    assert (conflict.conflict.field, conflict.conflict.crm, conflict.conflict.remote) == ("note", "office", "phone")
    with hub.typing() as tx:
        decide.resolve(tx, conflict.id, choice, value)
    settled(phone)
    assert hub.fields(record).get("note") == expected
    assert ("NOTE:" + expected in phone.text(href)) if expected else ("NOTE" not in phone.text(href))
    assert hub.conflicts() == []


def test_a_conflict_that_settles_itself_is_closed(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    edit(phone, phone.hrefs()[0], "NOTE:phone")
    hub.set(record, note="office")
    phone.sync()
    hub.set(record, note="phone")
    phone.sync()
    assert hub.conflicts() == []


def test_a_dry_run_plans_what_a_run_does_and_writes_neither_record_nor_remote(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna Rossi")
    linked = hub.add(name="Luca Verdi")
    phone.sync()
    hub.set(linked, note="n")
    hub.add(name="Third One")
    edit(phone, phone.hrefs()[0], "TITLE:Buyer")
    before, fields = phone.remote.contents(BOOK), hub.fields(linked)
    planned = phone.sync(dry_run=True)
    assert planned.plan is not None
    assert sorted(line["action"] for line in planned.plan) == ["create", "update", "update"]
    assert phone.remote.contents(BOOK) == before
    assert hub.fields(linked) == fields
    done = phone.sync()
    assert (done.pushed.created, done.pushed.updated, done.pulled.updated) == (1, 1, 1)


def test_an_export_only_account_never_writes_the_hub_and_leaves_strangers_alone(hub: Hub) -> None:
    phone = Spoke(hub, "phone", mode=Mode.EXPORT)
    stranger = phone.remote.seed(BOOK, "s", card("s", "Mario Neri"))
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (ours,) = [href for href in phone.hrefs() if href != stranger]
    edit(phone, ours, "NOTE:not allowed")
    phone.sync()
    assert "note" not in hub.fields(record)
    assert "NOTE" not in phone.text(ours)
    phone.remote.remove(BOOK, ours)
    phone.sync()
    assert len(phone.hrefs()) == 2
    assert hub.queue() == []
    settled(phone)


def test_an_import_only_account_is_never_written(hub: Hub) -> None:
    phone = Spoke(hub, "phone", mode=Mode.IMPORT)
    phone.remote.seed(BOOK, "s", card("s", "Mario Neri"))
    phone.sync()
    (record,) = bring_in(hub)
    hub.add(name="Anna Rossi")
    hub.set(record, note="ours")
    before = phone.remote.contents(BOOK)
    settled(phone)
    hub.delete(record)
    settled(phone)
    assert phone.remote.contents(BOOK) == before


def test_a_record_that_a_queued_item_may_be_is_not_created_at_that_account(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi", given="Anna", family="Rossi", emails=(Labelled("anna@acme.it"),))
    phone.remote.seed(BOOK, "a", card("u1", "Rossi Anna", "EMAIL:Anna@ACME.it", "TITLE:Buyer"))
    phone.sync()
    assert len(phone.hrefs()) == 1
    (row,) = hub.queue()
    assert row.item.suggestion is not None
    assert row.item.suggestion.record == record
    with hub.typing() as tx:
        import_queue.accept(tx, [row.id], 1)
    assert hub.fields(record)["title"] == "Buyer"
    settled(phone)
    assert len(phone.hrefs()) == 1
    assert "FN:Anna Rossi" in phone.text(phone.hrefs()[0])
    with hub.store.view() as view:
        lost = {entry.conflict.field: entry.losing for entry in view.conflicts.list(open=False)}
    assert lost["name"] == "Rossi Anna"


def test_a_record_made_after_its_item_was_queued_is_suggested_before_one_is_created(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "a", card("u1", "Anna Rossi", "EMAIL:anna@acme.it"))
    phone.sync()
    assert hub.queue()[0].item.suggestion is None
    hub.add(name="Anna Rossi", emails=(Labelled("anna@acme.it"),))
    phone.sync()
    assert hub.queue()[0].item.suggestion is not None
    assert len(phone.hrefs()) == 1


def test_what_cannot_be_read_is_parked_with_its_text_and_the_rest_goes_on(hub: Hub, phone: Spoke) -> None:
    bad = phone.remote.seed(BOOK, "bad", b"BEGIN:VCARD\r\nnothing ends this")
    phone.remote.seed(BOOK, "good", card("u1", "Anna Rossi"))
    result = phone.sync()
    assert (result.parked, result.queued) == (1, 1)
    with hub.store.view() as view:
        (parked,) = view.parked.list()
    assert (parked.href, parked.raw) == (bad, b"BEGIN:VCARD\r\nnothing ends this")
    phone.remote.edit(BOOK, bad, card("u2", "Mario Neri"))
    assert phone.sync().queued == 1
    with hub.store.view() as view:
        assert view.parked.list() == []


def test_a_linked_item_that_becomes_unreadable_is_parked_and_its_record_stays(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (href,) = phone.hrefs()
    good = phone.remote.raw(BOOK, href)
    assert good is not None
    phone.remote.edit(BOOK, href, b"rubbish")
    assert phone.sync().parked == 1
    assert hub.fields(record)["name"] == "Anna Rossi"
    settled(phone)
    phone.remote.edit(BOOK, href, good.replace(b"END:VCARD", b"NOTE:back\r\nEND:VCARD"))
    phone.sync()
    assert hub.fields(record)["note"] == "back"
    settled(phone)


def test_ignored_items_come_back_when_they_change_and_private_ones_never(hub: Hub, phone: Spoke) -> None:
    ignored = phone.remote.seed(BOOK, "i", card("u1", "Anna Rossi"))
    private = phone.remote.seed(BOOK, "p", card("u2", "Casa"))
    phone.sync()
    with hub.typing() as tx:
        rows = {row.item.href: row.id for row in tx.queue.list()}
        import_queue.leave_out(tx, [rows[ignored]], QueueState.IGNORED)
        import_queue.leave_out(tx, [rows[private]], QueueState.PRIVATE)
    settled(phone)
    edit(phone, ignored, "NOTE:x")
    edit(phone, private, "NOTE:x")
    phone.sync()
    assert [row.item.href for row in hub.queue()] == [ignored]


def test_every_write_is_settled_when_the_cycle_ends(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    hub.set(record, note="n")
    phone.sync()
    with hub.store.view() as view:
        (link,) = view.links.for_record(record)
    assert (link.state, link.intent) == (LinkState.LINKED, None)
    assert link.base["note"] == "n"
