"""When an account is due again. Pure: the time, and chance as a number from 0 to 1, are arguments.

A failure that goes by itself is asked about again after a minute, then after twice as long each time, up to an hour;
what a server says itself (Retry-After) comes first, and is capped by whoever read it. What only a person can mend is
looked at again every six hours, since persons mend things elsewhere too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crmsync.config import DaemonConfig
from crmsync.errors import Busy, Halt, Retry

_FIRST, _LONGEST = 60.0, 3600.0
_HALTED = 6 * 3600.0
_SPREAD = 0.1
"""The share of a pause by which accounts are kept from coming all at once."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How an account has been doing: how many times in a row it failed by something that goes by itself."""

    failures: int = 0

    def after(self, error: Exception | None) -> Pace:
        """The same after one more cycle."""
        return Pace(self.failures + 1) if isinstance(error, Retry) else Pace()

    def pause(self, error: Exception | None, settings: DaemonConfig, chance: float) -> float:
        """Seconds until the next cycle, after one that ended with `error`; `self` counts it already."""
        match error:
            case Busy(after=after) if after > 0:
                return after * (1 + _SPREAD * chance)
            case Retry():
                return min(_FIRST * 2.0 ** max(0, self.failures - 1), _LONGEST) * (1 + _SPREAD * chance)
            case Halt():
                return max(_HALTED, settings.every)
            case _:
                return settings.every * (1 + _SPREAD * (2 * chance - 1))

    @property
    def lasting(self) -> bool:
        """Whether a failure that goes by itself has not: the first one stays quiet."""
        return self.failures > 1


def not_in_quiet_hours(at: datetime, hours: tuple[int, int] | None) -> datetime:
    """The same time, or the end of the quiet hours it falls into. `at` is in the machine's own zone."""
    if hours is None:
        return at
    start, end = hours
    minute = at.hour * 60 + at.minute
    quiet = start <= minute < end if start <= end else minute >= start or minute < end
    if not quiet:
        return at
    over = at.replace(hour=end // 60, minute=end % 60, second=0, microsecond=0)
    return over if over > at else over + timedelta(days=1)
