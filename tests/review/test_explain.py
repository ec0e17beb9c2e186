"""Every item is in one state, and the reason says what a person can do about it."""

from __future__ import annotations

import pytest

from crmsync.connectors.faults import Fault, Operation
from crmsync.core.plan import Budget, Budgets
from crmsync.core.selection import Export
from crmsync.cycle import Rules
from crmsync.errors import Refused
from crmsync.model import Mode, OnDelete, Policy, RecordType
from crmsync.review import conflicts, explain, import_queue, plans
from crmsync.review.conflicts import Choice
from crmsync.review.explain import Stands, Sums
from crmsync.store.import_queue import QueueState
from crmsync.store.standing import Place, Reason, Standing
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit


def sums(hub: Hub, spoke: Spoke) -> Sums:
    with hub.store.view() as view:
        return explain.sums(view, view.accounts.get(spoke.name))


def item(hub: Hub, href: str) -> Stands:
    with hub.store.view() as view:
        (found,) = explain.named(view, href)
        return found


def record(hub: Hub, id: str) -> Stands:
    with hub.store.view() as view:
        one = view.records.get(id, deleted=True)
        assert one is not None
        (found,) = explain.record(view, one, lambda account: Export())
        return found


def seeded(phone: Spoke, *names: str) -> list[str]:
    for name in names:
        phone.remote.seed(BOOK, name, card(name, f"Ada {name}"))
    phone.sync()
    return phone.hrefs()


def test_an_item_of_a_record_is_in_sync_until_one_of_them_changes(hub: Hub, phone: Spoke) -> None:
    (href,) = seeded(phone, "x")
    assert (item(hub, href).state, item(hub, href).rule) == (Standing.QUEUED, "undecided")
    (id,) = bring_in(hub)
    phone.sync()
    assert item(hub, href).why == f"the same as record {id}"
    assert record(hub, id) == item(hub, href)
    hub.set(id, title="CTO")
    assert (item(hub, href).state, item(hub, href).why) == (
        Standing.PENDING, f"record {id} changed in the CRM since the last sync",
    )  # fmt: skip
    assert sums(hub, phone).states[Standing.PENDING] == 1
    phone.sync()
    assert item(hub, href).state is Standing.IN_SYNC
    assert sums(hub, phone).reasons == {Reason.AGREED: 1}


def test_what_a_person_left_out_says_who_and_when(hub: Hub, phone: Spoke) -> None:
    seeded(phone, "ignored", "secret")
    with hub.typing() as tx:
        ids = {row.item.name: row.id for row in tx.queue.list()}
        import_queue.leave_out(tx, [ids["Ada ignored"]], QueueState.IGNORED)
        import_queue.leave_out(tx, [ids["Ada secret"]], QueueState.PRIVATE)
    assert item(hub, "/book/ignored.vcf").why.startswith("ignored by me at 2026-")
    assert item(hub, "/book/secret.vcf").why.startswith("marked private by me at 2026-")
    assert sums(hub, phone).states[Standing.EXCLUDED] == 2


def test_a_group_and_a_stranger_in_an_export_only_account_are_excluded_by_a_rule(hub: Hub) -> None:
    mirror = Spoke(hub, "mirror", mode=Mode.EXPORT)
    mirror.remote.seed(BOOK, "friends", card("friends", "Friends", "X-ADDRESSBOOKSERVER-KIND:group"))
    seeded(mirror, "stranger")
    assert item(hub, "/book/friends.vcf").rule == "group"
    assert item(hub, "/book/stranger.vcf").rule == "export only"
    assert sums(hub, mirror).states[Standing.EXCLUDED] == 2


def test_an_unselected_collection_excludes_all_its_items(hub: Hub, phone: Spoke) -> None:
    seeded(phone, "x", "y")
    id = hub.add(name="Bea")
    with hub.typing() as tx:
        tx.collections.select(phone.collection, False)
    assert sums(hub, phone).reasons == {Reason.COLLECTION: 2}
    assert record(hub, id).why == "this account takes no records of type contact"


def test_what_cannot_be_read_is_parked_with_the_reason_and_excluded_once_it_is_dropped(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "broken", b"BEGIN:VCARD\r\nno colon")
    phone.sync()
    shown = item(hub, "/book/broken.vcf")
    assert shown.state is Standing.PARKED
    assert shown.why.startswith("tried once: ")
    with hub.typing() as tx:
        tx.parked.drop([parked.id for parked in tx.parked.list()])
    assert item(hub, "/book/broken.vcf").rule == "dropped"


def test_a_field_that_waits_for_a_person_is_named(hub: Hub, phone: Spoke) -> None:
    (href,) = seeded(phone, "x")
    (id,) = bring_in(hub)
    phone.sync()
    edit(phone, href, "NOTE:phone")
    edit(phone, href, "TITLE:phone")
    hub.set(id, note="office", title="office")
    phone.sync()
    assert item(hub, href).why == f"waits for your decision about note, title of record {id}"
    assert sums(hub, phone).states[Standing.CONFLICTED] == 1


def test_a_vanished_item_is_no_longer_counted_and_its_record_says_what_is_asked(hub: Hub, phone: Spoke) -> None:
    (href,) = seeded(phone, "x")
    (id,) = bring_in(hub)
    phone.sync()
    phone.remote.remove(BOOK, href)
    phone.sync()
    assert sums(hub, phone).items == 0
    assert record(hub, id).state is Standing.CONFLICTED
    assert record(hub, id).why.endswith("conflict 1 asks what that means")


