"""Help: what a screen is for, and every key that acts on it."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from crmsync_tui.keys import Group
from crmsync_tui.screens.reading import Reading
from crmsync_tui.shown import shown
from crmsync_tui.words import _

_GENERAL: tuple[str, ...] = (
    _("Letters act at once, on the marked rows or on the row below the cursor. A key that cannot act says why."),
    _("space marks a row, v all from the last marked row to this one, * all that match, also those out of sight."),
    _("/ leads into the line above the list; enter or escape leads back. tab goes to the next part of the screen."),
    _("u takes back the last decision or run, also one of yesterday; U brings it back."),
    _("Decisions change the CRM at once. Phones and servers follow with the next sync: by itself, or with S."),
    _("! stands beside what needs you. Everything here can be done by commands too: crmsync --help."),
    _("Keys are your own to choose: under [tui.keys] in the config, by the names that ? shows."),
)


class Help(Reading):
    """Scrolls with the arrows; ends with escape."""


def purpose(help_text: str) -> Iterator[Content]:
    """What a screen is for, and what holds everywhere."""
    if help_text:
        yield shown(help_text)
        yield Content("")
    for text in _GENERAL:
        yield shown(text)
    yield Content("")
    yield shown(_("? shows all keys."), "bold")


def keys_told(groups: Iterator[Group]) -> Iterator[Content]:
    """Keys in lines: what to press, what it does, its name in the config."""
    for group in groups:
        yield shown(group.title, "bold")
        for keys, does, id in group.keys:
            yield Content.assemble(shown(f"  {keys:<12}  {does:<30} "), shown(id, "dim"))
        yield Content("")
