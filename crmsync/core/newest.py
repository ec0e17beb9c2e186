"""Which side changed a field last, where both times can be trusted; and why nobody can tell, where they cannot.

The remote's time is that of its whole item (REV, LAST-MODIFIED). It is believed only when the item's last change, which
we know to lie between two looks at the remote, could have had that time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crmsync.model import Side

_SKEW = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Newest:
    """The side that changed last; without one, `why` says what is not known."""

    side: Side | None
    why: str = ""


def newest(ours: str | None, theirs: str, seen: str, now: str) -> Newest:
    """Compares two times (ISO 8601 in UTC).

    `ours`: when the field was changed in the CRM, `None` where that is not known. `theirs`: when the remote says that
    its item was changed, `""` where it does not. `seen`: when it was looked at last, without the change; `""`: never.
    """
    if ours is None:
        return Newest(None, "the CRM's value came from another account, and nobody knows when it was changed there")
    if not theirs:
        return Newest(None, "the remote does not say when its item was changed")
    mine, other = datetime.fromisoformat(ours), datetime.fromisoformat(theirs)
    if other > datetime.fromisoformat(now) + _SKEW:
        return Newest(None, "the remote's time of change lies in the future")
    if seen and other < datetime.fromisoformat(seen) - _SKEW:
        return Newest(None, "the remote's time of change is older than a look at the item without the change")
    if mine == other:
        return Newest(None, "both sides were changed in the same second")
    return Newest(Side.REMOTE if other > mine else Side.CRM)
