"""Deleting: what becomes of each item is said before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync.errors import Usage
from crmsync.model import CollectionKind, LinkState, Mode, RecordType
from crmsync.review.deletion import delete, weigh
from crmsync.store.accounts import Account
from tests.cycle.bench_of import Hub
from tests.store.content import STAMP, contact, link


def test_an_item_goes_where_we_write_and_stays_where_we_do_not(hub: Hub) -> None:
    with hub.store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
        for name, mode, read_only, selected in (
            ("both", Mode.TWO_WAY, False, True),
            ("out", Mode.EXPORT, False, True),
            ("in", Mode.IMPORT, False, True),
            ("locked", Mode.TWO_WAY, True, True),
            ("apart", Mode.TWO_WAY, False, False),
            ("gone", Mode.TWO_WAY, False, True),
        ):
            account = tx.accounts.add(Account(0, name, "dav", mode=mode)).id
            kind, people = CollectionKind.ADDRESSBOOK, [RecordType.CONTACT]
            one = tx.collections.upsert(account, "/b/", kind, "B", "vcard", people, read_only=read_only)
            tx.collections.select(one.id, selected)
            state = LinkState.GONE if name == "gone" else LinkState.LINKED
            tx.links.insert(replace(link("a", one.id, f"/{name}"), state=state))
        record, fates = weigh(tx, "a")
        assert record.id == "a"
        assert {one.account: one.removed for one in fates} == {
            "both": True, "out": True, "in": False, "locked": False, "apart": False, "gone": False,
        }  # fmt: skip
        assert len({one.why for one in fates}) == 6
        assert delete(tx, ["a", "nobody"]) == 1
        with pytest.raises(Usage, match="no such record"):
            weigh(tx, "a")
        assert tx.journal.newest(limit=1)[0].reason == "deleted by hand"
