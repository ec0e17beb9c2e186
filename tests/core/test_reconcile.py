"""The table in `core.reconcile`, cell by cell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.core.newest import Newest
from crmsync.core.plan import Action, Create, Delete, Revived, Unlink, Update, Vanished
from crmsync.core.reconcile import Local, Pair, Policies, Remote, reconcile
from crmsync.model import Link, LinkState, Mode, OnConflict, OnDelete, Policy, RecordType, Side
from crmsync.values import Fields

BASE: Fields = {"name": "Anna Rossi", "title": "Buyer"}
LINK = Link(7, "r1", 1, "/a.vcf", "uid", "e1", BASE)
LOCAL = Local("r1", RecordType.CONTACT, BASE)
REMOTE = Remote("/a.vcf", "e1", BASE)
EDITED: Fields = {**BASE, "title": "Head"}
NOTED: Fields = {**BASE, "note": "hi"}


def decide(pair: Pair, policy: Policy | None = None) -> Action | None:
    actions = reconcile([pair], Policies(policy or Policy())).actions
    assert len(actions) <= 1
    return actions[0] if actions else None


def test_nothing_changed_needs_nothing() -> None:
    assert decide(Pair(LOCAL, LINK, REMOTE)) is None


def test_a_selected_record_without_an_item_is_created_there() -> None:
    assert decide(Pair(LOCAL)) == Create("r1", RecordType.CONTACT, BASE)


@pytest.mark.parametrize("local", [replace(LOCAL, selected=False), replace(LOCAL, deleted=True)])
def test_a_record_that_is_not_selected_or_deleted_is_not_created(local: Local) -> None:
    assert decide(Pair(local)) is None


def test_an_import_only_account_gets_nothing_created_updated_or_deleted() -> None:
    policy = Policy(mode=Mode.IMPORT)
    assert decide(Pair(LOCAL), policy) is None
    assert decide(Pair(replace(LOCAL, fields=EDITED), LINK, REMOTE), policy) is None
    assert decide(Pair(replace(LOCAL, deleted=True), LINK, REMOTE), policy) is None
    assert decide(Pair(replace(LOCAL, selected=False), LINK, REMOTE), policy) is None


def test_edits_on_both_sides_become_one_update() -> None:
    action = decide(Pair(replace(LOCAL, fields=EDITED), LINK, replace(REMOTE, etag="e2", fields=NOTED)))
    assert isinstance(action, Update)
    assert (action.hub, action.remote, action.etag) == ({"note": "hi"}, {"title": "Head"}, "e2")


def test_a_new_etag_without_a_new_value_only_renews_the_agreement() -> None:
    action = decide(Pair(LOCAL, LINK, replace(REMOTE, etag="e2")))
    assert isinstance(action, Update)
    assert (action.hub, action.remote, action.etag) == ({}, {}, "e2")


def test_a_clash_names_the_record_and_the_link() -> None:
    pair = Pair(replace(LOCAL, fields=EDITED), LINK, replace(REMOTE, fields={**BASE, "title": "Chief"}))
    action = decide(pair)
    assert isinstance(action, Update)
    (conflict,) = action.conflicts
    assert (conflict.record, conflict.link, conflict.field) == ("r1", 7, "title")
    assert (conflict.base, conflict.crm, conflict.remote) == ("Buyer", "Head", "Chief")


@pytest.mark.parametrize("newest", [Newest(Side.REMOTE), Newest(None, "nobody knows")])
def test_newest_decides_where_both_times_are_trusted_and_else_says_why(newest: Newest) -> None:
    newer = {"title": newest}
    pair = Pair(replace(LOCAL, fields=EDITED), LINK, replace(REMOTE, fields={**BASE, "title": "Chief"}), newer)
    action = decide(pair, Policy(on_conflict=OnConflict.NEWEST))
    assert isinstance(action, Update)
    assert action.hub == ({"title": "Chief"} if newest.side else {})
    assert [conflict.why for conflict in action.conflicts] == ([] if newest.side else ["nobody knows"])


def test_a_record_deleted_in_the_crm_leaves_the_remote() -> None:
    action = decide(Pair(replace(LOCAL, deleted=True), LINK, REMOTE))
    assert isinstance(action, Delete)
    assert action.etag == "e1"


def test_an_edit_at_the_remote_beats_a_deletion_in_the_crm() -> None:
    action = decide(Pair(replace(LOCAL, deleted=True), LINK, replace(REMOTE, fields=NOTED)))
    assert isinstance(action, Revived)
    assert (action.conflict.field, action.conflict.crm, action.conflict.remote) == ("deleted", True, False)
    export = decide(Pair(replace(LOCAL, deleted=True), LINK, replace(REMOTE, fields=NOTED)), Policy(mode=Mode.EXPORT))
    assert isinstance(export, Delete)


def test_an_item_that_somebody_was_asked_about_is_asked_about_again_in_another_state() -> None:
    action = decide(Pair(replace(LOCAL, deleted=True), LINK, REMOTE, asked=True))
    assert isinstance(action, Revived)


def test_what_was_typed_into_an_item_that_is_removed_all_the_same_is_kept_in_the_log() -> None:
    removed = Pair(replace(LOCAL, deleted=True), LINK, replace(REMOTE, fields=NOTED))
    for pair in (removed, replace(removed, local=replace(LOCAL, selected=False))):
        action = decide(pair, Policy(mode=Mode.EXPORT))
        assert isinstance(action, Delete)
        assert [(lost.field, lost.side, lost.value) for lost in action.lost] == [("note", Side.REMOTE, "hi")]
        assert action.lost[0].reason.startswith("its item was removed")


def test_an_import_only_account_is_not_written_even_to_restore() -> None:
    assert isinstance(decide(Pair(LOCAL, LINK, restore=True), Policy(mode=Mode.IMPORT)), Vanished)


def test_a_record_that_leaves_the_selection_leaves_the_remote_only() -> None:
    assert isinstance(decide(Pair(replace(LOCAL, selected=False), LINK, REMOTE)), Delete)
    moved = decide(Pair(replace(LOCAL, selected=False, fields=EDITED), LINK, REMOTE))
    assert isinstance(moved, Delete)


def test_what_was_typed_at_the_remote_comes_home_before_the_item_leaves() -> None:
    pair = Pair(replace(LOCAL, selected=False), LINK, replace(REMOTE, fields=NOTED))
    action = decide(pair)
    assert isinstance(action, Update)
    assert (action.hub, action.remote) == ({"note": "hi"}, {})
    assert isinstance(decide(pair, Policy(mode=Mode.EXPORT)), Delete)


@pytest.mark.parametrize("answer", OnDelete)
def test_an_item_that_vanished_means_what_the_policy_says(answer: OnDelete) -> None:
    action = decide(Pair(LOCAL, LINK), Policy(on_delete=answer))
    assert isinstance(action, Vanished)
    assert action.answer is answer


def test_an_edit_in_the_crm_beats_a_deletion_at_the_remote_whatever_the_policy_says() -> None:
    action = decide(Pair(replace(LOCAL, fields=EDITED), LINK), Policy(on_delete=OnDelete.DELETE))
    assert isinstance(action, Vanished)
    assert action.answer is OnDelete.ASK


def test_a_vanished_item_is_asked_about_once() -> None:
    assert decide(Pair(LOCAL, replace(LINK, state=LinkState.GONE))) is None


def test_an_item_that_comes_back_is_linked_again() -> None:
    action = decide(Pair(LOCAL, replace(LINK, state=LinkState.GONE), REMOTE))
    assert isinstance(action, Update)


def test_an_export_only_account_or_a_person_has_a_vanished_item_put_back() -> None:
    assert decide(Pair(LOCAL, LINK), Policy(mode=Mode.EXPORT)) == Create("r1", RecordType.CONTACT, BASE, 7)
    assert decide(Pair(LOCAL, LINK, restore=True)) == Create("r1", RecordType.CONTACT, BASE, 7)
    assert isinstance(decide(Pair(replace(LOCAL, selected=False), LINK, restore=True)), Unlink)


def test_gone_on_both_sides_is_just_unlinked() -> None:
    assert isinstance(decide(Pair(replace(LOCAL, deleted=True), LINK)), Unlink)
    assert isinstance(decide(Pair(replace(LOCAL, selected=False), LINK)), Unlink)


def test_each_type_has_its_own_policy_and_the_order_of_pairs_is_nothing() -> None:
    policies = Policies(Policy(), ((RecordType.LEAD, Policy(mode=Mode.IMPORT)),))
    pairs = [Pair(replace(LOCAL, record=f"r{n}")) for n in range(3)] + [Pair(replace(LOCAL, type=RecordType.LEAD))]
    assert reconcile(pairs, policies) == reconcile(pairs[::-1], policies)
    assert len(reconcile(pairs, policies).actions) == 3


def test_what_a_person_chose_for_one_field_of_one_type_governs_only_that() -> None:
    lead, contact = RecordType.LEAD, RecordType.CONTACT
    chosen = Policies(Policy(), ((lead, Policy(on_delete=OnDelete.ARCHIVE)),))
    chosen = chosen.with_choice(contact, "title", "remote").with_choice(contact, "deleted", "unflag")
    assert chosen.of(contact) == Policy(on_conflict_field={"title": OnConflict.REMOTE}, on_delete=OnDelete.UNFLAG)
    assert chosen.of(lead) == Policy(on_delete=OnDelete.ARCHIVE)
    assert chosen.of(RecordType.COMPANY) == Policy()
