"""Sees that somebody has written to the store, and who: a change of the CRM is to be at the remotes soon."""

from __future__ import annotations

from crmsync.store.store import Store


class Watch:
    """Belongs to one thread, like its store. The first look only remembers what there is."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = store.data_version()
        self._seen = self._last()

    def news(self) -> frozenset[str] | None:
        """`None` when nobody wrote since the last look. Else the origins of what changed the CRM or decided something:
        names of accounts, `cli`, `tui` ...; none when it was something else. Next to free when there is nothing.

        After an error, what was not seen is news the next time.
        """
        version = self._store.data_version()
        if version == self._version:
            return None
        with self._store.view() as view:
            seen, origins = view.journal.origins(after=self._seen)
        self._version, self._seen = version, seen
        return frozenset(origins)

    def _last(self) -> int:
        with self._store.view() as view:
            return view.journal.origins(after=1 << 62)[0]
