"""What the screens ask before something is done: a title, lines to read, and the keys that answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Footer, Static

from crmsync_tui.shown import shown
from crmsync_tui.words import _

T = TypeVar("T")


class Question(ModalScreen[T]):
    """Stands above the screen that asks. A subclass gives the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "app.show_keys", _("Keys"), show=False, id="question.keys"),
    ]
    DEFAULT_CSS = """
    Question { align: center middle; }
    Question > Vertical { width: 90%; height: auto; max-height: 90%; background: $surface; border: round $primary; }
    Question VerticalScroll { height: auto; max-height: 100%; padding: 0 1; }
    Question .title { text-style: bold; padding: 0 1; }
    """

    def __init__(self, title: str, lines: Sequence[Content]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> Iterable[Widget]:
        """Title, lines, keys."""
        with Vertical():
            yield Static(shown(self._title), classes="title")
            with VerticalScroll():
                yield Static(Content("\n").join(self._lines), id="lines")
            yield from self.below()
            yield Footer(show_command_palette=False, compact=True)

    def below(self) -> Iterable[Widget]:
        """What else stands between the lines and the keys."""
        return ()

    def tell(self, lines: Sequence[Content]) -> None:
        """Other lines."""
        self.query_one("#lines", Static).update(Content("\n").join(lines))
