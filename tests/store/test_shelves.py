"""The smaller tables: parked items, runs, held plans and answers, losses, blobs, settings."""

from __future__ import annotations

from hashlib import sha256

import pytest

from crmsync.errors import Bug, Usage
from crmsync.store.identity import new_id
from crmsync.store.losses import Loss, LossKind
from crmsync.store.parked import ParkedItem
from crmsync.store.plans import PlanState
from crmsync.store.runs import Run
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from tests.store.content import LATER, NOW, STAMP, add_collection


def test_a_parked_item_counts_its_attempts_and_starts_anew_when_it_changed(tx: Tables) -> None:
    here = add_collection(tx).id
    id = tx.parked.put(here, "/a", '"1"', "no such month", b"BDAY:13")
    assert tx.parked.get(id) == ParkedItem(id, here, "/a", '"1"', "no such month", b"BDAY:13", 1, NOW)
    assert tx.parked.retry([id, 99]) == 1
    assert tx.parked.put(here, "/a", '"1"', "still", None) == id
    again = tx.parked.get(id)
    assert (again.attempts, again.reason, again.raw, again.retry) == (2, "still", b"BDAY:13", False)
    tx.parked.put(here, "/a", '"2"', "other", b"new")
    assert tx.parked.find(here, "/a") == ParkedItem(id, here, "/a", '"2"', "other", b"new", 1, NOW)


def test_parked_items_are_listed_and_dropped(tx: Tables) -> None:
    here, there = add_collection(tx).id, add_collection(tx, href="/2/").id
    a, b, c = (
        tx.parked.put(place, href, None, "x", None) for place, href in ((here, "/a"), (here, "/b"), (there, "/a"))
    )
    tx.parked.retry([b])
    assert [one.id for one in tx.parked.list()] == [a, b, c]
    assert [one.id for one in tx.parked.list(collection=here, retry=True)] == [b]
    assert [one.id for one in tx.parked.list(after=a, limit=1)] == [b]
    tx.parked.drop([a])
    tx.parked.drop_hrefs(there, ["/a", "/b"])
    assert (tx.parked.count(), tx.parked.find(there, "/a")) == (1, None)
    with pytest.raises(Usage, match="parked list"):
        tx.parked.get(a)


def test_a_run_goes_from_running_to_its_end(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        first, second = tx.runs.start("sync", "work"), tx.runs.start("decision")
    with store.transaction(Stamp(LATER, "work", "sync", run=first)) as tx:
        tx.runs.finish(first, "done", {"pulled": {"created": 3}}, "fine")
    with store.view() as view:
        assert view.runs.get(first) == Run(
            first, "sync", "work", "anna", NOW, LATER, "done", {"pulled": {"created": 3}}, "fine"
        )
        assert view.runs.get(second) == Run(second, "decision", "", "anna", NOW, None, "running")
        assert [run.id for run in view.runs.list()] == [second, first]
        assert [run.id for run in view.runs.list(account="work")] == [first]
        assert [run.id for run in view.runs.list(before=second, limit=1)] == [first]
        with pytest.raises(Usage, match="runs list"):
            view.runs.get(99)


def test_one_plan_is_held_for_a_place_and_decided_once(tx: Tables) -> None:
    here = add_collection(tx)
    first = tx.plans.hold(here.account, here.id, "30 deletions", {"actions": [1]})
    assert tx.plans.hold(here.account, here.id, "30 deletions", {"actions": [1]}) == first, "the same plan"
    second = tx.plans.hold(here.account, here.id, "31 deletions", {"actions": [1, 2]})
    whole = tx.plans.hold(here.account, None, "all", {})
    assert [plan.id for plan in tx.plans.list()] == [second, whole]
    assert tx.plans.list(account=99) == []
    tx.plans.decide(second, PlanState.DISCARDED)
    decided = tx.plans.get(second)
    assert (decided.state, decided.decided_by, decided.decided_at, decided.body) == (
        PlanState.DISCARDED, "anna", NOW, {"actions": [1, 2]},
    )  # fmt: skip
    with pytest.raises(Usage, match="decided already"):
        tx.plans.decide(second, PlanState.APPLIED)
    assert tx.plans.list(state=PlanState.DISCARDED) == [decided]
    tx.plans.release(here.account, here.id)
    assert tx.plans.count() == 1
    tx.plans.release(here.account, None)
    assert tx.plans.count() == 0
    with pytest.raises(Usage, match="plans list"):
        tx.plans.get(first)


def test_answers_are_remembered_for_one_event_of_one_item(tx: Tables) -> None:
    here = add_collection(tx).id
    tx.plans.remember(here, "/a", "deleted:1", "keep")
    tx.plans.remember(here, "/a", "deleted:1", "delete")
    assert tx.plans.answer(here, "/a", "deleted:1") == "delete"
    assert tx.plans.answer(here, "/a", "deleted:2") is None
    assert tx.plans.answer(here, "/b", "deleted:1") is None
    tx.plans.forget(here, "/a")
    assert tx.plans.answer(here, "/a", "deleted:1") is None


def test_losses_are_counted_for_each_field_and_kind(tx: Tables) -> None:
    here, there = add_collection(tx).id, add_collection(tx, href="/2/").id
    for _ in range(2):
        tx.losses.count(here, "photo", LossKind.DROPPED)
    tx.losses.count(here, "phones", LossKind.REWRITTEN)
    tx.losses.count(there, "note", LossKind.DROPPED)
    expected = [
        Loss(here, "phones", LossKind.REWRITTEN, 1, NOW),
        Loss(here, "photo", LossKind.DROPPED, 2, NOW),
        Loss(there, "note", LossKind.DROPPED, 1, NOW),
    ]
    assert tx.losses.list() == expected
    assert tx.losses.list(there) == expected[2:]


def test_blobs_are_kept_once_under_the_hash_of_their_bytes(tx: Tables) -> None:
    name = tx.blobs.put(b"jpeg")
    assert name == f"sha256:{sha256(b'jpeg').hexdigest()}"
    assert tx.blobs.put(b"jpeg") == name
    tx.blobs.put_all({name: b"jpeg"})
    assert tx.blobs.get(name) == b"jpeg"
    assert tx.blobs.get("sha256:0") is None
    assert tx.blobs.many([name, "sha256:0"]) == {name: b"jpeg"}
    with pytest.raises(Bug, match="do not have that name"):
        tx.blobs.put_all({"sha256:0": b"jpeg"})


def test_settings_keep_the_last_value(tx: Tables) -> None:
    assert tx.setting("region") is None
    tx.set_setting("region", "IT")
    tx.set_setting("region", "FR")
    assert tx.setting("region") == "FR"


def test_ids_are_ten_base32_characters_and_differ() -> None:
    ids = {new_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert all(len(id) == 10 and set(id) <= set("abcdefghijklmnopqrstuvwxyz234567") for id in ids)
    assert {letter for id in ids for letter in id} == set("abcdefghijklmnopqrstuvwxyz234567")
