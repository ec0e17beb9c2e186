"""Which keys there are: what each does where one is, for the help; and what a user's own keys are called.

A key means one thing on a screen together with its widgets and the app, and `123456nNgGuUjk` mean the same on all
screens (tests/tui/test_keys.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen

from crmsync_tui.marks import UNICODE, marks
from crmsync_tui.words import _

_OURS = "crmsync_tui"
_TITLES = {
    "RecordTable": _("In a list"),
    "FilterLine": _("In the line above a list"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Keys that act in one place, each with what it does and the name by which a user maps it."""

    title: str
    keys: tuple[tuple[str, str, str], ...]


def declared(kind: type[DOMNode]) -> Iterator[Binding]:
    """The keys that a class of ours has, its own and those it inherits from another of ours."""
    for one in kind.__mro__:
        if one.__module__.split(".")[0] == _OURS:
            for binding in vars(one).get("BINDINGS", ()):
                assert isinstance(binding, Binding)
                yield binding


def ids() -> frozenset[str]:
    """Every name of a key that a user's config can map."""
    return frozenset(binding.id for kind in _kinds(DOMNode) for binding in declared(kind) if binding.id)


def _kinds(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)


def groups(screen: Screen[object], mapped: Mapping[str, str]) -> Iterator[Group]:
    """All keys that act on a screen: its own, those of its widgets, those of the app. `mapped`: the user's own."""
    show = screen.app.get_key_display
    yield Group(_("On this screen"), tuple(_lines(declared(type(screen)), mapped, show)))
    for kind in dict.fromkeys(type(widget) for widget in screen.walk_children()):
        if keys := tuple(_lines(declared(kind), mapped, show)):
            yield Group(_TITLES.get(kind.__name__, _("Elsewhere on it")), keys)
    if not screen.is_modal:
        usual = (("tab", _("next part of the screen"), ""), ("^p", _("Commands"), ""), ("F1", _("Help"), ""))
        yield Group(_("Everywhere"), (*_lines(declared(type(screen.app)), mapped, show), *usual))


def _lines(
    bindings: Iterable[Binding], mapped: Mapping[str, str], show: Callable[[Binding], str]
) -> Iterator[tuple[str, str, str]]:
    for binding in bindings:
        keys = mapped.get(binding.id or "", binding.key).split(",")
        yield " ".join(show(Binding(key.strip(), "")) for key in keys), binding.description, binding.id or ""


def in_ascii(key: str) -> str:
    """What Textual calls a key, without the arrows it has for some."""
    if marks() is UNICODE or key.isascii():
        return key
    names = {format_key(name): name for name in ("up", "down", "left", "right", "backspace", "enter")}
    for sign, name in names.items():
        key = key.replace(sign, name)
    return key
