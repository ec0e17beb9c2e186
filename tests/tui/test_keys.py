"""Keys: none means two things, every one has a name that a user can map, and all of them are in the help."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

import crmsync_tui.screens
import crmsync_tui.widgets
from crmsync_tui.app import CrmsyncApp
from crmsync_tui.keys import declared, ids
from crmsync_tui.screens.main_screen import MainScreen
from tests.tui.italian import translated
from tests.tui.stage import SIZES, staged
from tests.tui.test_hostile_names import fill

for package in (crmsync_tui.screens, crmsync_tui.widgets):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)


def ours(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("crmsync_tui"):
            yield one
        yield from ours(one)


SCREENS = list(dict.fromkeys(ours(Screen)))
WIDGETS = [kind for kind in dict.fromkeys(ours(Widget)) if not issubclass(kind, Screen)]
RESERVED = frozenset("123456nNgGuUjk")
EVERYWHERE: dict[str, str | tuple[str, ...]] = {
    **dict.fromkeys("123456", "switch_mode"),
    "u": "undo",
    "U": "redo",
    "j": ("cursor(1)", "scroll_down", "cursor_down"),
    "k": ("cursor(-1)", "scroll_up", "cursor_up"),
    "g": ("edge(False)", "scroll_home"),
    "G": ("edge(True)", "scroll_end"),
}
"""What the reserved keys may be bound to; n and N go to the next and the one before."""
GOES_BACK = ("escape", "enter", "tab")
"""Keys that act on whatever is nearest: a line that is left, a row that is opened, a screen that is closed."""


def single(bindings: Iterator[Binding]) -> list[tuple[str, Binding]]:
    return [(key.strip(), binding) for binding in bindings for key in binding.key.split(",")]


def test_what_is_looked_at_is_not_nothing() -> None:
    assert len(SCREENS) > 8
    assert len(WIDGETS) > 3


@pytest.mark.parametrize("screen", SCREENS, ids=lambda kind: kind.__name__)
def test_no_key_means_two_things_on_a_screen_with_its_widgets_and_the_app(screen: type[DOMNode]) -> None:
    mine = single(declared(screen))
    above = single(declared(CrmsyncApp)) if issubclass(screen, MainScreen) else []
    meant = {
        (key, binding.action.removeprefix("app.")) for key, binding in mine + above
    }  # of two that do the same, one
    assert len(mine) == len({key for key, _ in mine})
    assert [key for key, n in Counter(key for key, _ in meant).items() if n > 1] == []
    for widget in WIDGETS:
        theirs = single(declared(widget))
        if issubclass(screen, MainScreen):
            clashes = {key for key, _ in theirs} & {key for key, _ in mine + above} - set(GOES_BACK)
            assert not clashes, widget.__name__


@pytest.mark.parametrize("kind", [CrmsyncApp, *SCREENS, *WIDGETS], ids=lambda kind: kind.__name__)
def test_reserved_letters_mean_the_same_everywhere(kind: type[DOMNode]) -> None:
    for key, binding in single(declared(kind)):
        if key in RESERVED and key not in "nN":
            assert binding.action.startswith(EVERYWHERE[key]), (key, binding.action)


@pytest.mark.parametrize("kind", [CrmsyncApp, *SCREENS, *WIDGETS], ids=lambda kind: kind.__name__)
def test_every_key_has_a_name_a_word_and_something_that_it_does(kind: type[DOMNode]) -> None:
    for binding in declared(kind):
        assert (binding.id and "." in binding.id) or kind is CrmsyncApp, binding
        assert binding.description, binding
        target, _, name = binding.action.split("(")[0].rpartition(".")
        owner = {"app": CrmsyncApp, "screen": Screen}.get(target, kind)
        assert hasattr(owner, f"action_{name}"), binding.action


def test_names_of_keys_are_used_once() -> None:
    named: list[str] = []
    for kind in {CrmsyncApp, *SCREENS, *WIDGETS}:
        named += [binding.id for binding in vars(kind).get("BINDINGS", ()) if binding.id]
    assert [name for name, n in Counter(named).items() if n > 1] == []
    assert ids() >= set(named)


@pytest.mark.parametrize("key", ["1", "2", "3", "4", "6"])
async def test_every_key_of_a_screen_its_widgets_and_the_app_is_in_the_help(tmp_path: Path, key: str) -> None:
    async with staged(tmp_path, fill, (160, 120)) as stage:
        await stage.press(key)
        screen = stage.app.screen
        nodes = [stage.app, screen, *screen.walk_children()]
        wanted = {binding.id for node in nodes for binding in declared(type(node))}
        text = await stage.press("question_mark")
        assert {id for id in wanted if id and id not in text} == set()
        assert stage.app.screen is not screen
        await stage.press("escape")
        assert stage.app.screen is screen


@pytest.mark.parametrize("size", SIZES)
async def test_f1_says_what_the_screen_is_for_and_question_mark_goes_on_to_its_keys(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with staged(tmp_path, fill, size) as stage:
        await stage.press("2")
        text = await stage.press("f1")
        assert "Nothing is written at the account" in " ".join(text.replace("│", " ").split())
        text = await stage.press("question_mark")
        assert "queue.company" in text
        await stage.press("escape")
        assert isinstance(stage.app.screen, MainScreen)


async def test_help_of_a_question_shows_the_keys_that_answer_it(tmp_path: Path) -> None:
    async with staged(tmp_path, fill, SIZES[1]) as stage:
        await stage.press("2", "asterisk", "enter")
        question = stage.app.screen
        text = await stage.press("question_mark")
        assert "preview.do" in text
        assert "go.home" not in text
        await stage.press("escape")
        assert stage.app.screen is question
        await stage.press("escape")


async def test_a_user_chooses_keys_and_a_name_that_is_none_is_told(tmp_path: Path) -> None:
    config = '[tui.keys]\n"queue.lead" = "x,f5"\n"queue.leed" = "y"\nundo = "z"\n'
    async with staged(tmp_path, fill, SIZES[1], config=config) as stage:
        assert any("queue.leed" in message for message in stage.messages)
        await stage.press("2", "l")
        assert types_given(stage.store()) == []
        await stage.press("x")
        assert types_given(stage.store()) == ["lead"]
        await stage.press("u")
        assert types_given(stage.store()) == ["lead"]
        await stage.press("z")
        assert types_given(stage.store()) == []
        text = await stage.press("question_mark")
        line = next(line for line in text.splitlines() if "queue.lead" in line)
        assert "x" in line and "f5" in line.lower()


def types_given(store: object) -> list[str]:
    from crmsync.store.store import Store

    assert isinstance(store, Store)
    with store, store.view() as view:
        return [str(row.item.type) for row in view.queue.list() if row.item.type]


def footer(screen: type[DOMNode], words: Callable[[str], str]) -> str:
    """What stands below a screen: the keys that are shown, in their order."""
    from textual.keys import format_key

    both = [*vars(screen).get("BINDINGS", ()), *CrmsyncApp.BINDINGS]
    keys = [one for one in both if isinstance(one, Binding) and one.show]
    return " ".join(f"{format_key(one.key.split(',')[0])} {words(one.description)}" for one in keys)


@pytest.mark.parametrize(
    "screen", [one for one in SCREENS if issubclass(one, MainScreen)], ids=lambda one: one.__name__
)
def test_the_keys_below_a_screen_fit_eighty_columns_in_both_languages(screen: type[DOMNode]) -> None:
    italian = translated()

    def in_italian(text: str) -> str:
        found = italian.get(text)
        return str(found.string) if found is not None else text

    for said in (footer(screen, str), footer(screen, in_italian)):
        assert len(said) <= 80, f"{len(said)}: {said}"
