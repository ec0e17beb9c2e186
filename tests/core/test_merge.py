"""Three-way merge: one described case per rule, then the laws that hold for all inputs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.keys import same
from crmsync.core.merge import Merge, Ruling, merge
from crmsync.model import Mode, OnConflict, Policy, Side
from crmsync.values import Fields, Labelled, Participant, Value

TWO_WAY = Policy()


def mails(*texts: str) -> tuple[Labelled, ...]:
    return tuple(Labelled(text) for text in texts)


def both(crm: Fields, remote: Fields, base: Fields, policy: Policy = TWO_WAY, newer: Side | None = None) -> Merge:
    return merge(base, {}, crm, remote, policy, dict.fromkeys({*base, *crm, *remote}, newer) if newer else {})


def test_nothing_changed_changes_nothing() -> None:
    result = both({"title": "Buyer"}, {"title": "Buyer"}, {"title": "Buyer"})
    assert (result.hub, result.remote, result.clashes, result.lost) == ({}, {}, (), ())


def test_an_edit_on_one_side_goes_to_the_other() -> None:
    to_remote = both({"title": "Head"}, {"title": "Buyer"}, {"title": "Buyer"})
    to_hub = both({"title": "Buyer"}, {"title": "Head"}, {"title": "Buyer"})
    assert (to_remote.hub, to_remote.remote) == ({}, {"title": "Head"})
    assert (to_hub.hub, to_hub.remote) == ({"title": "Head"}, {})
    assert to_remote.base == to_hub.base == {"title": "Head"}


def test_edits_of_different_fields_merge() -> None:
    result = both({"title": "Head", "note": "n"}, {"title": "Buyer", "note": "m"}, {"title": "Buyer", "note": "n"})
    assert (result.hub, result.remote) == ({"note": "m"}, {"title": "Head"})


def test_a_field_emptied_on_one_side_is_emptied_on_the_other() -> None:
    assert both({}, {"title": "Buyer"}, {"title": "Buyer"}).remote == {"title": None}
    assert both({"title": "Buyer"}, {}, {"title": "Buyer"}).hub == {"title": None}


def test_the_same_value_typed_on_both_sides_is_no_conflict() -> None:
    result = both({"title": "Head"}, {"title": "Head"}, {"title": "Buyer"})
    assert (result.hub, result.remote, result.clashes) == ({}, {}, ())
    assert result.base == {"title": "Head"}


def test_two_edits_of_one_field_stop_that_field_only() -> None:
    result = both({"title": "A", "note": "x"}, {"title": "B"}, {"title": "O"})
    (clash,) = result.clashes
    assert (clash.field, clash.base, clash.crm, clash.remote) == ("title", "O", "A", "B")
    assert result.remote == {"note": "x"}
    assert result.base == {"title": "O", "note": "x"}


@pytest.mark.parametrize(
    ("choice", "newer", "hub", "remote", "loser"),
    [
        (OnConflict.CRM, None, {}, {"title": "A"}, (Side.REMOTE, "B")),
        (OnConflict.REMOTE, None, {"title": "B"}, {}, (Side.CRM, "A")),
        (OnConflict.NEWEST, Side.CRM, {}, {"title": "A"}, (Side.REMOTE, "B")),
        (OnConflict.NEWEST, Side.REMOTE, {"title": "B"}, {}, (Side.CRM, "A")),
    ],
)
def test_a_policy_names_the_winner_and_the_losing_value_is_kept(
    choice: OnConflict, newer: Side | None, hub: Fields, remote: Fields, loser: tuple[Side, str]
) -> None:
    result = both({"title": "A"}, {"title": "B"}, {"title": "O"}, Policy(on_conflict=choice), newer)
    assert (result.hub, result.remote, result.clashes) == (hub, remote, ())
    (lost,) = result.lost
    assert (lost.side, lost.value, lost.ruling) == (*loser, Ruling.OVERRULED)


@pytest.mark.parametrize("choice", [OnConflict.NEWEST, OnConflict.BOTH, OnConflict.ASK])
def test_without_trustworthy_times_or_with_two_texts_a_person_decides(choice: OnConflict) -> None:
    assert both({"title": "A"}, {"title": "B"}, {"title": "O"}, Policy(on_conflict=choice)).clashes


def test_a_policy_for_one_field_goes_before_the_general_one() -> None:
    policy = Policy(on_conflict=OnConflict.CRM, on_conflict_field={"title": OnConflict.ASK})
    assert both({"title": "A"}, {"title": "B"}, {"title": "O"}, policy).clashes


def test_lists_take_what_each_side_added_and_removed() -> None:
    result = both(
        {"emails": mails("a@x.it", "b@x.it", "crm@x.it")},
        {"emails": mails("b@x.it", "phone@x.it")},
        {"emails": mails("a@x.it", "b@x.it")},
    )
    assert result.hub == {"emails": mails("b@x.it", "crm@x.it", "phone@x.it")}
    assert result.remote == {"emails": mails("b@x.it", "phone@x.it", "crm@x.it")}
    assert not result.clashes


def test_another_spelling_of_an_entry_is_no_change() -> None:
    result = both({"emails": mails("A@x.it")}, {"emails": mails("a@X.it")}, {"emails": mails("a@x.it")})
    assert (result.hub, result.remote) == ({}, {})


def test_the_last_entry_removed_empties_the_list() -> None:
    assert both({"emails": mails("a@x.it")}, {}, {"emails": mails("a@x.it")}).hub == {"emails": None}


def test_a_new_label_travels_and_the_spelling_stays() -> None:
    result = both(
        {"emails": (Labelled("a@x.it", "work"),)}, {"emails": (Labelled("A@x.it", ""),)}, {"emails": mails("A@x.it")}
    )
    assert result.remote == {"emails": (Labelled("A@x.it", "work"),)}


def test_an_entry_relabelled_here_survives_its_removal_there() -> None:
    kept = (Labelled("a@x.it", "work"),)
    assert both({"emails": kept}, {}, {"emails": mails("a@x.it")}).remote == {"emails": kept}
    assert both({}, {"emails": kept}, {"emails": mails("a@x.it")}).hub == {"emails": kept}


def test_two_labels_for_one_entry_end_as_the_crms_and_the_other_is_kept_in_the_log() -> None:
    result = both(
        {"emails": (Labelled("a@x.it", "work"),)},
        {"emails": (Labelled("a@x.it", "home"),)},
        {"emails": mails("a@x.it")},
    )
    assert (result.hub, result.remote) == ({}, {"emails": (Labelled("a@x.it", "work"),)})
    assert result.lost[0].value == (Labelled("a@x.it", "home"),)


def test_what_changes_about_a_participant_is_carried_over() -> None:
    before, after = (Participant("a@x.it", status="NEEDS-ACTION"),), (Participant("A@x.it", status="ACCEPTED"),)
    result = both({"participants": before}, {"participants": after}, {"participants": before})
    assert result.hub == {"participants": (Participant("a@x.it", status="ACCEPTED"),)}


def test_categories_merge_as_a_set() -> None:
    result = both({"categories": ("a", "b")}, {"categories": ("a", "c")}, {"categories": ("a",)})
    assert result.hub == {"categories": ("a", "b", "c")}
    assert result.remote == {"categories": ("a", "c", "b")}


def test_what_a_server_dropped_is_not_taken_for_an_edit() -> None:
    result = merge({"photo": "sha256:1"}, {"photo": None}, {"photo": "sha256:1"}, {}, TWO_WAY)
    assert (result.hub, result.remote) == ({}, {})


def test_what_a_server_rewrote_is_not_taken_for_an_edit_but_a_later_edit_is() -> None:
    base, echo = {"note": "Long text"}, {"note": "Long"}
    assert merge(base, echo, {"note": "Long text"}, {"note": "Long"}, TWO_WAY).hub == {}
    edited = merge(base, echo, {"note": "Long text"}, {"note": "New"}, TWO_WAY)
    assert (edited.hub, edited.echo) == ({"note": "New"}, {})


def test_a_list_entry_the_server_never_kept_survives_edits_there() -> None:
    base, echo = {"emails": mails("a@x.it", "b@x.it")}, {"emails": mails("a@x.it")}
    result = merge(base, echo, base, {"emails": mails("a@x.it", "c@x.it")}, TWO_WAY)
    assert result.hub == {"emails": mails("a@x.it", "b@x.it", "c@x.it")}
    assert result.echo == {"emails": mails("a@x.it", "c@x.it")}
    assert result.remote == {}


def test_a_field_mastered_by_the_crm_is_put_back_at_the_remote_and_logged() -> None:
    policy = Policy(masters={"vat_number": Side.CRM})
    result = both({"vat_number": "1"}, {"vat_number": "2"}, {"vat_number": "1"}, policy)
    assert (result.hub, result.remote) == ({}, {"vat_number": "1"})
    assert (result.lost[0].side, result.lost[0].value, result.lost[0].ruling) == (Side.REMOTE, "2", Ruling.REFUSED)


def test_a_field_mastered_by_the_remote_is_put_back_in_the_crm_and_logged() -> None:
    policy = Policy(masters={"vat_number": Side.REMOTE})
    result = both({"vat_number": "2"}, {"vat_number": "1"}, {"vat_number": "1"}, policy)
    assert (result.hub, result.remote) == ({"vat_number": "1"}, {})
    assert (result.lost[0].side, result.lost[0].value) == (Side.CRM, "2")
    moved = both({"vat_number": "2"}, {"vat_number": "3"}, {"vat_number": "1"}, policy)
    assert (moved.hub, moved.remote) == ({"vat_number": "3"}, {})


def test_a_masters_own_edit_goes_through() -> None:
    assert both({"note": "n"}, {"note": "m"}, {"note": "m"}, Policy(masters={"note": Side.CRM})).remote == {"note": "n"}
    assert both({"note": "m"}, {"note": "n"}, {"note": "m"}, Policy(masters={"note": Side.REMOTE})).hub == {"note": "n"}


def test_an_export_only_account_never_writes_the_hub() -> None:
    policy = Policy(mode=Mode.EXPORT, on_conflict=OnConflict.REMOTE, masters={"title": Side.REMOTE})
    result = both({"title": "A", "emails": mails("a@x.it")}, {"title": "B"}, {"emails": mails("a@x.it")}, policy)
    assert result.hub == {}
    assert result.remote == {"title": "A", "emails": mails("a@x.it")}
    assert {lost.ruling for lost in result.lost} == {Ruling.REFUSED}


def test_an_import_only_account_is_never_written_and_a_local_edit_meets_a_later_remote_one() -> None:
    policy = Policy(mode=Mode.IMPORT)
    quiet = both({"title": "A"}, {"title": "O"}, {"title": "O"}, policy)
    assert (quiet.hub, quiet.remote, quiet.base) == ({}, {}, {"title": "O"})
    assert both({"title": "A"}, {"title": "B"}, {"title": "O"}, policy).clashes
    crm_wins = both(
        {"title": "A"}, {"title": "B"}, {"title": "O"}, Policy(mode=Mode.IMPORT, on_conflict=OnConflict.CRM)
    )
    assert (crm_wins.hub, crm_wins.remote, crm_wins.echo) == ({}, {}, {"title": "B"})
    lists = both({"emails": mails("a@x.it")}, {"emails": mails("b@x.it")}, {}, policy)
    assert (lists.hub, lists.remote) == ({"emails": mails("a@x.it", "b@x.it")}, {})
    mastered = Policy(mode=Mode.IMPORT, masters={"title": Side.CRM})
    assert both({"title": "A"}, {"title": "B"}, {"title": "A"}, mastered).remote == {}


VALUES: dict[str, st.SearchStrategy[Value | None]] = {
    "title": st.sampled_from([None, "a", "b", "c"]),
    "note": st.sampled_from([None, "x", "y"]),
    "emails": st.lists(st.sampled_from(["a@x", "A@x", "b@x", "c@x"]), max_size=3, unique_by=str.casefold).map(
        lambda texts: mails(*texts) or None
    ),
    "categories": st.lists(st.sampled_from(["k", "l", "m"]), max_size=3, unique=True).map(lambda t: tuple(t) or None),
}
FIELDS = st.fixed_dictionaries(VALUES).map(lambda d: {k: v for k, v in d.items() if v is not None})
POLICIES = st.builds(
    Policy,
    mode=st.sampled_from(Mode),
    masters=st.dictionaries(st.sampled_from(list(VALUES)), st.sampled_from(Side), max_size=2),
    on_conflict=st.sampled_from(OnConflict),
)


def apply(fields: Fields, changes: dict[str, Value | None]) -> dict[str, Value]:
    return {k: v for k, v in {**fields, **changes}.items() if v is not None}


@given(FIELDS, FIELDS, FIELDS, POLICIES, st.sampled_from([None, *Side]))
def test_a_second_merge_after_the_first_was_applied_changes_nothing(
    base: Fields, crm: Fields, remote: Fields, policy: Policy, newer: Side | None
) -> None:
    sides = dict.fromkeys({*base, *crm, *remote}, newer) if newer else {}
    first = merge(base, {}, crm, remote, policy, sides)
    second = merge(
        first.base, first.echo, apply(crm, dict(first.hub)), apply(remote, dict(first.remote)), policy, sides
    )
    assert (second.hub, second.remote) == ({}, {})
    assert second.clashes == first.clashes


@given(FIELDS, FIELDS, FIELDS, POLICIES)
def test_no_value_disappears_in_silence(base: Fields, crm: Fields, remote: Fields, policy: Policy) -> None:
    result = merge(base, {}, crm, remote, policy)
    after = (apply(crm, dict(result.hub)), apply(remote, dict(result.remote)))
    logged = {(lost.field, lost.side) for lost in result.lost} | {
        (clash.field, side) for clash in result.clashes for side in Side
    }
    for name in VALUES:
        for side, mine in ((Side.CRM, crm.get(name)), (Side.REMOTE, remote.get(name))):
            typed = mine is not None and not same(name, mine, base.get(name))
            kept = all(
                any(entry.casefold() == text.casefold() for text in texts(state.get(name)))
                for entry in texts(mine) - texts(base.get(name))
                for state in after[:1]
            ) or any(same(name, state.get(name), mine) for state in after)
            assert not typed or kept or (name, side) in logged, (name, side, result)


def texts(value: Value | None) -> set[str]:
    if isinstance(value, tuple):
        return {(entry.value if isinstance(entry, Labelled) else str(entry)).casefold() for entry in value}
    return set() if value is None else {str(value)}


@given(FIELDS, FIELDS, FIELDS)
def test_two_way_is_symmetric(base: Fields, crm: Fields, remote: Fields) -> None:
    one, other = both(crm, remote, base), both(remote, crm, base)
    assert one.hub.keys() == other.remote.keys()
    for name in one.hub:
        assert same(name, one.hub[name], other.remote[name])
    assert {c.field for c in one.clashes} == {c.field for c in other.clashes}


@given(FIELDS, FIELDS, FIELDS)
def test_two_way_without_a_clash_ends_equal(base: Fields, crm: Fields, remote: Fields) -> None:
    result = both(crm, remote, base)
    clashing = {clash.field for clash in result.clashes}
    hub, there = apply(crm, dict(result.hub)), apply(remote, dict(result.remote))
    for name in VALUES.keys() - clashing:
        assert same(name, hub.get(name), there.get(name))
        assert same(name, result.base.get(name), hub.get(name))
    assert result.echo == {}


@given(FIELDS, FIELDS, FIELDS, st.dictionaries(st.sampled_from(list(VALUES)), st.sampled_from(Side)))
def test_a_non_master_side_never_changes_a_mastered_field(
    base: Fields, crm: Fields, remote: Fields, masters: dict[str, Side]
) -> None:
    result = both(crm, remote, base, Policy(masters=masters))
    for name, side in masters.items():
        assert name not in (result.hub if side is Side.CRM else result.remote)
