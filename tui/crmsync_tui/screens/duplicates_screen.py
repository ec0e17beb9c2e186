"""Records that may be one, the likeliest first: each pair is merged after a preview, or left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from crmsync_tui.marks import marks
from crmsync_tui.pages import Known, Row
from crmsync_tui.screens.list_screen import ListScreen
from crmsync_tui.screens.merging import merge_after_preview
from crmsync_tui.shown import line, shown
from crmsync_tui.widgets.record_table import Column
from crmsync_tui.words import _


class DuplicatesScreen(ListScreen):
    """The pairs are looked for by a command of its own, since that may take a minute and all of a core."""

    NAME: ClassVar[str] = "records"
    HELP_TEXT: ClassVar[str] = _(
        "Pairs of records that may be one, with the reasons. Enter shows what merging would do and asks; u takes it "
        "back. x turns round which of the two stays."
    )
    COLUMNS = (
        Column(_("stays"), 16, 3),
        Column(_("type"), 8),
        Column(_("goes into it"), 16, 3),
        Column(_("score"), 5, right=True),
    )
    NO_ROW = _("there is no pair here")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("L", "merge", _("Merge"), id="duplicates.merge"),
        Binding("x", "turn_round", _("The other stays"), id="duplicates.turn_round"),
        Binding("escape", "leave", _("Back"), id="duplicates.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[Mapping[str, Any]] = []

    def body(self) -> Iterable[Widget]:
        """Title, pairs, reasons."""
        yield Static(_("Looking for records that may be one ..."), classes="title")
        yield from super().body()

    def on_mount(self) -> None:
        """Looks for them."""
        self._look()

    def reload(self) -> None:
        """Stays: what was found is of the moment at which it was looked for."""

    @work(exclusive=True, group="duplicates")
    async def _look(self) -> None:
        answer = await self.crm.errand.run("records", "duplicates")
        title = self.query_one(".title", Static)
        if not answer.well:
            title.update(shown(f"{marks().failed} {answer.text}"))
            return
        self._pairs = list(answer.data.get("duplicates", []))
        title.update(_("Records that may be one") if self._pairs else _("No two records look like one."))
        self._show()

    def _show(self) -> None:
        self.table.show(Known([_row(pair) for pair in self._pairs]))

    def _pair(self, key: str | None) -> Mapping[str, Any] | None:
        return next((pair for pair in self._pairs if _key(pair) == key), None)

    async def told(self, key: str) -> Iterable[Content]:
        """Both, and the reasons."""
        pair = self._pair(key)
        return [] if pair is None else _told(pair)

    def on_record_table_chosen(self) -> None:
        """Merges, after a preview."""
        self.action_merge()

    def action_turn_round(self) -> None:
        """The other of the two is to stay."""
        if (pair := self._pair(self.here())) is None:
            return
        place = self._pairs.index(pair)
        self._pairs[place] = {**pair, "records": [*reversed(pair["records"])]}
        self._show()

    @work(group="decide")
    async def action_merge(self) -> None:
        """Shows what it would do, and asks."""
        if (pair := self._pair(self.here())) is None:
            return
        keep, other = (one["id"] for one in pair["records"])
        if await merge_after_preview(self.crm, keep, other):
            gone = {other}
            self._pairs = [one for one in self._pairs if gone.isdisjoint(each["id"] for each in one["records"])]
            self._show()


def _key(pair: Mapping[str, Any]) -> str:
    return " ".join(sorted(one["id"] for one in pair["records"]))


def _row(pair: Mapping[str, Any]) -> Row:
    first, second = pair["records"]
    return Row(_key(pair), (line(first["name"]), line(first["type"]), line(second["name"]), str(pair["score"])))


def _told(pair: Mapping[str, Any]) -> Sequence[Content]:
    first, second = pair["records"]
    return [
        shown(f"{first['name']} ({first['id']})", "bold"),
        shown(f"{second['name']} ({second['id']})", "bold"),
        shown(f"{pair['score']} {pair['confidence']}"),
        *(shown(f" {marks().well} {reason}") for reason in pair["reasons"]),
    ]
