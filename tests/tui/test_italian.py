"""Italian: every text the code shows is translated, with the same placeholders, and compiled."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tests.tui.italian import MO, PO, compiled, template, translated

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def strings(found: object) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)  # type: ignore[arg-type]


def messages() -> list[Message]:
    return [one for one in translated() if one.id]


def test_every_text_of_the_code_is_in_italian_and_none_is_left_over() -> None:
    said, known = {one.id for one in template() if one.id}, {one.id for one in messages()}
    assert said - known == set(), "run `make words` and fill in what is new"
    assert known - said == set(), "run `make words`"
    assert len(said) > 400


def test_none_is_empty_or_doubtful() -> None:
    assert [one.id for one in messages() if one.fuzzy or not all(strings(one.string))] == []


def test_placeholders_and_plural_forms_are_those_of_the_english_text() -> None:
    assert translated().num_plurals == 2
    assert "n != 1" in translated().plural_expr
    for one in messages():
        ids, texts = strings(one.id), strings(one.string)
        assert len(ids) == len(texts), one.id
        for english, italian in zip(ids, texts, strict=True):
            assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(italian)), english


def test_what_is_compiled_is_what_is_translated() -> None:
    assert MO.read_bytes() == compiled(translated()), "run `make words`"
    assert b"\r" not in PO.read_bytes()


@pytest.mark.timeout(60)
def test_the_queue_speaks_italian(tmp_path: Path) -> None:
    """In a process of its own: the language is chosen before the screens are read."""
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from crmsync_tui import words; words.choose('it', {})\n"
        "from tests.tui.stage import staged\n"
        "async def run():\n"
        "    fill = lambda crm: crm.meet([('Anna Rossi', 'anna@acme.example'), ('Eva', 'eva@b.example')])\n"
        "    async with staged(Path(sys.argv[1]), fill, config='[tui]\\nlanguage = \"it\"\\n') as stage:\n"
        "        print(await stage.press('2')); await stage.press('asterisk', 'p'); print(stage.messages)\n"
        "        print(await stage.press('f1'))\n"
        "asyncio.run(run())\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    for text in ("Coda", "Azienda", "Contatto", "filtro:", "2 elementi fatti", "Le lettere agiscono subito"):
        assert text in found.stdout
    assert "Company" not in found.stdout
