"""An item that was there before is made anew: with the record's values, and with everything that only the item held."""

from __future__ import annotations

import re
from collections.abc import Mapping

from crmsync import translate
from crmsync.core.keys import same
from crmsync.cycle.job import record_of, uid_of
from crmsync.errors import Unreadable
from crmsync.formats.rename import rename
from crmsync.model import Record
from crmsync.values import Fields

_SAFE = re.compile(r"[A-Za-z0-9-]{1,120}")


def anew(
    format: str, record: Record, fields: Fields, last: tuple[str, bytes], blobs: Mapping[str, bytes]
) -> tuple[str, bytes] | None:
    """UID and bytes, from those it had last; `None` where these cannot be read.

    The UID stays, since groups and invitations name it, unless no connector could make an item of it or it is the mark
    of another record.
    """
    uid, raw = last
    try:
        shown = translate.read(format, record.type, raw).fields
        changes = {
            name: fields.get(name) for name in {*shown, *fields} if not same(name, shown.get(name), fields.get(name))
        }
        raw = translate.patch(format, record.type, raw, changes, blobs)
        if not _SAFE.fullmatch(uid) or record_of(uid) not in (None, record.id):
            uid = uid_of(record.id)
            raw = rename(format, raw, uid)
    except Unreadable:
        return None
    return uid, raw
