"""A lead or a company goes a step further and stays the same record, with its history and its items."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.model import RecordType
from crmsync.review.promotion import promote
from crmsync.review.undo import undo
from crmsync.store.session import Stamp
from crmsync.values import Labelled, Value
from tests.cycle.bench_of import BOOK, Hub, Spoke, settled

PERSON: dict[str, Value] = {"name": "Ada Byron", "given": "Ada", "family": "Byron", "organization": "Acme"}


@pytest.mark.parametrize(
    ("kind", "fields", "stage", "becomes", "then"),
    [
        (RecordType.LEAD, PERSON, "", RecordType.CONTACT, None),
        (RecordType.LEAD, {"name": "Acme"}, "", RecordType.COMPANY, "prospect"),
        (RecordType.LEAD, {"organization": "Acme"}, "customer", RecordType.COMPANY, "customer"),
        (RecordType.COMPANY, {"name": "Acme"}, "", RecordType.COMPANY, "customer"),
        (RecordType.COMPANY, {"name": "Acme", "stage": "prospect"}, "", RecordType.COMPANY, "customer"),
        (RecordType.COMPANY, {"name": "Acme", "stage": "customer"}, "key account", RecordType.COMPANY, "key account"),
    ],
)
def test_what_becomes_of_whom_and_its_items_do_not_notice(
    hub: Hub,
    phone: Spoke,
    kind: RecordType,
    fields: dict[str, Value],
    stage: str,
    becomes: RecordType,
    then: str | None,
) -> None:
    id = hub.add(kind, emails=(Labelled("x@acme.example"),), **fields)
    settled(phone)
    before = phone.remote.contents(BOOK)
    with hub.typing() as tx:
        done = promote(tx, id, stage)
    assert (done.was_type, done.type, done.stage or None) == (kind, becomes, then)
    settled(phone)
    assert phone.remote.contents(BOOK) == before
    with hub.store.view() as view:
        record = view.records.get(id)
        assert record is not None
        assert (record.type, record.fields.get("stage")) == (becomes, then)
        assert set(fields.items()) - {("stage", fields.get("stage"))} <= set(record.fields.items())
        assert record.fields["name"] in ("Ada Byron", "Acme")
        entries = view.journal.entries(record=id)
        assert entries[0].field == ""
        assert {entry.reason for entry in entries if entry.field in ("type", "stage", "name")} == {"promoted"}


@pytest.mark.parametrize(
    ("kind", "fields", "stage"),
    [
        (RecordType.CONTACT, PERSON, ""),
        (RecordType.TASK, {"summary": "call"}, ""),
        (RecordType.LEAD, PERSON, "customer"),
        (RecordType.COMPANY, {"name": "Acme", "stage": "Customer"}, ""),
        (RecordType.COMPANY, {"name": "Acme", "stage": "gold"}, " GOLD "),
    ],
)
def test_what_is_there_already_or_goes_nowhere_is_refused(
    hub: Hub, kind: RecordType, fields: dict[str, Value], stage: str
) -> None:
    id = hub.add(kind, **fields)
    with hub.typing() as tx:
        before = tx.journal.last()
        with pytest.raises(Usage):
            promote(tx, id, stage)
        with pytest.raises(Usage, match="no such record"):
            promote(tx, "nobody", stage)
        assert tx.journal.last() == before


def test_a_promotion_is_taken_back(hub: Hub, phone: Spoke) -> None:
    id = hub.add(RecordType.LEAD, organization="Acme")
    settled(phone)
    with hub.store.transaction(Stamp(hub.now(), "cli", "me")) as tx:
        run = tx.begin_run("decision")
        promote(tx, id, "customer")
        tx.runs.finish(run, "done", {})
    with hub.store.transaction(Stamp(hub.now(), "cli", "me")) as tx:
        tx.begin_run("undo")
        undo(tx, run)
        record = tx.records.get(id)
        assert record is not None
        assert (record.type, dict(record.fields)) == (RecordType.LEAD, {"organization": "Acme"})
    settled(phone)
