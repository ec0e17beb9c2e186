"""Rules of the queue: made from a row with a live count, ordered, turned off, learned from decisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.stage import SIZES, Crm, Stage, staged

PEOPLE = [("Anna Rossi", "anna@acme.example"), ("Bruno Neri", "bruno@acme.example"), ("Eva Gray", "eva@other.example")]


def three(crm: Crm) -> None:
    crm.meet(PEOPLE)


def rules(stage: Stage) -> list[tuple[str, str, bool]]:
    with stage.store() as store, store.view() as view:
        return [(rule.where, rule.action.value, rule.active) for rule in view.queue_rules.all()]


@pytest.mark.parametrize("size", SIZES)
async def test_a_rule_is_made_from_a_row_and_says_what_it_would_hit(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, three, size) as stage:
        await stage.press("2", "r")
        text = await stage.press("p")
        assert "email LIKE '%@acme.example'" in text
        assert "would hit 2 of the queue, 0 past decisions, 0 against you" in text
        await stage.press("enter")
        assert rules(stage) == [("email LIKE '%@acme.example'", "assign", True)]
        await stage.press("u")
        assert rules(stage) == []


async def test_an_expression_that_cannot_be_asked_says_so_and_makes_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path, three, SIZES[1]) as stage:
        await stage.press("2", "r", "i")
        await stage.type(" AND")
        assert "would hit" not in stage.text
        await stage.press("enter")
        assert rules(stage) == []


async def test_the_filter_is_where_a_new_rule_starts_and_decisions_against_it_are_named(tmp_path: Path) -> None:
    async with staged(tmp_path, three, SIZES[1]) as stage:
        await stage.press("2", "i", "slash")
        await stage.type("acme")
        await stage.press("escape", "r", "d")
        await stage.settle()
        assert "would hit 1 of the queue, 1 past decision, 1 against you" in stage.text
        assert "Anna Rossi" in stage.text


async def test_rules_are_ordered_turned_off_and_forgotten(tmp_path: Path) -> None:
    def two(crm: Crm) -> None:
        three(crm)
        crm("queue", "rules", "add", "first", "--where", "email LIKE '%acme%'", "--ignore")
        crm("queue", "rules", "add", "second", "--where", "name LIKE 'Eva%'", "--type", "lead", "--import")

    async with staged(tmp_path, two, SIZES[0]) as stage:
        text = await stage.press("2", "R")
        assert "first" in text and "second" in text and "would hit 2 of the queue" in text
        await stage.press("minus")
        assert [where for where, *_ in rules(stage)] == ["name LIKE 'Eva%'", "email LIKE '%acme%'"]
        await stage.press("x")
        assert rules(stage)[1] == ("email LIKE '%acme%'", "ignore", False)
        with stage.store() as store, store.view() as view:
            assert view.runs.list(limit=1)[0].message == "queue rules off"
        await stage.press("d")
        assert len(rules(stage)) == 1
        await stage.press("u")
        assert len(rules(stage)) == 2


async def test_rules_that_follow_from_decisions_are_made_after_a_look(tmp_path: Path) -> None:
    def many(crm: Crm) -> None:
        crm.meet((f"Person {n}", f"p{n}@acme.example") for n in range(5))
        crm("queue", "private", "1", "2", "3", "4")

    async with staged(tmp_path, many, SIZES[1]) as stage:
        text = await stage.press("2", "R", "L")
        assert "acme.example: private" in text
        await stage.press("enter")
        assert rules(stage) == [("email LIKE '%@acme.example'", "private", True)]
