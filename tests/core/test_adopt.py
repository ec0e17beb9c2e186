"""The first agreement of a record and an item: fill gaps, join lists, overwrite nothing in the CRM."""

from __future__ import annotations

from crmsync.core.adopt import adopt
from crmsync.core.merge import merge
from crmsync.model import Policy
from crmsync.values import Fields, Labelled


def first_merge(crm: Fields, remote: Fields) -> tuple[dict[str, object], dict[str, object], int]:
    adoption = adopt(crm, remote)
    result = merge(adoption.base, {}, crm, remote, Policy())
    return dict(result.hub), dict(result.remote), len(result.clashes)


def test_an_empty_field_of_the_crm_is_filled_and_an_empty_one_of_the_item_too() -> None:
    assert first_merge({"title": "Buyer"}, {"note": "n"}) == ({"note": "n"}, {"title": "Buyer"}, 0)


def test_a_value_of_the_crm_stays_and_the_items_value_is_kept_in_the_log() -> None:
    assert first_merge({"title": "Buyer"}, {"title": "Head"}) == ({}, {"title": "Buyer"}, 0)
    (lost,) = adopt({"title": "Buyer"}, {"title": "Head"}).lost
    assert (lost.field, lost.value) == ("title", "Head")


def test_lists_are_joined() -> None:
    hub, remote, clashes = first_merge({"emails": (Labelled("a@x"),)}, {"emails": (Labelled("b@x"),)})
    assert hub == {"emails": (Labelled("a@x"), Labelled("b@x"))}
    assert remote == {"emails": (Labelled("b@x"), Labelled("a@x"))}
    assert clashes == 0


def test_what_means_the_same_is_left_as_each_side_spells_it() -> None:
    assert first_merge({"emails": (Labelled("A@x"),)}, {"emails": (Labelled("a@x"),)}) == ({}, {}, 0)
