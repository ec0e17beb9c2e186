"""One card, two records: the contact, and the company that the card names."""

from __future__ import annotations

import itertools

import pytest

from crmsync.admission.sorting import Done
from crmsync.model import RecordType
from crmsync.review import import_queue
from crmsync.review.undo import undo
from crmsync.review.with_company import Company, bring_in_with_company
from crmsync.store.import_queue import QueueState
from crmsync.store.session import Stamp
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, card, edit, settled
from tests.review.test_import_queue import seed, spoil

_NEW = (f"with{n}" for n in itertools.count())


def bring(hub: Hub, *ids: int) -> tuple[Done, list[Company]]:
    with hub.typing() as tx:
        return bring_in_with_company(tx, ids, 1, _NEW.__next__)


def test_the_company_is_made_once_and_the_contacts_name_it(hub: Hub, phone: Spoke) -> None:
    rows = seed(hub, phone, card("1", "Ada Byron", "ORG:Acme S.p.A."), card("2", "Bob Marley", "ORG:ACME spa"))
    before = phone.remote.contents(BOOK)
    done, (first, second) = bring(hub, *(row.id for row in rows))
    assert (first.made, second.made, first.id) == (True, False, second.id)
    assert [hub.fields(id)["organization"] for id in done.records] == ["Acme S.p.A.", "Acme S.p.A."]
    with hub.store.view() as view:
        company = view.records.get(first.id)
        assert company is not None
        assert (company.type, dict(company.fields)) == (RecordType.COMPANY, {"name": "Acme S.p.A."})
        assert [view.flags.users(id) for id in (*done.records, first.id)] == [[1], [1], []]
        assert [view.queue.get(row.id).state for row in rows] == [QueueState.IMPORTED] * 2
    settled(phone)
    assert phone.remote.contents(BOOK) == before


def test_a_company_that_the_crm_has_is_named_as_the_crm_spells_it(hub: Hub, phone: Spoke) -> None:
    acme = hub.add(RecordType.COMPANY, name="Acme Italia S.r.l.", flag=False)
    hub.add(RecordType.CONTACT, name="Acme Italia", flag=False)
    (row,) = seed(hub, phone, card("1", "Ada Byron", "ORG:ACME ITALIA SRL"))
    before = phone.remote.contents(BOOK)
    done, companies = bring(hub, row.id)
    assert companies == [Company(acme, "Acme Italia S.r.l.", made=False)]
    assert hub.fields(done.records[0])["organization"] == "Acme Italia S.r.l."
    settled(phone)
    assert phone.remote.contents(BOOK) == before
    edit(phone, row.item.href, "TITLE:Buyer")
    settled(phone)
    assert hub.fields(done.records[0])["organization"] == "Acme Italia S.r.l."
    assert hub.fields(done.records[0])["title"] == "Buyer"


def test_a_supplier_is_a_company_too_and_one_of_that_type_comes_first(hub: Hub, phone: Spoke) -> None:
    supplier = hub.add(RecordType.SUPPLIER, name="Acme", flag=False)
    rows = seed(hub, phone, card("1", "Ada Byron", "ORG:Acme"), card("2", "Bob Marley", "ORG:Acme"))
    assert bring(hub, rows[0].id)[1] == [Company(supplier, "Acme", made=False)]
    company = hub.add(RecordType.COMPANY, name="Acme", flag=False)
    assert bring(hub, rows[1].id)[1] == [Company(company, "Acme", made=False)]


def test_two_companies_of_one_name_are_a_question(hub: Hub, phone: Spoke) -> None:
    for _ in range(2):
        hub.add(RecordType.COMPANY, name="Acme", flag=False)
    (row,) = seed(hub, phone, card("1", "Ada Byron", "ORG:Acme"))
    done, companies = bring(hub, row.id)
    assert (done.ids, companies) == ([], [])
    assert "several companies may be meant: Acme (rec1) and Acme (rec2)" in done.skipped[0][1]
    assert hub.queue()[0].item.type is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (card("1", "Ada Byron"), "names no company"),
        (card("1", "Ada Byron", "ORG:---"), "names no company"),
        (card("1", "Acme", "ORG:Acme Srl"), "a company's card itself"),
    ],
)
def test_a_card_without_a_company_beside_a_person_is_skipped(hub: Hub, phone: Spoke, raw: bytes, reason: str) -> None:
    (row,) = seed(hub, phone, raw)
    done, _ = bring(hub, row.id)
    assert reason in done.skipped[0][1]
    with hub.store.view() as view:
        assert view.records.totals() == {}


def test_another_type_that_somebody_chose_is_respected(hub: Hub, phone: Spoke) -> None:
    (row,) = seed(hub, phone, card("1", "Ada Byron", "ORG:Acme"))
    with hub.typing() as tx:
        import_queue.assign(tx, [row.id], RecordType.LEAD)
    assert "only a contact" in bring(hub, row.id)[0].skipped[0][1]


def test_what_cannot_be_read_is_parked_and_what_is_decided_is_skipped(hub: Hub, phone: Spoke) -> None:
    first, second = seed(hub, phone, card("1", "Ada Byron", "ORG:Acme"), card("2", "Bob Marley", "ORG:Acme"))
    spoil(hub, phone, first)
    with hub.typing() as tx:
        import_queue.leave_out(tx, [second.id], QueueState.PRIVATE)
    done, companies = bring(hub, first.id, second.id)
    assert (done.ids, done.parked, companies) == ([], [first.id], [])
    assert len(done.skipped) == 2


def test_both_are_taken_back_together(hub: Hub, phone: Spoke) -> None:
    hub.add(emails=(Labelled("x@y.example"),), flag=False)
    (row,) = seed(hub, phone, card("1", "Ada Byron", "ORG:Acme"))
    with hub.store.transaction(Stamp(hub.now(), "cli", "me")) as tx:
        run = tx.begin_run("decision")
        bring_in_with_company(tx, [row.id], 1, _NEW.__next__)
        tx.runs.finish(run, "done", {})
    with hub.store.transaction(Stamp(hub.now(), "cli", "me")) as tx:
        tx.begin_run("undo")
        undo(tx, run)
        assert sum(tx.records.totals().values()) == 1
    assert [one.id for one in hub.queue()] == [row.id]
    settled(phone)
