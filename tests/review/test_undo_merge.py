"""A merge and the sync after it are undone in every order; nothing of the second person is lost on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.errors import Usage
from crmsync.review import conflicts, merge_records
from crmsync.review.conflicts import Choice
from crmsync.store.users import User
from crmsync.values import Labelled
from tests.cycle.bench_of import Spoke, edit, settled
from tests.review.person import Person

WORK, HOME = Labelled("ada@work.example"), Labelled("ada@home.example")


def everything(hub: Person, *spokes: Spoke) -> object:
    """What people can see, in the CRM and at the accounts."""
    with hub.store.view() as view:
        records = {one.id: dict(one.fields) for one in view.records.each()}
        flags = {id: view.flags.users(id) for id in records}
        links = {id: sorted((one.collection, one.href) for one in view.links.for_record(id)) for id in records}
    texts = [{href: sorted(spoke.text(href).split("\r\n")) for href in spoke.hrefs()} for spoke in spokes]
    return records, flags, links, texts


def two_synced(hub: Person, phone: Spoke, tablet: Spoke) -> tuple[str, str]:
    """Two records that are one person, each with an item at the phone; a colleague's tablet has the second one's."""
    with hub.typing() as tx:
        colleague = tx.users.add(User(0, "otto"))
        tx.accounts.set(replace(tx.accounts.get("tablet"), user=colleague.id))
    keep = hub.add(name="Ada Byron", title="CTO", emails=(WORK,))
    other = hub.add(name="Ada King", title="Countess", emails=(HOME,), note="n")
    with hub.typing() as tx:
        tx.flags.set(colleague.id, [other], on=True)
    settled(phone, tablet)
    for spoke in (phone, tablet):
        for href in spoke.hrefs():
            edit(spoke, href, f"X-PLACE:{spoke.name}{href[-8:]}")
    settled(phone, tablet)
    assert (len(phone.hrefs()), len(tablet.hrefs())) == (2, 1)
    return keep, other


def merged(hub: Person, keep: str, other: str) -> int:
    with hub.deciding() as tx:
        merge_records.merge(tx, keep, other)
    return hub.last


@pytest.mark.parametrize(
    "order",
    ["M", "sM", "sUM", "sMU", "sUsM", "sMsU", "sUsMs", "sssM", "AM", "AsUM", "AsUsM", "AsMU"],
)
def test_both_people_are_back_in_whatever_order_merge_and_sync_are_undone(
    hub: Person, phone: Spoke, tablet: Spoke, order: str
) -> None:
    keep, other = two_synced(hub, phone, tablet)
    before = everything(hub, phone, tablet)
    merge = merged(hub, keep, other)
    runs: list[int] = []
    for step in order:
        match step:
            case "s":
                ran = [spoke.sync().id for spoke in (phone, tablet)]
                runs = runs or ran
            case "A":
                with hub.deciding() as tx:
                    conflicts.resolve(tx, tx.conflicts.list()[0].id, Choice.CRM)
            case "U":
                for run in reversed(runs):
                    hub.undo(run)
            case _:
                hub.undo(merge)
    for _ in range(2):
        phone.sync()
        tablet.sync()
    assert hub.conflicts() == []
    assert everything(hub, phone, tablet) == before
    settled(phone, tablet)


def test_no_answer_destroys_the_item_of_the_second_person_after_the_sync_of_a_merge_was_undone(
    hub: Person, phone: Spoke, tablet: Spoke
) -> None:
    keep, other = two_synced(hub, phone, tablet)
    merge = merged(hub, keep, other)
    run = phone.sync()
    undone = hub.undo(run.id)
    reason = f"it is still part of {keep}, which holds less of it now: `crmsync undo {merge}` takes the two apart"
    assert reason in [one.reason for one in undone.survived if one.record == other]
    phone.sync()
    (question,) = hub.conflicts()
    with hub.deciding() as tx, pytest.raises(Usage, match="holds what that one holds no more: emails, note") as refused:
        conflicts.resolve(tx, question.id, Choice.CRM)
    assert f"crmsync undo {merge}" in str(refused.value)
    assert "--value delete" in str(refused.value)
    phone.sync()
    assert len(phone.hrefs()) == 2
    hub.undo(merge)
    phone.sync()
    assert hub.conflicts() == []
    assert hub.fields(other)["emails"] == (HOME,)
    assert len(phone.hrefs()) == 2


def test_who_says_delete_in_so_many_words_after_the_merge_was_half_undone_is_obeyed(
    hub: Person, phone: Spoke, tablet: Spoke
) -> None:
    keep, other = two_synced(hub, phone, tablet)
    merged(hub, keep, other)
    hub.undo(phone.sync().id)
    (question,) = hub.conflicts()
    with hub.deciding() as tx:
        conflicts.resolve(tx, question.id, Choice.VALUE, "delete")
    phone.sync()
    assert len(phone.hrefs()) == 1


def test_an_item_that_a_merge_took_over_is_no_state_to_put_the_record_back_to(
    hub: Person, phone: Spoke, tablet: Spoke
) -> None:
    keep, other = two_synced(hub, phone, tablet)
    merged(hub, keep, other)
    fields = hub.fields(keep)
    run = tablet.sync()
    undone = hub.undo(run.id)
    assert hub.fields(keep) == fields
    assert {one.field for one in undone.survived if one.record == keep and "another record's" in one.reason} == {
        "emails", "name", "title",
    }  # fmt: skip
    phone.sync()
    assert sum("FN:Ada Byron" in phone.text(href) for href in phone.hrefs()) == 1
