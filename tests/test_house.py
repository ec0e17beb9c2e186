"""What keeps this house readable, and its first commands true. `make check` runs these without the other tests."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(path for folder in ("crmsync", "tui", "daemon", "tests") for path in (ROOT / folder).rglob("*.py"))
PRODUCT = [path for path in FILES if not path.is_relative_to(ROOT / "tests")]
PURE = [path for path in PRODUCT if path.is_relative_to(ROOT / "crmsync/core") or path.parent.name == "formats"]

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
SAYS_NOTHING = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|handlers?|processors?)(_|$)")
TAKEN = sys.stdlib_module_names | {
    "icalendar",
    "vobject",
    "caldav",
    "textual",
    "httpx2",
    "lxml",
    "keyring",
    "radicale",
    "dns",
}
HEAVY = {
    "textual",
    "caldav",
    "msal",
    "keyring",
    "icalendar",
    "click",
    "httpx2",
    "lxml",
    "phonenumbers",
    "msgspec",
    "dns",
}
WORLD = {"now", "utcnow", "today", "open", "print", "input", "eval", "exec"}
"""What a pure function neither asks nor tells, by the name of the function it would call."""


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def called(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                yield node.lineno, name
            case _:
                pass


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def test_a_file_is_short_enough_to_hold_one_noun() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}


def test_a_function_fits_on_one_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in FILES
        for node in functions(parse(path))
        if (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long


def test_a_file_is_named_after_what_it_holds() -> None:
    assert not [str(path.relative_to(ROOT)) for path in FILES if SAYS_NOTHING.search(path.stem)]


def test_no_module_has_the_name_of_one_we_import() -> None:
    assert not [str(path.relative_to(ROOT)) for path in PRODUCT if path.stem in TAKEN]


def test_the_core_and_the_formats_neither_ask_the_clock_nor_open_anything() -> None:
    assert not [
        f"{path.relative_to(ROOT)}:{line} {name}()"
        for path in PURE
        for line, name in called(parse(path))
        if name in WORLD
    ]


def test_every_public_module_says_what_it_is_for() -> None:
    assert not [str(path.relative_to(ROOT)) for path in PRODUCT if not ast.get_docstring(parse(path))]


def test_the_pins_are_versions_and_name_no_place() -> None:
    pins = (ROOT / "requirements/dev.txt").read_text("utf-8").splitlines()
    assert pins
    assert not [line for line in pins if not re.fullmatch(r"[a-z0-9._-]+==[^\s;/:]+( ; [^/:]+)?", line)]


def test_each_step_of_the_schema_has_a_number_of_its_own() -> None:
    from crmsync.store.schema import VERSION

    steps = sorted(path.name[:4] for path in (ROOT / "crmsync/store/migrations").glob("*.sql"))
    assert steps == [f"{number:04}" for number in range(1, VERSION + 1)]


def test_each_decision_has_a_number_of_its_own_and_says_it() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    assert not [path.name for path in decisions if not path.read_text("utf-8").startswith(f"# {path.name[:4]} · ")]


def test_no_lock_file_with_addresses_is_kept() -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    assert not [name for name in kept if re.search(r"(^|/)(uv\.lock|poetry\.lock|Pipfile\.lock|pylock.*\.toml)$", name)]


def test_every_make_command_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    documents = [ROOT / "README.md", ROOT / ".ci/run", *(ROOT / "docs").rglob("*.md")]
    named = {path: set(re.findall(r"(?:^|[`\"])make ([a-z]+)", path.read_text("utf-8"), re.M)) for path in documents}
    assert {"demo", "test"} <= named[ROOT / "README.md"]
    assert not set().union(*named.values()) - targets


SAYS_WHAT_IT_LOADED = """
import json, sys
from crmsync.cli import main
code = main(sys.argv[1:])
sys.stdout.write("\\n" + json.dumps(sorted(sys.modules)))
sys.exit(code)
"""


@pytest.mark.parametrize("command", [["status", "--json"], ["status"], ["--help"], ["queue", "list"]])
def test_looking_at_the_state_loads_nothing_heavy(command: list[str], tmp_path: Path) -> None:
    home = {**os.environ, "CRMSYNC_HOME": str(tmp_path / "home")}
    run = partial(subprocess.run, env=home, capture_output=True, text=True, check=True)
    run([sys.executable, "-c", SAYS_WHAT_IT_LOADED, "init", "--yes"])
    done = run([sys.executable, "-c", SAYS_WHAT_IT_LOADED, *command])
    loaded = {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    assert "crmsync" in loaded
    assert not loaded & HEAVY
