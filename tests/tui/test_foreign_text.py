"""No widget is given a text that it would read as markup: looked for in the source of every screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import crmsync_tui

SOURCES = sorted(Path(crmsync_tui.__file__).parent.rglob("*.py"))
MARKUP = {"Static", "Label", "Button", "Checkbox", "RadioButton", "Digits", "Link", "Markdown", "Collapsible", "Tab"}
"""Widgets that read a `str` as markup."""
TITLES = {"border_title", "border_subtitle"}
HARMLESS = {"shown", "Content", "_"}
"""What makes a text that a widget does not read, and our own words."""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            func = node.func
            yield (func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")), node


def markup_off(call: ast.Call) -> bool:
    return any(
        one.arg == "markup" and isinstance(one.value, ast.Constant) and one.value.value is False
        for one in call.keywords
    )


def harmless(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in HARMLESS or (name in ("join", "assemble", "styled") and "Content" in ast.unparse(node.func))


def faults(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    for name, call in calls(tree):
        where = f"line {call.lineno}: {ast.unparse(call)[:80]}"
        first = call.args[0] if call.args else None
        if name == "notify" and not markup_off(call):
            yield where
        if name in MARKUP and first is not None and not harmless(first) and not markup_off(call):
            yield where
        if name == "from_markup":
            yield where
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named = any(isinstance(one, ast.Attribute) and one.attr in TITLES for one in targets)
            if named and node.value is not None and not harmless(node.value):
                yield f"line {node.lineno}: {ast.unparse(node)[:80]}"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_no_widget_reads_foreign_text_as_markup(file: Path) -> None:
    assert list(faults(file.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "self.notify(name)",
        "app.notify(name, markup=True)",
        "Static(name)",
        "Label(f'{name}')",
        "widgets.Button(record.name, id='x')",
        "self.border_title = name",
        "Content.from_markup(name)",
        "Text.from_markup(name)",
    ],
)
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert list(faults(source))


@pytest.mark.parametrize(
    "source", ["self.notify(name, markup=False)", "Static(shown(name))", "Static()", "Label(_('Name'))", "Button('x')"]
)
def test_the_search_leaves_alone_what_is_harmless(source: str) -> None:
    assert not list(faults(source))
