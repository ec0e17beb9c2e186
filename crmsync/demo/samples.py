"""The people, meetings and tasks of the demo: as phones and programs write them."""

from __future__ import annotations

from pathlib import Path

from crmsync.demo.server import Shelf
from crmsync.formats import registry

FILES = Path(__file__).parent / "files"


def shelves() -> list[Shelf]:
    """What the demo's server starts with: one address book, one calendar, one task list."""
    return [
        _shelf("people", "Work contacts", "VADDRESSBOOK", "", "addressbook.vcf"),
        _shelf("meetings", "Meetings", "VCALENDAR", "VEVENT", "calendar.ics"),
        _shelf("tasks", "Tasks", "VCALENDAR", "VTODO", "tasks.ics"),
    ]


def _shelf(name: str, shown: str, tag: str, components: str, file: str) -> Shelf:
    form = registry.get("vcard" if file.endswith(".vcf") else "ical")
    pieces = form.split((FILES / file).read_bytes())
    ending = file[-4:]
    items = [(f"{form.parse(piece).uid}{ending}", piece) for piece in pieces]
    return Shelf(name, shown, tag, components, items)
