"""A word in a note asks once whether the record is to be deleted."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.errors import Usage
from crmsync.model import Mode, Policy
from crmsync.review import conflicts as decide
from crmsync.review.conflict_policies import from_now_on
from crmsync.review.conflicts import Choice
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit, settled

WORDS = Policy(deletion_words=("da cancellare", "annullato"))


@pytest.fixture
def phone(hub: Hub) -> Spoke:
    return Spoke(hub, "phone", policy=WORDS)


def note(spoke: Spoke, text: str | None) -> None:
    (href,) = spoke.hrefs()
    lines = [line for line in spoke.text(href).split("\r\n") if not line.startswith("NOTE")]
    spoke.remote.edit(BOOK, href, "\r\n".join(lines).encode())
    if text is not None:
        edit(spoke, href, f"NOTE:{text}")


def answer(hub: Hub, choice: Choice, value: Any = None) -> None:
    with hub.typing() as tx:
        (one,) = tx.conflicts.list()
        decide.resolve(tx, one.id, choice, value)


@pytest.mark.parametrize("where", ["crm", "phone"])
def test_a_word_is_a_question_that_says_why_and_changes_nothing_by_itself(hub: Hub, phone: Spoke, where: str) -> None:
    record = hub.add(name="Anna Rossi")
    settled(phone)
    if where == "crm":
        hub.set(record, note="Da cancellare")
    else:
        note(phone, "Da cancellare")
    phone.sync()
    settled(phone)
    (asked,) = hub.conflicts()
    assert (asked.conflict.record, asked.conflict.field, asked.conflict.remote) == (record, "deleted", True)
    assert asked.conflict.why == 'its note says "da cancellare"'
    assert (hub.fields(record)["note"], len(phone.hrefs())) == ("Da cancellare", 1)
    assert "NOTE:Da cancellare" in phone.text(phone.hrefs()[0])


@pytest.mark.parametrize(
    ("choice", "value", "alive", "there"),
    [
        (Choice.CRM, None, True, True),
        (Choice.REMOTE, None, False, False),
        (Choice.VALUE, "unflag", True, False),
        (Choice.VALUE, "archive", True, False),
    ],
)
def test_the_answer_is_carried_out_and_not_asked_for_again(
    hub: Hub, phone: Spoke, choice: Choice, value: str | None, alive: bool, there: bool
) -> None:
    record = hub.add(name="Anna Rossi", note="annullato")
    settled(phone)
    phone.sync(full=True)
    answer(hub, choice, value)
    settled(phone)
    with hub.store.view() as view:
        assert (view.records.get(record) is not None) is alive
    assert bool(phone.hrefs()) is there
    if there:
        edit(phone, phone.hrefs()[0], "TITLE:Buyer")
        hub.set(record, note="annullato, but it was a mistake")
    settled(phone)
    phone.sync(full=True)
    assert hub.conflicts() == []


def test_another_word_or_the_same_one_written_anew_is_another_event(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna Rossi")
    settled(phone)
    for text in ("annullato", "da cancellare", None, "annullato"):
        note(phone, text)
        phone.sync()
        if text is None:
            assert hub.conflicts() == []
        else:
            answer(hub, Choice.CRM)
        settled(phone)
    with hub.store.view() as view:
        assert len(view.conflicts.list(open=None, field="deleted")) == 1  # one entry, asked and answered three times


def test_a_question_goes_away_with_its_word(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna Rossi")
    settled(phone)
    note(phone, "annullato")
    phone.sync()
    edit(phone, phone.hrefs()[0], "TITLE:Buyer")
    phone.sync()
    assert len(hub.conflicts()) == 1
    note(phone, "a customer again")
    phone.sync()
    assert hub.conflicts() == []


def test_several_accounts_are_one_question_and_one_answer(hub: Hub, phone: Spoke) -> None:
    desk = Spoke(hub, "desk", policy=WORDS)
    record = hub.add(name="Anna Rossi")
    settled(phone, desk)
    note(phone, "annullato")
    settled(phone, desk)
    assert len(hub.conflicts()) == 1
    answer(hub, Choice.CRM)
    settled(phone, desk)
    hub.set(record, note="annullato?")
    settled(phone, desk)
    for spoke in (phone, desk):
        spoke.sync(full=True)
    assert hub.conflicts() == []


def test_an_import_only_account_asks_too_and_is_never_written(hub: Hub) -> None:
    phone = Spoke(hub, "phone", policy=Policy(Mode.IMPORT, deletion_words=("annullato",)), mode=Mode.IMPORT)
    phone.remote.seed(BOOK, "a", card("u1", "Anna Rossi", "NOTE:x"))
    phone.sync()
    (record,) = bring_in(hub)
    note(phone, "annullato")
    before = phone.remote.contents(BOOK)
    phone.sync()
    answer(hub, Choice.REMOTE)
    settled(phone)
    with hub.store.view() as view:
        assert view.records.get(record) is None
    assert phone.remote.contents(BOOK) == before


def test_a_record_that_is_new_at_an_account_asks_with_the_next_cycle(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi", note="da cancellare")
    phone.sync()
    assert hub.conflicts() == []
    assert phone.sync().conflicts == 1
    assert [one.conflict.record for one in hub.conflicts()] == [record]
    settled(phone)


def test_an_imported_note_asks_with_the_next_cycle(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "a", card("u1", "Anna Rossi", "NOTE:da cancellare"))
    phone.sync()
    (record,) = bring_in(hub)
    assert phone.sync().conflicts == 1
    assert [one.conflict.record for one in hub.conflicts()] == [record]
    assert phone.sync().conflicts == 0


def test_what_an_export_only_account_shows_is_not_believed(hub: Hub) -> None:
    policy = Policy(Mode.EXPORT, deletion_words=("annullato",))
    phone = Spoke(hub, "phone", policy=policy, mode=Mode.EXPORT)
    hub.add(name="Anna Rossi")
    settled(phone)
    for _ in range(4):  # put back, and at last left alone
        note(phone, "annullato")
        phone.sync()
    assert [one.conflict.field for one in hub.conflicts()] == ["note"]


def test_an_item_that_goes_anyway_asks_nothing(hub: Hub, phone: Spoke) -> None:
    record = hub.add(name="Anna Rossi")
    settled(phone)
    hub.set(record, note="annullato")
    with hub.typing() as tx:
        tx.flags.set(1, [record], on=False)
    settled(phone)
    assert (phone.hrefs(), hub.conflicts()) == ([], [])


def test_the_answer_to_one_note_is_no_policy_for_all(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Anna Rossi", note="annullato")
    settled(phone)
    phone.sync(full=True)
    with hub.typing() as tx, pytest.raises(Usage, match="every conflict"):
        from_now_on(tx, tx.conflicts.list()[0].id, Choice.REMOTE)
