"""What the settings screen shows of the config file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content

from crmsync import config_text
from crmsync.config_file import parse
from crmsync.desk import Desk
from crmsync.errors import BadConfig
from crmsync_tui.pages import Row
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _

AT_ONCE = ("tui.theme", "tui.keys")
"""What is seen as soon as it is saved."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The file as it was read: its text, and every setting by its key. `fault` says why it cannot be used."""

    path: Path
    text: str = ""
    rows: tuple[Row, ...] = ()
    fault: str = ""


def read(path: Path) -> Settings:
    """Reads the file. What is wrong with it is part of the answer. Raises nothing but what the disk does."""
    try:
        text = config_text.read(path)
        there = config_text.said(text, path)
    except BadConfig as error:
        return Settings(path, fault=str(error))
    usual = {one.key: one.default for one in config_text.settings()}
    return Settings(path, text, tuple(_row(key, value, key in there) for key, value in {**usual, **there}.items()))


def looks(desk: Desk) -> tuple[str, Mapping[str, str]]:
    """The theme and the keys that the file asks for now. Raises `BadConfig`."""
    path = desk.home.config
    tui = parse(config_text.read(path).encode(), path).tui
    return tui.theme, tui.keys


def _row(key: str, value: object, in_file: bool) -> Row:
    cells = (line(key), line(word(value)), _("file") if in_file else _("default"), effect(key))
    return Row(key, cells, dim=not in_file)


def effect(key: str) -> str:
    """When a change is seen."""
    if key.startswith(AT_ONCE):
        return _("at once")
    return _("after restart") if key.startswith(("tui.", "user")) else _("next command")


def word(value: object) -> str:
    """A value as it would be typed."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def told(key: str, choices: Sequence[str]) -> list[Content]:
    """What a setting means, and what it can be."""
    words = {
        "region": _("The country that phone numbers without a country code belong to: two letters, IT."),
        "user": _("Who acts when nobody is named."),
        "policy.on_conflict": _("What happens when both sides changed one field."),
        "policy.on_delete": _("What a deletion at the remote means for the record."),
        "policy.fields": _("The same for this field alone."),
        "budgets.deletes": _("More deletions than floor, and than this share of the items, are held for a person."),
        "budgets.blanked": _("More emptied records than floor, and than this share, are held for a person."),
        "budgets.field": _("More changes of one field than floor, and than this share, are held for a person."),
        "tui.theme": _("The colours. ansi-dark and ansi-light use the terminal's own."),
        "tui.marks": _("The signs beside the text."),
        "tui.language": _("The language of the screens; empty: what the environment says."),
        "daemon.every": _("How often the daemon syncs each account: 90s, 15m, 6h."),
        "daemon.push_after": _("How soon after a change of the CRM the daemon syncs."),
        "daemon.quiet_hours": _("When the daemon rests, in this machine's time: 22:00-06:00; empty: never."),
        "daemon.drop_folder": _("The daemon imports what is put there; empty: nothing."),
        "tui.keys": _("Another key for what F1 names so."),
    }
    said = next((text for start, text in words.items() if key.startswith(start)), "")
    lines = [shown(key, "bold"), shown(said), shown(_("A change is seen: {when}.").format(when=effect(key)))]
    if choices:
        lines.append(shown(_("One of: {choices}").format(choices=", ".join(one or '""' for one in choices))))
    return [one for one in lines if one.plain]
