"""Two records become one and are taken apart again, with their items at two accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crmsync.errors import Usage
from crmsync.model import LinkState, Mode, RecordType
from crmsync.review import conflicts, merge_records
from crmsync.review.conflicts import Choice
from crmsync.review.merge_records import Merging, merge, weigh
from crmsync.review.undo import undo
from crmsync.store.import_queue import QueueSelection, QueueState
from crmsync.store.store import Tables
from crmsync.values import Labelled, Value
from tests.cycle.bench_of import BOOK, Spoke, card, edit, settled
from tests.review.person import Person

WORK, HOME = Labelled("ada@work.example"), Labelled("ada@home.example")


class Office(Person):
    """A person who merges."""

    def merge(self, keep: str, other: str) -> Merging:
        with self.deciding() as tx:
            return merge(tx, keep, other)

    def take_back(self, other: str) -> None:
        with self.deciding("undo") as tx:
            merge_records.undo(tx, other)

    def flag(self, id: str, user: int, on: bool = True) -> None:
        with self.typing() as tx:
            tx.flags.set(user, [id], on)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.store.close()


def alive(hub: Office) -> list[str]:
    with hub.store.view() as view:
        return sorted(record.id for record in view.records.each())


def names(spoke: Spoke) -> list[str]:
    return sorted(
        line.removeprefix("FN:")
        for href in spoke.hrefs()
        for line in spoke.text(href).split("\r\n")
        if line.startswith("FN:")
    )


def everything(hub: Office, *spokes: Spoke) -> object:
    """What people can see, in the CRM and at the accounts, without etags."""
    with hub.store.view() as view:
        records = {one.id: (one.type, dict(one.fields)) for one in view.records.each()}
        flags = {id: view.flags.users(id) for id in records}
        links = {id: sorted((one.collection, one.href) for one in view.links.for_record(id)) for id in records}
    texts = [{href: spoke.text(href) for href in spoke.hrefs()} for spoke in spokes]
    return records, flags, links, [{href: sorted(text.split("\r\n")) for href, text in one.items()} for one in texts]


def two(hub: Office, **other: Value) -> tuple[str, str]:
    """Two records that are one person, on nobody's phone."""
    keep = hub.add(name="Ada Byron", title="CTO", emails=(WORK,), flag=False)
    return keep, hub.add(flag=False, **{"name": "Ada Byron", "emails": (HOME,), **other})


def test_the_record_that_stays_takes_over_and_the_other_one_goes(hub: Office) -> None:
    keep, other = two(hub, title="Countess", note="n")
    done = hub.merge(keep, other)
    assert alive(hub) == [keep]
    assert hub.fields(keep) == {"name": "Ada Byron", "title": "CTO", "emails": (WORK, HOME), "note": "n"}
    assert (dict(done.united.filled), dict(done.united.lost)) == ({"note": "n"}, {"title": "Countess"})
    with hub.store.view() as view:
        (lost,) = view.conflicts.list(open=False)
        assert (lost.conflict.record, lost.conflict.field, lost.losing, lost.open) == (keep, "title", "Countess", False)
        assert lost.resolution == f"merged from {other}: the value of the record that stays"
        reasons = {entry.reason for entry in view.journal.entries(record=keep)[1:]}
        assert reasons == {f"merged from {other}"}
        assert view.journal.entries(record=other)[-1].reason == f"merged into {keep}"


def test_a_look_at_a_merge_writes_nothing_and_tells_what_will_be_done(hub: Office, phone: Spoke) -> None:
    keep, other = two(hub, note="n")
    hub.flag(other, 1)
    settled(phone)
    before = everything(hub, phone)
    with hub.store.view() as view:
        told = weigh(view, keep, other)
    assert everything(hub, phone) == before
    assert hub.merge(keep, other) == told
    assert ([link.href for link in told.moved], told.flags) == (phone.hrefs(), [1])


def test_flags_and_items_move_to_an_account_that_had_none_of_the_record(
    hub: Office, phone: Spoke, tablet: Spoke
) -> None:
    keep, other = two(hub, note="n")
    hub.flag(other, 1)
    settled(phone, tablet)
    hrefs = phone.hrefs(), tablet.hrefs()
    hub.merge(keep, other)
    settled(phone, tablet)
    assert (phone.hrefs(), tablet.hrefs()) == hrefs
    for spoke in (phone, tablet):
        text = spoke.text(spoke.hrefs()[0])
        assert all(word in text for word in ("TITLE:CTO", "NOTE:n", "ada@work.example", "ada@home.example"))
    with hub.store.view() as view:
        assert view.flags.users(keep) == [1]
        assert view.queue.list(QueueSelection(tuple(QueueState))) == []
    for spoke in (phone, tablet):
        spoke.sync(full=True)
    assert (phone.hrefs(), tablet.hrefs(), hub.queue(), hub.conflicts()) == (*hrefs, [], [])


