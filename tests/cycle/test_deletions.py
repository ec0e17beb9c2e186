"""Deletions: a question, a policy, or held; never believed at once when they are many."""

from __future__ import annotations

import pytest

from crmsync.model import OnDelete, Policy
from crmsync.review import conflicts as decide
from crmsync.review import plans
from crmsync.review.conflicts import Choice
from tests.cycle.bench_of import BOOK, Hub, Spoke, card, edit, settled


def test_an_item_deleted_at_the_remote_is_a_question_and_the_record_stays(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    (question,) = hub.conflicts()
    assert question.conflict.field == "deleted"
    settled(phone)
    assert phone.hrefs() == []
    with hub.store.view() as view:
        assert view.records.get(record) is not None


@pytest.mark.parametrize(
    ("choice", "value", "alive", "there", "flagged"),
    [
        (Choice.CRM, None, True, True, True),
        (Choice.REMOTE, None, False, False, True),
        (Choice.VALUE, "unflag", True, False, False),
        (Choice.VALUE, "archive", True, False, False),
    ],
)
def test_the_answer_to_a_deletion_is_carried_out_everywhere(
    hub: Hub, phone: Spoke, choice: Choice, value: str | None, alive: bool, there: bool, flagged: bool
) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    phone.remote.remove(BOOK, phone.hrefs()[0])
    hub.set(record, note="edited meanwhile")
    phone.sync()
    (question,) = hub.conflicts()
    with hub.typing() as tx:
        decide.resolve(tx, question.id, choice, value)
    settled(phone)
    with hub.store.view() as view:
        assert (view.records.get(record) is not None) is alive
        assert bool(view.flags.on(1, [record])) is flagged
    assert bool(phone.hrefs()) is there
    assert hub.fields(record)["note"] == "edited meanwhile"


@pytest.mark.parametrize(("answer", "alive"), [(OnDelete.DELETE, False), (OnDelete.UNFLAG, True)])
def test_a_policy_can_answer_deletions_by_itself(hub: Hub, answer: OnDelete, alive: bool) -> None:
    phone = Spoke(hub, "phone", policy=Policy(on_delete=answer))
    record = hub.add(name="Anna Rossi")
    phone.sync()
    phone.remote.remove(BOOK, phone.hrefs()[0])
    assert phone.sync().pulled.deleted == 1
    settled(phone)
    with hub.store.view() as view:
        assert (view.records.get(record) is not None) is alive
    assert hub.conflicts() == []


def test_a_record_deleted_in_the_crm_leaves_the_remote_unless_it_was_edited_there(hub: Hub, phone: Spoke) -> None:
    gone, kept = hub.add(name="Anna Rossi"), hub.add(name="Luca Verdi")
    phone.sync()
    edit(phone, next(h for h in phone.hrefs() if kept in h), "NOTE:new number soon")
    hub.delete(gone)
    hub.delete(kept)
    assert phone.sync().pushed.deleted == 1
    (question,) = hub.conflicts()
    assert (question.conflict.record, question.conflict.crm, question.conflict.remote) == (kept, True, False)
    with hub.typing() as tx:
        decide.resolve(tx, question.id, Choice.REMOTE)
    settled(phone)
    assert hub.fields(kept)["note"] == "new number soon"
    assert len(phone.hrefs()) == 1


def test_a_deletion_confirmed_against_a_later_edit_is_carried_out(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Luca Verdi")
    phone.sync()
    edit(phone, phone.hrefs()[0], "NOTE:new number soon")
    hub.delete(record)
    phone.sync()
    with hub.typing() as tx:
        decide.resolve(tx, tx.conflicts.list()[0].id, Choice.CRM)
    settled(phone)
    assert phone.hrefs() == []


def test_taking_the_flag_away_removes_the_item_and_keeps_the_record(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    with hub.typing() as tx:
        tx.flags.set(1, [record], on=False)
    phone.sync()
    assert phone.hrefs() == []
    settled(phone)
    assert hub.fields(record)["name"] == "Anna Rossi"


def test_a_remote_that_is_suddenly_empty_is_held_and_nothing_is_lost(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(15)]
    phone.sync()
    phone.remote.wipe(BOOK)
    result = phone.sync()
    assert (result.state, result.held) == ("held", 15)
    assert phone.sync().state == "held"
    with hub.store.view() as view:
        assert len(view.plans.list()) == 1
        assert all(view.records.get(record) for record in records)
    assert hub.conflicts() == []


def test_discarding_a_held_plan_puts_the_items_back(hub: Hub, phone: Spoke) -> None:
    for n in range(15):
        hub.add(name=f"Anna{n} Rossi{n}")
    phone.sync()
    phone.remote.wipe(BOOK)
    phone.sync()
    with hub.typing() as tx:
        plans.discard(tx, tx.plans.list()[0].id)
    phone.sync()
    assert len(phone.hrefs()) == 15
    settled(phone)


def test_an_approved_plan_passes_and_each_deletion_is_asked(hub: Hub, phone: Spoke) -> None:
    for n in range(15):
        hub.add(name=f"Anna{n} Rossi{n}")
    phone.sync()
    phone.remote.wipe(BOOK)
    phone.sync()
    with hub.typing() as tx:
        plans.approve(tx, tx.plans.list()[0].id)
    assert phone.sync().state == "done"
    assert len(hub.conflicts()) == 15
    settled(phone)


def test_deleting_many_records_is_held_before_the_first_item_goes(hub: Hub, phone: Spoke) -> None:
    records = [hub.add(name=f"Anna{n} Rossi{n}") for n in range(15)]
    phone.sync()
    for record in records[:12]:
        hub.delete(record)
    assert (phone.sync().state, len(phone.hrefs())) == ("held", 15)
    with hub.typing() as tx:
        plans.approve(tx, tx.plans.list()[0].id)
    phone.sync()
    assert len(phone.hrefs()) == 3
    settled(phone)


def test_a_remote_that_was_wiped_and_comes_back_is_linked_again_by_itself(hub: Hub, phone: Spoke) -> None:
    for n in range(15):
        hub.add(name=f"Anna{n} Rossi{n}")
    phone.sync()
    backup = phone.remote.snapshot()
    phone.remote.wipe(BOOK)
    phone.sync()
    phone.remote.restore_backup(backup)
    settled(phone)
    assert len(phone.hrefs()) == 15
    assert hub.queue() == []


def test_a_stranger_that_vanishes_leaves_the_queue(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "a", card("u1", "Anna Rossi"))
    phone.sync()
    phone.remote.wipe(BOOK)
    phone.sync()
    assert hub.queue() == []
    settled(phone)
