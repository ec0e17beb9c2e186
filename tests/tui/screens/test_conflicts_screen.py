"""Conflicts: what single keys decide, for one field, a record, or hundreds that ask the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.store.conflict_log import LoggedConflict
from tests.cycle.bench_of import BOOK, settled
from tests.tui.clashes import clash, hub_of, there
from tests.tui.stage import SIZES, Crm, Stage, staged


def petr_and_eva(crm: Crm) -> None:
    """Two people with a note and a title in conflict; of the first a nickname and a birthday merged by themselves."""
    people = [
        (
            {"name": "Petr Novák", "note": "agreed", "title": "Clerk", "nickname": "P"},
            {"note": "office", "title": "Boss", "nickname": "Pete"},
            {"note": "phone", "title": "Chief", "birthday": "1980-05-04"},
        ),
        ({"name": "Eva Bílá", "note": "agreed"}, {"note": "office 2"}, {"note": "phone 2"}),
    ]
    _, hub, _ = clash(crm, people)
    hub.store.close()


def open_ones(stage: Stage) -> list[LoggedConflict]:
    with stage.store() as store, store.view() as view:
        return list(view.conflicts.list())


def value(stage: Stage, name: str, field: str) -> object:
    with stage.store() as store, store.view() as view:
        return next(one.fields.get(field) for one in view.records.each() if one.fields["name"] == name)


@pytest.mark.parametrize("size", SIZES)
async def test_a_key_takes_one_side_of_the_field_below_the_cursor(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, petr_and_eva, size) as stage:
        text = await stage.press("3")
        assert "Eva Bílá" in text and "phone 2" in text
        await stage.press("r")
        assert value(stage, "Eva Bílá", "note") == "phone 2"
        await stage.press("c")
        assert value(stage, "Petr Novák", "note") == "office"
        assert [one.conflict.field for one in open_ones(stage)] == ["title"]
        await stage.press("u", "u")
        assert len(open_ones(stage)) == 3
        assert value(stage, "Eva Bílá", "note") == "office 2"


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_merged_by_itself_stands_beside_what_is_asked(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, petr_and_eva, size) as stage:
        text = await stage.press("3", "j")
        print(text)
        assert "2 open" in text and "2 merged" in text
        assert "→ nickname" in text and "← birthday" in text and "≠ note" in text
        assert "  name" not in text.split("remote\n")[-1]
        assert "✓ name" in await stage.press("plus")
        assert "✓ name" not in await stage.press("minus")


KINDS = ("note", "title", "nickname", "birthday", "department")


def five_hundred(crm: Crm) -> None:
    """Six kinds: five fields of 420 people, and 80 people who were deleted at the phone."""
    hub, phone = hub_of(crm)
    field_of: dict[str, str] = {}
    for n in range(420):
        field = KINDS[n % len(KINDS)]
        agreed = {"birthday": "1970-01-01"} if field == "birthday" else {field: f"agreed {n}", "organization": "Firm"}
        field_of[hub.add(name=f"Person {n:03}", **agreed)] = field
    gone = {hub.add(name=f"Gone {n:02}") for n in range(80)}
    settled(phone)
    for href in phone.hrefs():
        if any(f"crmsync-{id}.vcf" in href for id in gone):
            phone.remote.remove(BOOK, href)
    with hub.typing() as tx:
        for n, (id, field) in enumerate(field_of.items()):
            tx.records.change(id, {field: "1980-02-02" if field == "birthday" else f"office {n}"})
    for n, (id, field) in enumerate(field_of.items()):
        there(phone, id, {field: "1990-03-03" if field == "birthday" else f"phone {n}"})
    phone.sync()
    assert len(hub.conflicts()) == 500
    hub.store.close()


async def test_five_hundred_conflicts_of_six_kinds_are_decided_with_fewer_than_twenty_keys(tmp_path: Path) -> None:
    async with staged(tmp_path, five_hundred) as stage:
        text = await stage.press("3", "o")
        assert "Conflicts !500" in text
        answers = {"birthday": "r", "deletion": "c", "department": "c", "nickname": "r", "note": "c", "title": "r"}
        for kind, key in answers.items():
            text = await stage.press("B")
            assert "like this" in text and kind in text
            await stage.press(key)
        assert open_ones(stage) == []
        assert stage.presses < 20
        with stage.store() as store, store.view() as view:
            people = {str(one.fields["name"]): one.fields for one in view.records.each()}
        assert len(people) == 500
        assert (people["Person 000"]["note"], people["Person 001"]["title"]) == ("office 0", "phone 1")
        await stage.press("u")
        assert {one.conflict.field for one in open_ones(stage)} == {"title"}
        assert len(open_ones(stage)) == 84
