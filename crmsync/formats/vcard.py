"""The vCard format: 2.1, 3.0 and 4.0 are read and patched as they are; new cards are 3.0, which most programs read."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync.formats import vcard_read, vcard_split, vcard_summary
from crmsync.formats.base import Parsed, Summary
from crmsync.formats.vcard_values import FIELDS, NAME_PARTS
from crmsync.values import Changes, Fields, Value

__all__ = ["FIELDS", "VCARD", "VCardFormat"]

_KINDS = {"org": "X-ABSHOWAS:COMPANY\r\n", "group": "X-ADDRESSBOOKSERVER-KIND:group\r\n"}


class VCardFormat:
    """Implements `formats.base.Format`; see the module of each step. Those of writing are loaded by whoever writes."""

    def parse(self, raw: bytes) -> Parsed:
        """All fields of one card. Raises `Unreadable`."""
        return vcard_read.parse(raw)

    def summary(self, raw: bytes) -> Summary:
        """Who one card is about, several times faster than `parse`. Raises `Unreadable` when `parse` does."""
        return vcard_summary.summary(raw)

    def digest(self, raw: bytes) -> str:
        """Equal for two cards that mean the same. Raises `Unreadable`."""
        from crmsync.formats import vcard_digest

        return vcard_digest.digest(raw)

    def build(self, uid: str, kind: str, fields: Fields, blobs: Mapping[str, bytes]) -> bytes:
        """A new 3.0 card. A photo is written when its bytes are in `blobs` or it is a URI.

        Phones list people by N and companies by ORG, so a name that has no parts stands there too; `parse` knows.
        """
        from crmsync.formats.contentline_write import encode
        from crmsync.formats.escaping import escape

        start = f"BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//crmsync//EN\r\nUID:{escape(uid)}\r\nN:;;;;\r\nFN:\r\n"
        skeleton = encode(f"{start}{_KINDS.get(kind, '')}END:VCARD\r\n")
        shown: dict[str, Value] = dict(fields)
        name = shown.get("name")
        if name and kind == "org":
            shown.setdefault("organization", name)
        elif name and not any(part in shown for part in NAME_PARTS):
            shown["family"] = name
        return self.patch(skeleton, shown, blobs)

    def patch(self, raw: bytes, changes: Changes, blobs: Mapping[str, bytes]) -> bytes:
        """The card with these fields changed and every other line as it was. Raises `Unreadable`."""
        from crmsync.formats import vcard_patch

        return vcard_patch.patch(raw, changes, blobs)

    def split(self, raw: bytes) -> list[bytes]:
        """The single cards of a file; text between them is an element of its own. Raises `Unreadable`."""
        return vcard_split.split(raw)


VCARD = VCardFormat()