def test_an_edit_at_the_remote_that_nobody_had_seen_reaches_the_record_that_stays(hub: Office, phone: Spoke) -> None:
    keep, other = two(hub)
    hub.flag(other, 1)
    settled(phone)
    edit(phone, phone.hrefs()[0], "NOTE:typed there")
    hub.merge(keep, other)
    settled(phone)
    assert hub.fields(keep)["note"] == "typed there"
    assert hub.conflicts() == []


@pytest.mark.parametrize("full", [False, True])
def test_a_second_item_of_one_collection_is_a_question_and_stays_until_it_is_answered(
    hub: Office, phone: Spoke, full: bool
) -> None:
    keep, other = two(hub)
    for id in (keep, other):
        hub.flag(id, 1)
    settled(phone)
    done = hub.merge(keep, other)
    assert ([link.record for link in done.asked], done.moved) == ([other], [])
    for _ in range(3):
        phone.sync(full=full)
    assert len(phone.hrefs()) == 2
    (question,) = hub.conflicts()
    assert (question.conflict.record, question.conflict.field) == (other, "deleted")
    settled(phone)
    with hub.typing() as tx:
        conflicts.resolve(tx, question.id, Choice.CRM)
    settled(phone)
    assert len(phone.hrefs()) == 1
    assert hub.queue() == []
    assert {"ada@work.example", "ada@home.example"} == {entry.value for entry in hub.fields(keep)["emails"]}  # type: ignore[union-attr]


def test_a_question_ends_when_the_item_is_gone_anyway(hub: Office, phone: Spoke) -> None:
    keep, other = two(hub)
    for id in (keep, other):
        hub.flag(id, 1)
    settled(phone)
    done = hub.merge(keep, other)
    phone.remote.remove(BOOK, done.asked[0].href)
    settled(phone)
    assert hub.conflicts() == []
    assert alive(hub) == [keep]


def test_no_after_all_brings_the_other_record_back(hub: Office, phone: Spoke) -> None:
    keep, other = two(hub)
    for id in (keep, other):
        hub.flag(id, 1)
    settled(phone)
    hub.merge(keep, other)
    (question,) = hub.conflicts()
    with hub.typing() as tx:
        conflicts.resolve(tx, question.id, Choice.REMOTE)
    settled(phone)
    assert alive(hub) == [keep, other]
    assert len(phone.hrefs()) == 2


@pytest.mark.parametrize("mode", [Mode.IMPORT, Mode.EXPORT])
def test_where_nothing_is_written_nothing_is_asked(hub: Office, mode: Mode) -> None:
    spoke = Spoke(hub, "account", mode=mode)
    keep, other = two(hub)
    for n, id in enumerate((keep, other)):
        hub.flag(id, 1)
        if mode is Mode.IMPORT:
            href = spoke.remote.seed(BOOK, str(n), card(str(n), "Ada Byron"))
            spoke.sync()
            spoke.link(id, href)
    settled(spoke)
    done = hub.merge(keep, other)
    assert (len(done.asked), len(done.left)) == ((0, 1) if mode is Mode.IMPORT else (1, 0))
    for _ in range(2):
        spoke.sync(full=True)
    assert len(spoke.hrefs()) == 2
    assert len(hub.conflicts()) == len(done.asked)


def test_an_item_with_the_old_mark_that_comes_back_is_the_record_that_stays(hub: Office, phone: Spoke) -> None:
    keep, other = two(hub)
    hub.flag(other, 1)
    settled(phone)
    (href,) = phone.hrefs()
    raw = phone.text(href).encode()
    third = hub.add(name="Ada King", flag=False)
    hub.merge(keep, other)
    hub.merge(third, keep)
    with hub.typing() as tx:  # a store that has lost its links, as after a restored backup
        for link in tx.links.for_record(third):
            tx.links.delete(link.id)
        tx.mirror.drop(phone.collection, [href])
    phone.remote.remove(BOOK, href)
    phone.remote.seed(BOOK, "again", raw)
    phone.sync()
    settled(phone)
    assert hub.queue() == []
    with hub.store.view() as view:
        assert [link.href for link in view.links.for_record(third)] == phone.hrefs()