def test_a_held_plan_is_named_until_it_is_discarded_and_then_the_item_stays_by_rule(hub: Hub, phone: Spoke) -> None:
    phone.rules = Rules(phone.rules.policies, Budgets(deletes=Budget(0, 0.0)))
    (href,) = seeded(phone, "x")
    (id,) = bring_in(hub)
    phone.sync()
    with hub.typing() as tx:
        tx.flags.set(1, [id], on=False)
    phone.sync()
    assert item(hub, href).why == "held by plan 1: 1 of 1 items would be deleted at the remote"
    with hub.typing() as tx:
        plans.discard(tx, 1)
    phone.sync()
    assert (item(hub, href).state, item(hub, href).rule) == (Standing.EXCLUDED, "plan discarded")
    with hub.typing() as tx:
        tx.flags.set(1, [id], on=True)
    phone.sync()
    assert item(hub, href).state is Standing.IN_SYNC


def test_a_record_that_an_account_does_not_get_says_by_which_rule(hub: Hub, phone: Spoke) -> None:
    unflagged = hub.add(name="Bea", flag=False)
    lead = hub.add(RecordType.LEAD, name="Cy", privacy="denied")
    gone = hub.add(name="Dan")
    hub.delete(gone)
    fresh = hub.add(name="Eve")
    assert record(hub, unflagged).why == "not flagged for sync"
    assert record(hub, lead).why == "privacy consent is denied"
    assert record(hub, gone).why == "deleted in the CRM"
    assert (record(hub, fresh).state, record(hub, fresh).rule) == (Standing.PENDING, "new")
    phone.sync()
    assert record(hub, fresh).state is Standing.IN_SYNC


def test_a_record_whose_item_was_taken_back_by_an_undo_says_so(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada")
    with hub.typing() as tx:
        tx.withheld.add(tx.accounts.get("phone").id, id)
    phone.sync()
    assert (record(hub, id).state, record(hub, id).rule) == (Standing.EXCLUDED, "not selected")
    assert record(hub, id).why.startswith("an undo took its item back")
    hub.delete(id)
    assert record(hub, id).why == "deleted in the CRM"


def test_a_record_waits_while_an_item_of_the_queue_may_be_it(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "x", card("x", "Ada Lovelace", "EMAIL:ada@x.example"))
    id = hub.add(name="Ada Lovelace", emails=(Labelled("ada@x.example"),))
    phone.sync()
    assert record(hub, id).state is Standing.QUEUED
    assert "Ada Lovelace" in record(hub, id).why
    assert item(hub, "/book/x.vcf").why.endswith(f"it may be record {id}")


def test_a_record_that_the_remote_refuses_says_how_often_and_why(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada")
    phone.remote.fail(Fault(1, Refused("too large"), took_effect=False, on=frozenset({Operation.PUT})))
    phone.sync()
    phone.remote.stop_failing()
    assert record(hub, id).state is Standing.PARKED
    assert "too large" in record(hub, id).why
    assert sums(hub, phone).items == 0, "it is no item of the remote"


def test_an_import_only_account_gets_nothing_and_keeps_what_was_deleted_here(hub: Hub) -> None:
    book = Spoke(hub, "book", mode=Mode.IMPORT)
    (href,) = seeded(book, "x")
    (id,) = bring_in(hub)
    book.sync()
    assert record(hub, hub.add(name="Bea")).rule == "import only"
    hub.delete(id)
    book.sync()
    assert (item(hub, href).state, item(hub, href).rule) == (Standing.EXCLUDED, "import only")


def test_a_deletion_that_a_person_let_happen_leaves_no_trace_in_the_sums(hub: Hub) -> None:
    phone = Spoke(hub, "phone", policy=Policy(on_delete=OnDelete.ASK))
    (href,) = seeded(phone, "x")
    (id,) = bring_in(hub)
    phone.sync()
    phone.remote.remove(BOOK, href)
    phone.sync()
    (asked,) = hub.conflicts()
    with hub.typing() as tx:
        conflicts.resolve(tx, asked.id, Choice.REMOTE)
    phone.sync()
    assert record(hub, id).why == "deleted in the CRM"
    assert sums(hub, phone).items == 0


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    place = Place("/x", reason, "r1", 7, ("note",), "{record} said {0}", "2026-01-01T00:00:00Z", 2)
    words = explain.in_words(place)
    assert words
    assert "{record}" not in words.replace(place.said, "")


def test_an_item_that_was_refused_and_then_vanished_is_parked_no_longer(hub: Hub, phone: Spoke) -> None:
    (href,) = seeded(phone, "x")
    (id,) = bring_in(hub)
    phone.sync()
    hub.set(id, title="CTO")
    phone.remote.fail(Fault(1, Refused("read-only"), took_effect=False, on=frozenset({Operation.PUT})))
    phone.sync()
    phone.remote.stop_failing()
    assert item(hub, href).state is Standing.PARKED
    phone.remote.remove(BOOK, href)
    phone.sync()
    assert record(hub, id).state is Standing.CONFLICTED
    assert sums(hub, phone).items == 0


def test_an_item_that_only_the_parked_items_know_of_goes_with_a_full_listing(hub: Hub, phone: Spoke) -> None:
    with hub.typing() as tx:
        tx.parked.put(phone.collection, "/book/unusable.vcf", None, "its text could not be had", None)
    assert sums(hub, phone).items == 1
    phone.sync(full=True)
    assert sums(hub, phone).items == 0
