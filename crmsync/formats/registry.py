"""Which format reads which collection: `RemoteCollection.format` names an entry here."""

from __future__ import annotations

from functools import cache

from crmsync.errors import Bug
from crmsync.formats.base import Format


@cache
def get(name: str) -> Format:
    """The format called `vcard`, `ical` or `row`; imported when first asked for, since each costs start-up time."""
    match name:
        case "vcard":
            from crmsync.formats.vcard import VCARD

            return VCARD
        case "ical":
            from crmsync.formats.ical import ICAL

            return ICAL
        case "row":
            from crmsync.formats.row import ROW

            return ROW
        case _:
            raise Bug(f'no format is called "{name}"')
