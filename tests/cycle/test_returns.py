"""Items, answers and refusals that come back after something else has moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from crmsync.connectors.faults import WRITES, Fault
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.tempers import POLITE
from crmsync.cycle import send
from crmsync.errors import Refused, Unreachable
from crmsync.review import conflicts as decide
from crmsync.review.conflicts import Choice
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, discard, edit, settled


def _answer(hub: Hub, choice: Choice) -> None:
    (question,) = hub.conflicts()
    with hub.typing() as tx:
        decide.resolve(tx, question.id, choice)


@pytest.mark.parametrize(
    ("records", "answer"), [(1, lambda hub: _answer(hub, Choice.CRM)), (15, discard)], ids=["asked", "held"]
)
def test_an_item_that_came_back_by_itself_and_vanishes_again_is_a_new_question(
    hub: Hub, phone: Spoke, records: int, answer: Callable[[Hub], None]
) -> None:
    for number in range(records):
        hub.add(name=f"Anna Rossi {number}")
    phone.sync()
    before = phone.remote.contents(BOOK)
    for href in before:
        phone.remote.remove(BOOK, href)
    phone.sync()
    answer(hub)
    for href, raw in before.items():
        phone.remote.edit(BOOK, href, raw)
    settled(phone)
    href = phone.hrefs()[0]
    phone.remote.remove(BOOK, href)
    settled(phone)
    assert href not in phone.hrefs()
    assert [one.conflict.field for one in hub.conflicts()] == ["deleted"]


def test_what_is_typed_into_an_item_whose_write_was_given_up_still_comes_home(
    hub: Hub, phone: Spoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Refused("not this one")

    monkeypatch.setattr(MemoryConnector, "update", refuse)
    record = hub.add(name="Anna Rossi")
    phone.sync()
    hub.set(record, note="typed in the CRM")
    for _ in range(6):
        phone.sync()
    assert phone.sync().failed == 0  # given up
    edit(phone, phone.hrefs()[0], "TEL:+39 02 1234567")
    phone.sync()
    assert "1234567" in str(hub.fields(record)["phones"])
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    assert [one.conflict.field for one in hub.conflicts()] == ["deleted"]


def test_an_edit_made_while_the_account_was_away_is_in_the_log_when_its_item_is_found_again(
    hub: Hub, phone: Spoke
) -> None:
    record = hub.add(name="Anna Rossi", note="old")
    phone.sync()
    (href,) = phone.hrefs()
    again = Spoke(hub, "again")
    again.remote.edit(BOOK, href, phone.text(href).replace("NOTE:old", "NOTE:typed on the phone").encode())
    settled(again)
    assert "NOTE:old" in again.text(href)
    with hub.store.view() as view:
        logged = [one for one in view.conflicts.list(open=None, record=record) if one.conflict.field == "note"]
    assert [one.conflict.remote for one in logged] == ["typed on the phone"]


def test_what_was_added_to_an_item_while_its_account_was_away_comes_home_when_it_is_found_again(
    hub: Hub, phone: Spoke
) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (href,) = phone.hrefs()
    again = Spoke(hub, "again")
    again.remote.edit(BOOK, href, phone.text(href).replace("END:", "TEL:+39 02 1234567\r\nEND:").encode())
    settled(again)
    assert "1234567" in str(hub.fields(record)["phones"])


def test_a_copy_of_our_card_in_an_account_that_is_not_to_have_the_record_is_not_deleted(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    copy = phone.text(phone.hrefs()[0]).encode()
    with hub.typing() as tx:
        tx.flags.set(1, [record], on=False)
    other = Spoke(hub, "other")
    other.remote.edit(BOOK, "/book/mine.vcf", copy)
    settled(other)
    assert other.hrefs() == ["/book/mine.vcf"]
    assert [row.item.href for row in hub.queue()] == ["/book/mine.vcf"]


def test_a_dry_run_after_a_kill_does_not_queue_what_we_had_just_made(
    hub: Hub, phone: Spoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    hub.add(name="Anna Rossi")
    with monkeypatch.context() as patch:
        patch.setattr(send, "_acknowledge", kill)
        with pytest.raises(KeyboardInterrupt):
            phone.sync()
    phone.sync(dry_run=True)
    assert hub.queue() == []
    settled(phone)
    assert (hub.queue(), len(phone.hrefs())) == ([], 1)


def test_refusing_to_delete_what_is_not_selected_says_nothing_about_a_record_that_is_deleted(
    hub: Hub, phone: Spoke
) -> None:
    records = [hub.add(name=f"Anna Rossi {number}") for number in range(15)]
    phone.sync()
    with hub.typing() as tx:
        tx.flags.set(1, records, on=False)
    phone.sync()
    discard(hub)
    settled(phone)
    assert len(phone.hrefs()) == 15
    hub.delete(records[0])
    settled(phone)
    assert len(phone.hrefs()) == 14


def test_an_item_that_became_unreadable_is_not_deleted_with_its_record(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    phone.sync()
    (href,) = phone.hrefs()
    phone.remote.edit(BOOK, href, b"half a card")
    phone.sync()
    hub.delete(record)
    settled(phone)
    assert phone.hrefs() == [href]


def test_an_item_of_somebody_else_where_ours_should_lie_is_never_taken_for_ours(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi", flag=False)
    href = f"/book/crmsync-{record}.vcf"
    phone.remote.edit(BOOK, href, card("other", "Otto Weber"))
    phone.sync()
    with hub.typing() as tx:
        tx.flags.set(1, [record], on=True)
    for _ in range(3):
        assert phone.sync().failed == 1  # said each time, and nothing is mixed up
    assert hub.fields(record)["name"] == "Anna Rossi"
    assert "Otto Weber" in phone.text(href)


def test_our_mark_on_the_item_of_another_record_does_not_stop_the_account(hub: Hub) -> None:
    phone = Spoke(hub, "phone", tempers=replace(POLITE, chooses_hrefs=True))
    record = hub.add(name="Anna Rossi", flag=False)
    phone.remote.edit(BOOK, "/book/x.vcf", card("x", "Otto Weber"))
    phone.sync()
    bring_in(hub)
    phone.remote.edit(BOOK, "/book/x.vcf", card(f"crmsync-{record}", "Otto Weber"))
    phone.sync()
    with hub.typing() as tx:
        tx.flags.set(1, [record], on=True)
    phone.remote.fail(Fault(1, Unreachable("no answer"), on=WRITES))
    phone.sync()
    settled(phone)
    assert "Otto Weber" in phone.text("/book/x.vcf")
    assert hub.fields(record)["name"] == "Anna Rossi"
