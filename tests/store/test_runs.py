"""Runs: what became of the one before."""

from __future__ import annotations

from crmsync.store.store import Tables


def test_a_sync_that_begins_says_that_the_one_before_was_cut_off(tx: Tables) -> None:
    before = tx.runs.start("sync", "phone")
    other = tx.runs.start("sync", "desk")
    tx.runs.start("sync", "phone")
    assert (tx.runs.get(before).state, tx.runs.get(before).message) == ("failed", "it was cut off")
    assert tx.runs.get(other).state == "running"


def test_a_decision_about_a_plan_says_nothing_of_a_sync_that_another_process_may_be_at(tx: Tables) -> None:
    before = tx.runs.start("sync", "phone")
    tx.runs.start("plan", "phone")
    assert tx.runs.get(before).state == "running"
