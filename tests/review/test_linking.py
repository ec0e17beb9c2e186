"""Linking: what is shown is what is done, and a suggestion is believed only as long as it is true."""

from __future__ import annotations

import pytest

from crmsync.errors import Unreadable, Usage
from crmsync.model import Candidate, Confidence, Mode
from crmsync.review import import_queue
from crmsync.review.linking import Linking, acceptable, candidates_of, weigh
from crmsync.store.import_queue import Queued, QueueState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, card, settled
from tests.review.test_import_queue import seed, spoil

ADA = "EMAIL:ada@work.example"


def weighed(hub: Hub, row: Queued, record: str) -> Linking:
    with hub.store.view() as view:
        return weigh(view, row.id, record)


def known(hub: Hub, name: str = "Ada", email: str = "ada@work.example") -> str:
    return hub.add(name=name, emails=(Labelled(email),), flag=False)


def test_what_a_link_would_do_is_what_it_does(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", title="CTO", department="Sales", emails=(Labelled("ada@work.example"),))
    (row,) = seed(hub, phone, card("1", "Ada", "TITLE:Countess", "NOTE:n", ADA, "EMAIL:a@home.example"))
    told = weighed(hub, row, id)
    assert told.filled == {"note": "n"}
    assert told.added == {"emails": (Labelled("a@home.example"),)}
    assert [(lost.field, lost.value, told.crm["title"]) for lost in told.kept] == [("title", "Countess", "CTO")]
    assert told.sent == {"title": "CTO", "department": "Sales"}
    before, there = hub.fields(id), phone.text(row.item.href)
    with hub.typing() as tx:
        import_queue.link(tx, row.id, id, 1)
    after = dict(hub.fields(id))
    assert set(after["emails"]) - set(before["emails"]) == set(told.added["emails"])  # type: ignore[arg-type]
    del after["emails"]
    assert after == {**{name: value for name, value in before.items() if name != "emails"}, **told.filled}
    settled(phone)
    new = set(phone.text(row.item.href).split("\r\n")) - set(there.split("\r\n"))
    assert {line.partition(":")[2].strip(";") for line in new} == {"CTO", "Sales"}


def test_a_look_changes_nothing_and_parks_nothing(hub: Hub, phone: Spoke) -> None:
    id = known(hub)
    (row,) = seed(hub, phone, card("1", "Ada", ADA))
    spoil(hub, phone, row)
    with hub.store.view() as view, pytest.raises(Unreadable):
        weigh(view, row.id, id)
    with hub.store.view() as view:
        assert acceptable(view, [row.id])[1].parked == [row.id]
        assert view.parked.list() == []


@pytest.mark.parametrize("mode", [Mode.IMPORT, Mode.TWO_WAY])
def test_nothing_would_be_sent_to_a_remote_that_is_only_read(hub: Hub, mode: Mode) -> None:
    spoke = Spoke(hub, "account", mode=mode)
    id = hub.add(name="Ada", title="CTO", flag=False)
    (row,) = seed(hub, spoke, card("1", "Ada"))
    assert dict(weighed(hub, row, id).sent) == ({} if mode is Mode.IMPORT else {"title": "CTO"})


def test_candidates_are_those_of_now_the_best_first(hub: Hub, phone: Spoke) -> None:
    (row,) = seed(hub, phone, card("1", "Ada", ADA))
    named = hub.add(name="Ada", flag=False)
    both = known(hub)
    with hub.store.view() as view:
        assert [one.record for one in candidates_of(view, row)] == [both, named]
    hub.delete(both)
    with hub.store.view() as view:
        assert [one.record for one in candidates_of(view, row)] == [named]


@pytest.mark.parametrize("change", ["deleted", "renamed", "rival", "weaker"])
def test_a_suggestion_is_matched_again_before_it_is_taken(hub: Hub, phone: Spoke, change: str) -> None:
    id = known(hub)
    (row,) = seed(hub, phone, card("1", "Ada", ADA, "TEL:+39 02 1234567"))
    match change:
        case "deleted":
            hub.delete(id)
        case "renamed":
            hub.set(id, name="Grace", emails=(Labelled("grace@work.example"),))
        case "rival":
            known(hub)
            hub.set(id, emails=None)
        case "weaker":
            hub.set(id, name="A. Different Person")
    (row,) = hub.queue()
    assert row.item.suggestion is not None
    assert row.item.suggestion.record == id
    with hub.typing() as tx:
        told, refused = acceptable(tx, [row.id], 80)
        done = import_queue.accept(tx, [row.id], 1, 80)
    assert (told, done.ids) == ([], [])
    assert refused.skipped == done.skipped
    reason = done.skipped[0][1]
    assert {
        "deleted": "no longer looks like Ada",
        "renamed": "no longer looks like Grace",
        "rival": "more like Ada (rec2) than Ada (rec1)",
        "weaker": "now looks less like A. Different Person (rec1): score",
    }[change] in reason
    with hub.store.view() as view:
        assert view.queue.get(row.id).state is QueueState.OPEN
        assert view.links.for_record(id) == []


def test_two_items_of_one_collection_that_are_one_record_are_not_both_linked(hub: Hub, phone: Spoke) -> None:
    id = known(hub)
    rows = seed(hub, phone, card("1", "Ada", ADA), card("2", "Ada", ADA))
    ids = [row.id for row in rows]
    with hub.typing() as tx:
        told, refused = acceptable(tx, ids)
        done = import_queue.accept(tx, ids, 1)
    assert [one.row.id for one, _ in told] == done.ids == ids[:1]
    assert done.records == [id]
    assert [id for id, _ in refused.skipped] == [id for id, _ in done.skipped] == ids[1:]


def test_what_the_first_item_told_counts_for_the_next_one(hub: Hub, phone: Spoke) -> None:
    """A record without a name is Ada once her card is linked; Bob, who shares her mailbox, is somebody else then."""
    other = Spoke(hub, "other")
    id = hub.add(emails=(Labelled("ada@work.example"),), flag=False)
    for spoke, name in ((phone, "Ada Byron"), (other, "Bob Marley")):
        spoke.remote.seed(BOOK, "1", card("1", name, ADA))
        spoke.sync()
    rows = hub.queue()
    assert [row.item.suggestion.score for row in rows if row.item.suggestion] == [60, 60]
    with hub.typing() as tx:
        done = import_queue.accept(tx, [row.id for row in rows], 1, 50)
    assert (done.ids, done.records) == ([rows[0].id], [id])
    assert "less like Ada Byron" in done.skipped[0][1]


def test_a_score_that_nobody_asked_for_is_not_compared(hub: Hub, phone: Spoke) -> None:
    hub.add(name="Ada", flag=False)
    (row,) = seed(hub, phone, card("1", "Ada"))
    assert row.item.suggestion is not None
    assert row.item.suggestion.confidence is Confidence.LOW
    with hub.typing() as tx:
        ((_, best),), _ = acceptable(tx, [row.id])
        assert isinstance(best, Candidate)
        assert import_queue.accept(tx, [row.id], 1).ids == [row.id]


def test_a_link_that_cannot_be_is_not_shown_either(hub: Hub, phone: Spoke) -> None:
    (row,) = seed(hub, phone, card("1", "Ada"))
    with hub.store.view() as view, pytest.raises(Usage, match="no such record"):
        weigh(view, row.id, "nobody")
