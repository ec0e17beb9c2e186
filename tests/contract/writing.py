"""The writing half of the contract."""

from __future__ import annotations

import pytest

from crmsync.errors import Moved, Refused, Skip
from tests.contract.backend import collection_of
from tests.contract.ground import Ground
from tests.contract.mirror import Mirror

ODD_UIDS = (
    "a b", "a/b", "a%2Fb", "..", ".hidden", "Ünïcødé-名前", "{curly}", "semi;colon", "q?x=1#frag", "a+b", "x" * 200,
    "~tilde", "comma,s", "quote'\"s", "CASE", "case", "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
)  # fmt: skip


class Writing(Ground):
    """Create, update and delete; what content survives; two connectors at one remote."""

    # --- create

    def test_a_created_item_is_there_with_its_bytes(self, backend, connector, book, mirror):
        raw = self.item("crm-1", "Grace Hopper", "Über allem: 名前")
        written = connector.create(book, "crm-1", raw)
        assert self.same(backend.raw(written.href), raw)
        self.settle(mirror)
        assert set(mirror.items) == {written.href}
        assert mirror.items[written.href].uid == "crm-1"
        assert self.same(mirror.items[written.href].raw, raw)

    def test_the_etag_of_a_write_is_the_one_that_reading_gives(self, connector, book):
        written = connector.create(book, "crm-1", self.item("crm-1"))
        self._etag_is_current(connector, book, written)
        written = connector.update(
            book, written.href, self.item("crm-1", "New"), self.etag(connector, book, written.href)
        )
        self._etag_is_current(connector, book, written)

    def test_what_a_write_says_it_kept_is_what_is_there(self, backend, connector, book):
        written = connector.create(book, "crm-1", self.item("crm-1"))
        assert written.raw is None or self.same(written.raw, backend.raw(written.href))

    def test_creating_twice_raises_moved_and_changes_nothing(self, backend, connector, book):
        written = connector.create(book, "crm-1", self.item("crm-1", "First"))
        before = backend.raw(written.href)
        with pytest.raises(Moved):
            connector.create(book, "crm-1", self.item("crm-1", "Second"))
        assert backend.raw(written.href) == before
        assert self.listing(connector, book) == {written.href}

    def test_creating_never_touches_a_foreign_item_with_the_same_uid(self, backend, connector, book):
        foreign = backend.put("foreign", self.item("crm-1", "Theirs"))
        before = backend.raw(foreign)
        try:
            written = connector.create(book, "crm-1", self.item("crm-1", "Ours"))
        except Skip:
            pass
        else:
            assert written.href != foreign
        assert backend.raw(foreign) == before

    def test_what_was_deleted_can_be_created_again(self, backend, connector, book, mirror):
        written = connector.create(book, "crm-1", self.item("crm-1", "First"))
        self.settle(mirror)
        connector.delete(book, written.href, self.etag(connector, book, written.href))
        self.settle(mirror)
        again = connector.create(book, "crm-1", self.item("crm-1", "Second"))
        self.settle(mirror)
        assert set(mirror.items) == {again.href}
        assert self.same(mirror.items[again.href].raw, self.item("crm-1", "Second"))

    # --- update

    def test_an_update_with_the_current_etag_replaces_the_item(self, backend, connector, book, mirror):
        href = backend.put("one", self.item("uid-1"))
        written = connector.update(book, href, self.item("uid-1", "New"), self.etag(connector, book, href))
        assert written.href == href
        assert self.same(backend.raw(href), self.item("uid-1", "New"))
        self.settle(mirror)
        assert self.same(mirror.items[href].raw, self.item("uid-1", "New"))

    def test_an_update_without_etag_is_unconditional(self, backend, connector, book):
        href = backend.put("one", self.item("uid-1"))
        backend.edit(href, self.item("uid-1", "Edited"))
        connector.update(book, href, self.item("uid-1", "Ours"), None)
        assert self.same(backend.raw(href), self.item("uid-1", "Ours"))

    def test_an_update_of_what_changed_meanwhile_raises_moved_and_changes_nothing(self, backend, connector, book):
        href = backend.put("one", self.item("uid-1"))
        stale = self.etag(connector, book, href)
        backend.edit(href, self.item("uid-1", "Theirs"))
        before = backend.raw(href)
        with pytest.raises(Moved):
            connector.update(book, href, self.item("uid-1", "Ours"), stale)
        assert backend.raw(href) == before

    def test_an_update_never_brings_back_what_was_removed(self, backend, connector, book):
        href = backend.put("one", self.item("uid-1"))
        etag = self.etag(connector, book, href)
        backend.remove(href)
        with pytest.raises(Moved):
            connector.update(book, href, self.item("uid-1", "Ours"), etag)
        assert backend.raw(href) is None

    # --- delete

    def test_a_delete_with_the_current_etag_removes_the_item_and_only_it(self, backend, connector, book, mirror):
        one = backend.put("one", self.item("uid-1"))
        two = backend.put("two", self.item("uid-2"))
        self.settle(mirror)
        connector.delete(book, one, self.etag(connector, book, one))
        assert backend.raw(one) is None
        self.settle(mirror)
        assert set(mirror.items) == {two}

    def test_a_delete_of_what_changed_meanwhile_raises_moved_and_keeps_it(self, backend, connector, book):
        href = backend.put("one", self.item("uid-1"))
        stale = self.etag(connector, book, href)
        backend.edit(href, self.item("uid-1", "Theirs"))
        with pytest.raises(Moved):
            connector.delete(book, href, stale)
        assert self.same(backend.raw(href), self.item("uid-1", "Theirs"))

    def test_deleting_what_is_already_gone_is_fine(self, backend, connector, book):
        href = backend.put("one", self.item("uid-1"))
        etag = self.etag(connector, book, href)
        connector.delete(book, href, etag)
        connector.delete(book, href, etag)
        connector.delete(book, href, None)
        assert backend.raw(href) is None

    def test_a_delete_without_etag_is_unconditional(self, backend, connector, book):
        href = backend.put("one", self.item("uid-1"))
        backend.edit(href, self.item("uid-1", "Edited"))
        connector.delete(book, href, None)
        assert backend.raw(href) is None

    # --- read-only

    def test_a_read_only_collection_says_so_and_refuses_every_write(self, backend, open):
        href = backend.put("one", self.item("uid-1"))
        backend.protect()
        connector = open()
        book = collection_of(connector, backend)
        assert book.read_only
        etag = self.etag(connector, book, href)
        before = backend.raw(href)
        with pytest.raises(Refused):
            connector.create(book, "crm-1", self.item("crm-1"))
        with pytest.raises(Refused):
            connector.update(book, href, self.item("uid-1", "Ours"), etag)
        with pytest.raises(Refused):
            connector.delete(book, href, etag)
        assert backend.raw(href) == before
        assert self.listing(connector, book) == {href}

    # --- content

    @pytest.mark.parametrize("text", ["Zoë Ångström 名前 \U0001f469\u200d\U0001f4bc", "\u202egnp.exe", "a" * 300])
    def test_text_of_any_script_comes_back_unharmed(self, connector, book, mirror, text):
        raw = self.item("crm-1", text, text)
        written = connector.create(book, "crm-1", raw)
        self.settle(mirror)
        assert self.same(mirror.items[written.href].raw, raw)

    def test_an_item_of_a_megabyte_comes_back_unharmed(self, connector, book, mirror):
        raw = self.item("crm-1", "Big", "0123456789abcdef" * 65536)
        written = connector.create(book, "crm-1", raw)
        self.settle(mirror)
        assert self.same(mirror.items[written.href].raw, raw)

    def test_uids_from_elsewhere_may_hold_any_character(self, backend, connector, book, mirror):
        hrefs = {backend.put(f"odd-{n}", self.item(uid)): uid for n, uid in enumerate(ODD_UIDS)}
        self.settle(mirror)
        assert {href: item.uid for href, item in mirror.items.items()} == hrefs
        for href in hrefs:
            connector.delete(book, href, self.etag(connector, book, href))
        self.settle(mirror)
        assert mirror.items == {}

    # --- two connectors

    def test_two_connectors_see_each_others_work(self, backend, open, book):
        here, there = (Mirror(open(), book) for _ in range(2))
        created = here.connector.create(book, "crm-1", self.item("crm-1"))
        self.settle(there)
        assert set(there.items) == {created.href}
        there.connector.update(
            book, created.href, self.item("crm-1", "New"), self.etag(there.connector, book, created.href)
        )
        self.settle(here)
        assert self.same(here.items[created.href].raw, self.item("crm-1", "New"))
        here.connector.delete(book, created.href, self.etag(here.connector, book, created.href))
        self.settle(there)
        assert there.items == {}

    def test_a_stale_cursor_of_one_connector_is_no_business_of_the_other(self, backend, open, book):
        here, there = (Mirror(open(), book) for _ in range(2))
        href = backend.put("one", self.item("uid-1"))
        self.settle(here)
        backend.edit(href, self.item("uid-1", "Edited"))
        self.settle(there)
        self.settle(here)
        assert self.same(here.items[href].raw, there.items[href].raw)
