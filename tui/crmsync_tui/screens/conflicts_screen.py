"""Conflicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from crmsync_tui.screens.main_screen import MainScreen
from crmsync_tui.widgets.record_table import Column, RecordTable
from crmsync_tui.words import _


class ConflictsScreen(MainScreen):
    """Conflicts."""

    NAME: ClassVar[str] = "conflicts"

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield RecordTable([Column(_("name"), 20, 1)], id="list")

    def reload(self) -> None:
        """Asks for the list."""