def test_a_merge_is_taken_back_before_anything_was_synced(hub: Office, phone: Spoke, tablet: Spoke) -> None:
    keep, other = two(hub, title="Countess", note="n")
    hub.flag(other, 1)
    settled(phone, tablet)
    before = everything(hub, phone, tablet)
    hub.merge(keep, other)
    hub.take_back(other)
    assert everything(hub, phone, tablet) == before
    settled(phone, tablet)
    assert everything(hub, phone, tablet) == before


@pytest.mark.parametrize("both", [False, True], ids=["the other has items", "both have items"])
def test_a_merge_is_taken_back_after_it_was_pushed_and_brought_again(
    hub: Office, phone: Spoke, tablet: Spoke, both: bool
) -> None:
    keep, other = two(hub, title="Countess", note="n")
    for id in (keep, other) if both else (other,):
        hub.flag(id, 1)
    settled(phone, tablet)
    before = everything(hub, phone, tablet)
    hub.merge(keep, other)
    settled(phone, tablet)
    merged = everything(hub, phone, tablet)
    assert merged != before
    hub.take_back(other)
    settled(phone, tablet)
    assert everything(hub, phone, tablet) == before
    assert hub.conflicts() == []
    with hub.deciding("undo") as tx:
        undo(tx, _newest_undo(tx))
    for _ in range(2):
        for spoke in (phone, tablet):
            spoke.sync(full=True)
    assert everything(hub, phone, tablet) == merged
    assert len(hub.conflicts()) == (2 if both else 0)


def _newest_undo(tx: Tables) -> int:
    run = tx.runs.newest_undoable(undo=True)
    assert run is not None
    return run.id


def test_what_was_edited_after_a_merge_stays_when_it_is_taken_back(hub: Office, phone: Spoke) -> None:
    keep, other = two(hub, note="n")
    hub.flag(other, 1)
    settled(phone)
    hub.merge(keep, other)
    settled(phone)
    hub.set(keep, note="typed since", department="Sales")
    settled(phone)
    hub.take_back(other)
    settled(phone)
    assert hub.fields(keep) == {
        "name": "Ada Byron", "title": "CTO", "emails": (WORK,), "note": "typed since", "department": "Sales",
    }  # fmt: skip
    assert hub.fields(other) == {"name": "Ada Byron", "emails": (HOME,), "note": "n"}


@pytest.mark.parametrize("wrong", ["same", "missing", "gone", "kinds", "agenda", "writing"])
def test_what_cannot_be_one_is_refused_and_nothing_is_done(hub: Office, phone: Spoke, wrong: str) -> None:
    keep, other = two(hub)
    hub.flag(other, 1)
    settled(phone)
    match wrong:
        case "same":
            other = keep
        case "missing":
            other = "nobody"
        case "gone":
            hub.delete(other)
        case "kinds":
            other = hub.add(RecordType.COMPANY, name="Acme")
        case "agenda":
            other = hub.add(RecordType.TASK, summary="call")
        case "writing":
            with hub.typing() as tx:
                (link,) = tx.links.for_record(other)
                tx.links.update(replace(link, state=LinkState.UPDATING))
    before = everything(hub, phone)
    with hub.deciding() as tx, pytest.raises(Usage):
        merge(tx, keep, other)
    assert everything(hub, phone) == before


def test_what_was_never_merged_is_not_taken_apart(hub: Office) -> None:
    keep, other = two(hub)
    with hub.deciding("undo") as tx, pytest.raises(Usage, match="not merged"):
        merge_records.undo(tx, other)
    hub.merge(keep, other)
    hub.take_back(other)
    with hub.deciding("undo") as tx, pytest.raises(Usage, match="not merged"):
        merge_records.undo(tx, other)


def test_a_lead_becomes_part_of_a_contact_and_its_vanished_item_asks_no_longer(hub: Office, phone: Spoke) -> None:
    keep = hub.add(name="Ada Byron", flag=False)
    other = hub.add(RecordType.LEAD, name="Ada Byron", given="Ada", family="Byron")
    settled(phone)
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    assert len(hub.conflicts()) == 1
    hub.merge(keep, other)
    assert hub.conflicts() == []
    settled(phone)
    assert names(phone) == ["Ada Byron"]
    assert alive(hub) == [keep]
