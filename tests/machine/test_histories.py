"""Sequences that once broke an invariant. Each must come to rest with everything typed still known."""

from __future__ import annotations

from crmsync.connectors.faults import Operation
from crmsync.core.declarations import Master
from crmsync.errors import Unreachable
from crmsync.review.conflicts import Choice
from tests.machine.history import EXPORT, history
from tests.machine.typed import Edit
from tests.machine.world import CONTACT, Killed, Setup

NOTE, TITLE = Edit("note", "type", ""), Edit("title", "type", "")


def test_an_edit_that_holds_up_a_deletion_survives_a_full_look() -> None:
    with history() as engine:
        engine.somebody_creates_a_record(flags=0b001)
        engine.a_cycle(place=0)
        engine.somebody_deletes_or_restores_a_record(choice=0, deleted=True)
        engine.somebody_edits_an_item(place=0, choice=0, edit=NOTE)
        engine.a_cycle(place=0)
        engine.a_full_look(place=0)


def test_a_field_that_waits_for_a_person_is_not_decided_by_an_edit_of_another() -> None:
    with history() as engine:
        engine.somebody_creates_a_record(flags=0b001)
        engine.a_cycle(place=0)
        engine.somebody_edits_a_record(choice=0, edit=TITLE)
        engine.somebody_edits_an_item(place=0, choice=0, edit=TITLE)
        engine.a_cycle(place=0)
        engine.somebody_edits_a_record(choice=0, edit=NOTE)
        engine.a_cycle(place=0)
        engine.a_cycle(place=0)


def test_what_was_typed_into_an_export_only_item_is_known_after_the_item_left() -> None:
    with history(EXPORT) as engine:
        engine.somebody_creates_a_record(flags=0b001)
        engine.a_cycle(place=0)
        engine.somebody_edits_an_item(place=0, choice=0, edit=NOTE)
        engine.somebody_flags_a_record(choice=0, place=0, on=False)


def test_what_was_typed_into_an_item_is_known_after_a_person_let_its_deletion_happen() -> None:
    with history() as engine:
        engine.somebody_creates_a_record(flags=0b010)
        engine.a_cycle(place=1)
        engine.somebody_edits_an_item(place=1, choice=0, edit=NOTE)
        engine.somebody_deletes_or_restores_a_record(choice=0, deleted=True)
        engine.a_cycle(place=1)
        engine.somebody_decides_a_conflict(choice=0, side=Choice.CRM)


def test_an_item_that_leaves_the_selection_goes_once_its_last_edit_came_home() -> None:
    with history() as engine:
        engine.somebody_creates_a_record(flags=0b101)
        engine.a_cycle(place=2)
        engine.somebody_flags_a_record(choice=0, place=2, on=False)
        engine.somebody_edits_an_item(place=2, choice=0, edit=TITLE)


def test_an_item_removed_before_its_creation_was_acknowledged_is_asked_about() -> None:
    with history() as engine:
        engine.somebody_creates_a_record(flags=0b100)
        engine.a_cycle_meets_a_fault(
            place=2, on=frozenset({Operation.MULTIGET}), at=1, took_effect=False, error=Unreachable("lost")
        )
        engine.somebody_deletes_an_item(place=2, choice=0)


def test_a_killed_creation_with_a_lost_answer_makes_one_item_where_the_server_names_it() -> None:
    with history(Setup("graph")) as engine:
        engine.somebody_creates_a_record(flags=0b001)
        engine.a_cycle_meets_a_fault(place=0, on=frozenset({Operation.PUT}), at=1, took_effect=True, error=Killed())
        engine.a_cycle_is_killed(place=0, after=3)


def test_a_creation_with_a_lost_answer_makes_one_item_where_the_server_shows_it_late() -> None:
    with history(Setup("late")) as engine:
        engine.somebody_creates_a_record(flags=0b001)
        engine.a_cycle_meets_a_fault(
            place=0, on=frozenset({Operation.PUT}), at=1, took_effect=True, error=Unreachable("lost")
        )


def test_what_a_forgetful_server_drops_stays_in_the_hub() -> None:
    with history(Setup("forgetful")) as engine:
        engine.somebody_creates_a_record(flags=0b011)
        engine.somebody_edits_a_record(choice=0, edit=TITLE)
        engine.a_cycle_of_each(places=[0, 1, 2])
        engine.a_full_look(place=0)
        assert engine.world is not None
        assert engine.world.records()["r1"].fields["title"] == "title 1000003"


def test_a_late_server_that_shows_an_older_version_again_is_believed_once_it_had_shown_ours() -> None:
    with history(Setup("late")) as engine:
        engine.somebody_creates_a_record(flags=0b001)
        for _ in range(4):
            engine.a_cycle(place=0)
        remote = engine.spoke(0).remote
        backup = remote.snapshot()
        engine.somebody_edits_a_record(choice=0, edit=NOTE)
        for _ in range(4):
            engine.a_cycle(place=0)
        remote.restore_backup(backup)


def test_an_edit_that_was_quicker_than_our_write_is_not_overwritten() -> None:
    with history() as engine:
        engine.somebody_creates_a_record(flags=0b001)
        engine.a_cycle(place=0)
        engine.somebody_edits_a_record(choice=0, edit=TITLE)
        engine.somebody_edits_just_before_a_write(place=0, choice=0, edit=NOTE)


def test_an_edit_that_could_not_be_put_back_is_put_back_when_the_remote_takes_writes_again() -> None:
    with history(masters=[Master(CONTACT, "note", "crm")]) as engine:
        engine.somebody_creates_a_record(flags=0b001)
        engine.a_cycle(place=0)
        engine.rights_change(place=0, read_only=True)
        engine.somebody_edits_an_item(place=0, choice=0, edit=NOTE)
        engine.a_cycle(place=0)
