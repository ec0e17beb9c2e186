"""iCalendar: appointments and tasks as the bytes of one calendar object (`crmsync.formats.base.Format`).

Read and written over `contentline`, so that what we do not know survives; libraries serve as oracles in tests.

    parse    ical_tree, ical_read, ical_times     lines -> components -> the one entry -> fields
    patch    ical_patch, ical_write*, ical_draft  fields -> lines in place of other lines
    digest   ical_canonical                       components in one spelling
    split    ical_split                           files -> entries
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from crmsync.formats import ical_patch, ical_split
from crmsync.formats.base import Format, Parsed, Summary
from crmsync.formats.ical_canonical import canonical_text
from crmsync.formats.ical_read import read_fields, read_text, read_times
from crmsync.formats.ical_tree import read_entry
from crmsync.formats.ical_zones import known
from crmsync.values import Changes, Fields


class ICalendar:
    """VEVENT and VTODO (RFC 5545): a master and its overridden instances are one item."""

    def parse(self, raw: bytes) -> Parsed:
        """All fields of one appointment (`event`) or task (`todo`).

        Raises `Unreadable` for bytes that hold none, or several.
        """
        entry = read_entry(raw)
        return Parsed(entry.uid, entry.kind, read_fields(entry))

    def summary(self, raw: bytes) -> Summary:
        """What the import queue shows; for the same bytes as `parse`, and much faster."""
        entry = read_entry(raw)
        times = read_times(entry.master)
        start = str(times["start"] or times.get("due") or "")
        return Summary(entry.uid, entry.kind, read_text(entry.master, "SUMMARY"), start=start)

    def digest(self, raw: bytes) -> str:
        """Equal for texts that mean the same; `ical_canonical.VOLATILE` lists what does not count."""
        entry = read_entry(raw)
        # a zone that everybody knows is defined by its name
        zones = [canonical_text(zone) for tzid, zone in sorted(entry.zones.items()) if not known(tzid)]
        texts = [canonical_text(entry.master), *sorted(map(canonical_text, entry.overrides)), *zones]
        return sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()

    def build(self, uid: str, kind: str, fields: Fields, blobs: Mapping[str, bytes]) -> bytes:  # noqa: ARG002
        """A new iCalendar 2.0 object that no server will mail to anybody. It takes no blobs."""
        return ical_patch.build(uid, kind, fields)

    def patch(self, raw: bytes, changes: Changes, blobs: Mapping[str, bytes]) -> bytes:  # noqa: ARG002
        """The entry with these fields changed. Raises `Unreadable` as `parse` does."""
        return ical_patch.patch(raw, changes)

    def split(self, raw: bytes) -> list[bytes]:
        """The single entries of a file, each as a calendar; what is broken or belongs to none by itself."""
        return ical_split.split(raw)


ICAL: Format = ICalendar()
