"""The form of one record: a line for each field; a field that may not be edited here says why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from crmsync.errors import CrmsyncError
from crmsync.review.editing import edit
from crmsync_tui.marks import marks
from crmsync_tui.record_form import Form, Line, changes
from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _


class EditScreen(MainScreen):
    """Saves what was changed, and nothing else."""

    NAME: ClassVar[str] = "records"
    HELP_TEXT: ClassVar[str] = _(
        "Each line is a field, written as crmsync records set takes it: lists with commas, a label before an entry "
        "(work:anna@acme.it, home:a@b.it), an address with semicolons between street, city, region, postcode and "
        "country. An empty line empties the field. ctrl+s saves what was changed; escape leaves everything as it was."
    )
    DEFAULT_CSS = """
    EditScreen .title { padding: 0 1; }
    EditScreen Horizontal { height: auto; }
    EditScreen .label { width: 16; padding: 0 1; color: $text-muted; }
    EditScreen Input { width: 1fr; }
    EditScreen TextArea { width: 1fr; height: 4; }
    EditScreen .locked { width: 1fr; }
    EditScreen .problem { height: auto; padding: 0 1; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", _("Save"), id="edit.save", priority=True),
        Binding("escape", "leave", _("Leave"), id="edit.leave"),
    ]

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def body(self) -> Iterable[Widget]:
        """Title, lines, what is wrong."""
        kind = f"{self._form.record.type} {self._form.record.id}"
        yield Static(shown(f"{self._form.name}  {kind}", "bold"), classes="title")
        with VerticalScroll(can_focus=False):
            for number, one in enumerate(self._form.lines):
                with Horizontal():
                    yield Static(shown(one.field), classes="label")
                    yield _entry(number, one)
        yield Static("", classes="problem")

    def on_mount(self) -> None:
        """One types at once."""
        for widget in self.query("Input, TextArea"):
            widget.focus()
            return

    def reload(self) -> None:
        """Stays: what somebody types is not taken away."""

    def _typed(self) -> dict[str, str]:
        typed: dict[str, str] = {}
        for number, one in enumerate(self._form.lines):
            for widget in self.query(f"#line-{number}"):
                text = widget.value if isinstance(widget, Input) else cast("TextArea", widget).text
                typed[one.field] = text
        return typed

    def on_input_submitted(self) -> None:
        """Enter goes on to the next line."""
        self.focus_next()

    @work(group="decide")
    async def action_save(self) -> None:
        """Saves, or says which field cannot hold what was typed."""
        form = self._form
        try:
            wanted = changes(form, self._typed())
        except CrmsyncError as error:
            self.query_one(".problem", Static).update(shown(f"{marks().failed} {error}"))
            return
        if not wanted:
            self.dismiss(None)
            return
        if await self.crm.decide("records set", lambda tx: edit(tx, form.record.id, wanted), _saved) is not None:
            self.dismiss(None)


def _entry(number: int, one: Line) -> Widget:
    if one.locked:
        return Static(shown(f"{one.text}  {marks().locked} {one.locked}".strip()), classes="locked")
    if one.long:
        return TextArea(one.text, id=f"line-{number}", compact=True, placeholder=shown(one.hidden))
    return Input(one.text, id=f"line-{number}", compact=True, select_on_focus=False, placeholder=line(one.hidden))


def _saved(done: object) -> str:
    names = ", ".join(map(str, done)) if isinstance(done, (list, tuple)) else ""
    return _("changed: {fields}").format(fields=names) if names else _("nothing was changed")
