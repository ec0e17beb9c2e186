"""Photos and attachments, by the hash of their bytes, apart from the records that name them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from crmsync.errors import Bug
from crmsync.store.session import Session, batches, marks


class Blobs:
    """The table `blobs`. The same bytes are kept once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, data: bytes) -> str:
        """Keeps bytes and returns their name, `sha256:<hex>`: the value of a `photo` field."""
        name = f"sha256:{sha256(data).hexdigest()}"
        self._session.write("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (name, data))
        return name

    def put_all(self, blobs: Mapping[str, bytes]) -> None:
        """Keeps what a format took out of an item. Raises `Bug` when a name is not that of its bytes."""
        for name, data in blobs.items():
            if self.put(data) != name:
                raise Bug("these bytes do not have that name", thing=name)

    def get(self, name: str) -> bytes | None:
        """The bytes of a name, or `None`."""
        row = self._session.one("SELECT bytes FROM blobs WHERE name = ?", (name,))
        return None if row is None else row[0]

    def many(self, names: Iterable[str]) -> dict[str, bytes]:
        """The bytes of those names that are kept here."""
        found: dict[str, bytes] = {}
        for batch in batches(list(names)):
            found.update(self._session.all(f"SELECT name, bytes FROM blobs WHERE name IN ({marks(len(batch))})", batch))
        return found
