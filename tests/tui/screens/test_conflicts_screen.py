"""Conflicts: what single keys decide, for one field, a record, or hundreds that ask the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.model import Policy, Record, RecordType, Side
from crmsync.safe import columns
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
        assert "2 open" in text and "2 merged" in text
        assert "→ nickname" in text and "← birthday" in text and "≠ note" in text
        assert "  name" not in text.split("remote\n")[-1]
        assert "✓ name" in await stage.press("plus")
        assert "✓ name" not in await stage.press("minus")


KINDS = ("note", "title", "nickname", "birthday", "department")


def five_hundred(crm: Crm) -> None:
    """Six kinds: five fields of 420 people, and 80 people who were deleted at the phone."""
    hub, phone = hub_of(crm)
    field_of = {f"person{n:03}": KINDS[n % len(KINDS)] for n in range(420)}
    gone = {f"gone{n:02}" for n in range(80)}
    with hub.typing() as tx:
        for id, field in (field_of | dict.fromkeys(gone, "nickname")).items():
            agreed = {field: "1970-01-01" if field == "birthday" else "agreed", "organization": "Firm"}
            tx.records.create(Record(id, RecordType.CONTACT, {"name": id, **agreed}))
        tx.flags.set(1, [*field_of, *gone], on=True)
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


@pytest.mark.timeout(120)  # it takes three seconds, and many more where disks are busy
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
        assert (people["person000"]["note"], people["person001"]["title"]) == ("office 0", "phone 1")
        await stage.press("u")
        assert {one.conflict.field for one in open_ones(stage)} == {"title"}
        assert len(open_ones(stage)) == 84


async def test_marked_rows_are_decided_together_after_a_preview(tmp_path: Path) -> None:
    async with staged(tmp_path, petr_and_eva) as stage:
        await stage.press("3", "space", "space")
        text = await stage.press("r")
        assert "decide 2 conflicts" in text and "phone 2  (office 2)" in text
        await stage.press("escape")
        assert len(open_ones(stage)) == 3
        await stage.press("r", "enter")
        assert [one.conflict.field for one in open_ones(stage)] == ["title"]
        await stage.press("u")
        assert len(open_ones(stage)) == 3


async def test_a_capital_decides_all_open_fields_of_the_record(tmp_path: Path) -> None:
    async with staged(tmp_path, petr_and_eva) as stage:
        await stage.press("3", "j", "R")
        assert [one.conflict.crm for one in open_ones(stage)] == ["office 2"]
        assert (value(stage, "Petr Novák", "note"), value(stage, "Petr Novák", "title")) == ("phone", "Chief")


async def test_a_value_is_typed_and_one_that_cannot_be_stays_in_the_line(tmp_path: Path) -> None:
    def birthday(crm: Crm) -> None:
        agreed = {"name": "Eva", "birthday": "1970-01-01"}
        clash(crm, [(agreed, {"birthday": "1970-01-02"}, {"birthday": "1970-01-03"})])[1].store.close()

    async with staged(tmp_path, birthday) as stage:
        text = await stage.press("3", "e")
        assert "base: 1970-01-01" in text and "remote: 1970-01-03" in text
        await stage.type("5")
        text = await stage.press("enter")
        assert "is no date" in text
        await stage.press("backspace", "backspace")
        await stage.press("9", "enter")
        assert value(stage, "Eva", "birthday") == "1970-01-09"


async def test_a_text_of_several_lines_is_edited_as_such(tmp_path: Path) -> None:
    def notes(crm: Crm) -> None:
        sides = ({"note": "one\ntwo"}, {"note": "three"})
        clash(crm, [({"name": "Eva", "note": "agreed"}, *sides)])[1].store.close()

    async with staged(tmp_path, notes) as stage:
        text = await stage.press("3", "e")
        assert text.index("remote: three") < text.rindex(" one ") < text.rindex(" two ")
        await stage.press("end", "enter", "X", "ctrl+s")
        assert value(stage, "Eva", "note") == "one\nX\ntwo"


async def test_both_is_for_lists_and_a_text_stays_open_with_the_reason(tmp_path: Path) -> None:
    async with staged(tmp_path, petr_and_eva) as stage:
        await stage.press("3", "t")
        assert len(open_ones(stage)) == 3
        assert any("only one of the two" in message for message in stage.messages)


@pytest.mark.parametrize("size", SIZES)
async def test_a_policy_says_how_many_it_answers_and_answers_them_at_once(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with staged(tmp_path, petr_and_eva, size) as stage:
        text = await stage.press("3", "P")
        assert "It answers 2 open conflicts now." in text and "field: note" in text
        assert "It answers 3 open conflicts now." in await stage.press("f")
        assert "It answers 2 open conflicts now." in await stage.press("f")
        await stage.press("y", "r")
        assert [one.conflict.field for one in open_ones(stage)] == ["title"]
        with stage.store() as store, store.view() as view:
            said = {(one.type.value, one.field, one.choice) for one in view.policies.list()}
        assert len(said) == 6 and ("lead", "note", "remote") in said
        await stage.press("u")
        assert len(open_ones(stage)) == 3
        with stage.store() as store, store.view() as view:
            assert view.policies.list() == []


def deletions(crm: Crm) -> None:
    """One person deleted at the phone and edited in the CRM, one the other way round."""
    hub, phone = hub_of(crm)
    anna, bob = hub.add(name="Anna", note="agreed"), hub.add(name="Bob", note="agreed")
    settled(phone)
    phone.remote.remove(BOOK, next(href for href in phone.hrefs() if anna in href))
    hub.set(anna, note="office")
    there(phone, bob, {"note": "phone"})
    hub.delete(bob)
    phone.sync()
    hub.store.close()


def names(stage: Stage) -> list[object]:
    with stage.store() as store, store.view() as view:
        return [one.fields["name"] for one in view.records.each()]


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_deletion_means_stands_in_words(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, deletions, size) as stage:
        text = await stage.press("3")
        assert "Deleted at phone, edited in the CRM." in text
        assert "c restores it at phone." in text
        text = await stage.press("j")
        assert "Deleted in the CRM, edited at phone." in text
        await stage.press("r")
        assert names(stage) == ["Anna", "Bob"]
        await stage.press("r")
        assert names(stage) == ["Bob"]
        await stage.press("u")
        assert names(stage) == ["Anna", "Bob"]


async def test_a_deletion_there_and_one_in_the_crm_are_not_the_same_question(tmp_path: Path) -> None:
    async with staged(tmp_path, deletions) as stage:
        assert "1 conflict like this: deletion" in await stage.press("3", "B")
        await stage.press("r")
        assert [one.conflict.remote for one in open_ones(stage)] == [False]


async def test_a_deletion_has_further_answers_that_are_typed(tmp_path: Path) -> None:
    async with staged(tmp_path, deletions) as stage:
        await stage.press("3", "e")
        await stage.type("burn")
        assert "unflag, archive or delete" in await stage.press("enter")
        await stage.press(*["backspace"] * 4)
        await stage.type("archive")
        await stage.press("enter")
        assert value(stage, "Anna", "status") == "inactive"


async def test_everything_that_happened_to_the_record_can_be_read(tmp_path: Path) -> None:
    async with staged(tmp_path, petr_and_eva) as stage:
        text = await stage.press("3", "H")
        assert "note: agreed → office 2" in text
        assert "Eva Bílá" in (await stage.press("escape")).splitlines()[3]


async def test_a_key_that_cannot_act_says_why(tmp_path: Path) -> None:
    async with staged(tmp_path, lambda crm: None) as stage:
        assert "No conflict is open." in await stage.press("3")
        for key in ("c", "r", "t", "b", "C", "R", "e", "B", "P", "H", "h"):
            seen = len(stage.messages)
            await stage.press(key)
            assert len(stage.messages) == seen + 1, key


async def test_what_somebody_else_decides_meanwhile_is_told_or_goes_from_the_list(tmp_path: Path) -> None:
    async with staged(tmp_path, petr_and_eva) as stage:
        await stage.press("3")
        Crm(tmp_path)("conflicts", "resolve", "--all", "--crm")
        for key in ("B", "e", "c", "R"):
            await stage.press(key)
        assert all(any(said in one for said in ("meanwhile", "already", "no conflict")) for one in stage.messages)
        assert value(stage, "Eva Bílá", "note") == "office 2"
        stage.app.look_whether_changed()
        await stage.settle()
        assert "No conflict is open." in stage.text


HOSTILE = "[ACME] x [/foo] \x1b]52;c;eA==\x07 \u202edesrever\u202c \u200b" + "long " * 600


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_values_neither_crash_nor_change_the_layout(tmp_path: Path, size: tuple[int, int]) -> None:
    def hostile(crm: Crm) -> None:
        _, hub, _ = clash(
            crm,
            [
                (
                    {"name": HOSTILE, "note": "[agreed", "title": "[/]"},
                    {"note": HOSTILE, "title": "[b \x1b[31m \u202e"},
                    {"note": "[/note] 漢字" + HOSTILE, "title": "[red]"},
                )
            ],
        )
        assert len(hub.conflicts()) == 2
        hub.store.close()

    async with staged(tmp_path, hostile, size) as stage:
        await stage.press("3")
        for keys in ("", "plus", "j", "B", "escape P", "escape e", "escape H", "escape k e", "escape"):
            text = await stage.press(*keys.split())
            assert text.startswith(" crmsync  1 Home")
            lines = text.split("\n")
            assert len(lines) == size[1]
            assert all(columns(line) <= size[0] for line in lines)
            assert not set(text) & {"\x1b", "\x07", "\u202e", "\u200b"}
        assert "ACME" in text.split("\n")[3]
        await stage.press("asterisk", "r", "enter")
        assert open_ones(stage) == []


@pytest.mark.parametrize("size", SIZES)
async def test_a_mastered_field_is_locked_with_the_reason(tmp_path: Path, size: tuple[int, int]) -> None:
    def mastered(crm: Crm) -> None:
        agreed = {"name": "Eva", "note": "agreed", "title": "Dr", "nickname": "E"}
        policy = Policy(masters={"title": Side.CRM, "nickname": Side.CRM})
        _, hub, _ = clash(crm, [(agreed, {"note": "office"}, {"note": "phone", "title": "Prof"})], policy)
        hub.store.close()

    masters = "".join(
        f'[[masters]]\ntype = "contact"\nfield = "{field}"\nsystem = "crm"\n' for field in ("title", "nickname")
    )
    async with staged(tmp_path, mastered, size, config=masters) as stage:
        text = await stage.press("3")
        assert "1 open, 1 put back" in text
        assert "⊘ title" in text and "Prof" in text
        assert "the CRM is master of this field (crm)" in text
        text = await stage.press("plus", "tab", "pagedown")
        assert "⊘ nickname" in text and "only crm changes it" in text


async def test_typing_filters_by_record_field_and_account(tmp_path: Path) -> None:
    async with staged(tmp_path, petr_and_eva) as stage:
        await stage.press("3", "slash")
        text = await stage.type("novak note")
        assert "Petr Novák" in text and "Eva" not in text and "Boss  " not in text.split("───")[0]
        await stage.press("escape", "asterisk", "c")
        assert {one.conflict.crm for one in open_ones(stage)} == {"office 2", "Boss"}
