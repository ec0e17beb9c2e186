"""An item without what we wrote into it, as far as nobody else has written there since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmsync import translate
from crmsync.core.keys import same
from crmsync.core.take_back import take_back
from crmsync.model import RecordType
from crmsync.store.stretches import Stretch
from crmsync.values import Changes


@dataclass(frozen=True, slots=True)
class Without:
    """`raw`: the bytes without our writes. `back`: the fields that change by it. `later`: fields of ours that somebody
    edited since; they stay."""

    raw: bytes
    back: Changes
    later: tuple[str, ...]


def without_us(format: str, type: RecordType | None, raw: bytes, stretches: Sequence[Stretch]) -> bytes:
    """The bytes without the writes of these stretches, newest first: as they were, where nobody else has written since.

    Where somebody has, only the fields of a record of this type can be told apart. Raises `Unreadable`.
    """
    for stretch in stretches:
        assert stretch.original is not None
        if stretch.untouched(raw):
            raw = stretch.original
        elif type is not None:
            raw = _patched_back(format, type, raw, stretch)
    return raw


def weigh(format: str, type: RecordType, raw: bytes, stretches: Sequence[Stretch]) -> Without:
    """The same, with what it means for the fields. Raises `Unreadable`."""
    bare = without_us(format, type, raw, stretches)
    now, then = (translate.read(format, type, text).fields for text in (raw, bare))
    before: dict[str, Any] = {}
    for stretch in stretches:
        before |= stretch.before
    back = {name: then.get(name) for name in sorted({*now, *then}) if not same(name, now.get(name), then.get(name))}
    later = sorted(name for name, value in before.items() if not same(name, then.get(name), value))
    return Without(bare, back, tuple(later))


def _patched_back(format: str, type: RecordType, raw: bytes, stretch: Stretch) -> bytes:
    changes = take_back(translate.read(format, type, raw).fields, stretch.before, stretch.after)
    if not changes:
        return raw
    return translate.patch(format, type, raw, changes, translate.read(format, type, stretch.original or b"").blobs)
