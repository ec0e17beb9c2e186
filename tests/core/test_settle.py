"""Reading back a write: the server's doing is not an edit, somebody's edit is."""

from __future__ import annotations

import pytest

from crmsync.core.settle import Loss, settle

ALL = frozenset({"note", "title"})


def test_what_was_kept_as_given_leaves_nothing_to_remember() -> None:
    result = settle({"note": "n"}, {}, {"note": "n"}, ALL, True)
    assert (result.echo, result.losses, result.foreign) == ({}, (), frozenset())


@pytest.mark.parametrize("ours", [True, False, None])
def test_a_missing_value_was_dropped_whoever_wrote_last(ours: bool | None) -> None:
    result = settle({"note": "n"}, {}, {}, frozenset(), ours)
    assert result.echo == {"note": None}
    assert result.losses == (Loss("note", "n", None),)


@pytest.mark.parametrize("ours", [True, None])
def test_another_value_in_our_own_version_is_the_servers_rewriting(ours: bool | None) -> None:
    result = settle({"note": "long"}, {}, {"note": "lo"}, ALL, ours)
    assert (result.echo, result.foreign) == ({"note": "lo"}, frozenset())


def test_another_value_in_somebody_elses_version_is_an_edit() -> None:
    assert settle({"note": "n"}, {}, {"note": "m"}, ALL, False).foreign == {"note"}


def test_a_field_we_did_not_write_and_that_changed_is_an_edit_unless_the_version_is_surely_ours() -> None:
    assert settle({"note": "n"}, {}, {"note": "m"}, frozenset({"title"}), None).foreign == {"note"}
    assert settle({"note": "n"}, {}, {"note": "m"}, frozenset({"title"}), True).echo == {"note": "m"}


def test_a_server_that_shows_the_agreed_value_again_is_forgiven() -> None:
    assert settle({"note": "n"}, {"note": "old"}, {"note": "n"}, ALL, True).echo == {}


def test_a_write_of_other_fields_does_not_settle_one_that_waits_for_a_person() -> None:
    result = settle(
        {"title": "O", "note": "n"}, {}, {"title": "B", "note": "n"}, frozenset({"note"}), True, frozenset({"title"})
    )
    assert (result.echo, result.losses, result.foreign) == ({}, (), frozenset())
