"""What the accounts wizard asks beside texts: the kind, the collections, and whether to sync now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import SelectionList
from textual.widgets.selection_list import Selection

from crmsync_tui.account_rows import box
from crmsync_tui.screens.question import Question
from crmsync_tui.shown import shown
from crmsync_tui.words import _

_MODES = ("two-way", "import", "export")


class KindQuestion(Question[str | None]):
    """Gives the kind of an account."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "answer('dav')", _("CardDAV, CalDAV"), id="kind.dav"),
        Binding("i", "answer('icloud')", _("iCloud"), id="kind.icloud"),
        Binding("f", "answer('folder')", _("Folder"), id="kind.folder"),
        Binding("c", "answer('csv')", _("CSV"), id="kind.csv"),
        Binding("escape", "leave", _("Back"), id="kind.leave"),
    ]

    def action_answer(self, kind: str) -> None:
        """Ends it."""
        self.dismiss(kind)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


class Boxes(SelectionList[int]):
    """Check boxes; enter belongs to the question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", _("down"), show=False, id="boxes.down"),
        Binding("up,k", "cursor_up", _("up"), show=False, id="boxes.up"),
        Binding("space", "select", _("Take part"), id="boxes.toggle"),
    ]


class CollectionsQuestion(Question[tuple[list[int], str] | None]):
    """Gives the places of the collections that take part, and the mode."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", _("Go on"), priority=True, id="collections.take"),
        Binding("m", "next_mode", _("Mode"), id="collections.mode"),
        Binding("escape", "leave", _("Back"), id="collections.leave"),
    ]
    DEFAULT_CSS = """
    CollectionsQuestion Boxes { height: auto; max-height: 12; }
    """

    def __init__(self, found: Sequence[Mapping[str, Any]], chosen: Sequence[str], mode: str) -> None:
        super().__init__(_("What takes part?"), [])
        self._mode = mode
        self._boxes = Boxes(
            *(Selection(box(one), n, not chosen or one["href"] in chosen) for n, one in enumerate(found))
        )

    def below(self) -> Iterable[Widget]:
        """The boxes."""
        yield self._boxes

    def on_mount(self) -> None:
        """Keys act on the boxes."""
        self._boxes.focus()
        self._say()

    def _say(self, fault: str = "") -> None:
        words = {
            "two-way": _("two-way: changes go both ways"),
            "import": _("import: nothing is ever written there"),
            "export": _("export: nothing comes from there"),
        }
        lines = [shown(_("m changes the mode: {mode}").format(mode=words[self._mode]))]
        self.tell([*lines, shown(fault, "bold")] if fault else [*lines, Content("")])

    def action_next_mode(self) -> None:
        """Another way for values to flow."""
        self._mode = _MODES[(_MODES.index(self._mode) + 1) % len(_MODES)]
        self._say()

    def action_take(self) -> None:
        """Goes on, with one at least."""
        if not self._boxes.selected:
            self._say(_("take one at least: space"))
            return
        self.dismiss((sorted(self._boxes.selected), self._mode))

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


class FirstSync(Question[str]):
    """Gives `now`, `later` or `back`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "answer('now')", _("Sync now"), id="first_sync.now"),
        Binding("l", "answer('later')", _("Later"), id="first_sync.later"),
        Binding("escape", "answer('back')", _("Back: forget the account again"), id="first_sync.back"),
    ]

    def action_answer(self, word: str) -> None:
        """Ends it."""
        self.dismiss(word)
