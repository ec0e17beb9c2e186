"""What the daemon sees of others' writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.errors import Busy
from crmsync.model import Record, RecordType
from crmsync.store.identity import new_id
from crmsync.store.session import Stamp
from crmsync.store.store import Store
from crmsync_daemon.watch import Watch

STAMP = Stamp("2026-03-01T09:00:00Z", origin="cli", actor="anna")


def test_what_could_not_be_looked_at_is_news_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "home" / "store.db"

    def busy(self: Store) -> None:
        raise Busy("the store is busy", after=1)

    with Store.open(path, create=True) as theirs, Store.open(path) as ours:
        watch = Watch(ours)
        assert watch.news() is None
        with theirs.transaction(STAMP) as tx:
            tx.records.create(Record(new_id(), RecordType.CONTACT, {"name": "Anna"}))
        with monkeypatch.context() as patch, pytest.raises(Busy):
            patch.setattr(Store, "view", busy)
            watch.news()
        assert watch.news() == {"cli"}
        assert watch.news() is None
