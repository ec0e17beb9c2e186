"""Records: found while one types, explained, flagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.store.record_list import Selection
from tests.tui.stage import SIZES, Crm, Stage, staged

NAMES = ["Anna Rossi", "Novák Petr", "Bob Stone"]


def three(crm: Crm) -> None:
    for name in NAMES:
        crm.add("contact", name=name, owner="eva", phones="cell:+39 333 111222")
    crm.add("company", name="Acme Srl")


def flagged(stage: Stage) -> list[object]:
    with stage.store() as store, store.view() as view:
        me = view.users.all()[0].id
        found = view.records.list(Selection(user=me, flagged=True))
        return [record.fields["name"] for record in found.records]


@pytest.mark.parametrize("size", SIZES)
async def test_records_are_found_while_one_types_and_flagged_by_one_key(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, three, size) as stage:
        text = await stage.press("4")
        assert all(name in text for name in (*NAMES, "Acme Srl", "eva", "+39 333 111222"))
        await stage.press("slash")
        text = await stage.type("novak")
        assert "Novák Petr" in text and "Anna" not in text
        text = await stage.press("escape", "f")
        assert flagged(stage) == ["Novák Petr"]
        assert "> ●     Novák Petr" in text
        await stage.press("f")
        assert flagged(stage) == []
        text = await stage.press("u")
        assert flagged(stage) == ["Novák Petr"]


async def test_all_that_match_are_flagged_at_once(tmp_path: Path) -> None:
    async with staged(tmp_path, three) as stage:
        await stage.press("4", "slash")
        assert "Acme" not in await stage.type("type:contact")
        text = await stage.press("escape", "asterisk", "f")
        assert flagged(stage) == NAMES[0:1] + NAMES[2:] + NAMES[1:2]
        assert text.count("●") == 4  # three rows, and the pane


async def test_whose_phone_a_record_is_on_and_where_its_values_come_from_can_be_read(tmp_path: Path) -> None:
    def fill(crm: Crm) -> None:
        crm("user", "add", "bert")
        id = crm.add("company", name="Acme Srl", vat_number="IT01234567890", phones="work:06 1234")
        crm("records", "flag", id, "--on", "--user", "bert")
        crm.meet([("Anna Rossi", "anna@acme.it")], "--type", "contact")

    master = '[[masters]]\ntype = "company"\nfield = "vat_number"\nsystem = "crm"\n'
    async with staged(tmp_path, fill, SIZES[1], config=master) as stage:
        text = await stage.press("4")
        assert "> ◐     Acme Srl" in text and "on for others only: bert" in text
        assert "06 1234 (work)" in text
        assert "⊘ master: the CRM" in text
        text = await stage.press("j")
        assert "○ off" in text
        assert "anna@acme.it  ← files" in text
