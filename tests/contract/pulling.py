"""The reading half of the contract."""

from __future__ import annotations

from crmsync.model import Cursor
from tests.contract.ground import Ground
from tests.contract.mirror import Mirror


class Pulling(Ground):
    """Collections, pulls, listings, fetch and find."""

    # --- collections

    def test_a_collection_tells_its_kind_its_format_and_which_types_it_accepts(self, book):
        assert book.format == self.format
        assert book.accepts
        assert book.name
        assert not book.read_only

    def test_collections_are_named_the_same_each_time(self, open, book):
        other = open()
        assert [c.href for c in other.collections()] == [c.href for c in other.collections()]
        assert book.href in [c.href for c in other.collections()]

    # --- pull

    def test_an_empty_collection_brings_nothing_and_says_so(self, mirror):
        assert mirror.pull() == []
        assert mirror.last.listing == frozenset()
        assert mirror.last.complete

    def test_the_first_pull_brings_every_item(self, backend, mirror):
        hrefs = {backend.put(f"n{n}", self.item(f"uid-{n}", f"Name {n}")) for n in range(5)}
        self.settle(mirror)
        assert set(mirror.items) == hrefs
        assert mirror.uids() == [f"uid-{n}" for n in range(5)]
        for href, item in mirror.items.items():
            assert item.href == href
            assert self.same(item.raw, backend.raw(href))

    def test_the_first_pull_is_a_full_listing(self, backend, mirror):
        hrefs = {backend.put(f"n{n}", self.item(f"uid-{n}")) for n in range(3)}
        self.settle(mirror)
        fresh = Mirror(mirror.connector, mirror.collection)
        fresh.pull()
        assert fresh.last.listing == hrefs

    def test_many_items_arrive_once_each_in_few_requests(self, backend, mirror):
        hrefs = {backend.put(f"n{n}", self.item(f"uid-{n}")) for n in range(self.many)}
        self.settle(mirror)
        before = mirror.connector.traffic.requests
        fresh = Mirror(mirror.connector, mirror.collection)
        fresh.pull()
        assert set(fresh.items) == hrefs
        assert mirror.connector.traffic.requests - before <= self.many // 10 + 6

    def test_the_second_pull_brings_nothing(self, backend, mirror):
        backend.put("one", self.item("uid-1"))
        backend.put("two", self.item("uid-2"))
        self.settle(mirror)
        assert mirror.pull() == []
        assert len(mirror.items) == 2

    def test_a_quiet_pull_is_cheap_however_many_items_there_are(self, backend, mirror):
        for n in range(self.many):
            backend.put(f"n{n}", self.item(f"uid-{n}"))
        self.settle(mirror)
        before = mirror.connector.traffic.requests
        mirror.pull()
        assert mirror.connector.traffic.requests - before <= self.quiet_requests

    def test_traffic_counts_requests_and_bytes(self, backend, mirror):
        backend.put("one", self.item("uid-1"))
        self.settle(mirror)
        assert mirror.connector.traffic.requests > 0
        assert mirror.connector.traffic.bytes >= len(self.item("uid-1")) // 2

    def test_the_mirror_is_asked_only_when_a_full_listing_needs_it(self, backend, mirror):
        backend.put("one", self.item("uid-1"))
        self.settle(mirror)
        asked = mirror.asked_known
        mirror.pull()
        assert (mirror.asked_known == asked) is self.has_cursor

    def test_an_item_added_elsewhere_arrives_with_the_next_pull(self, backend, mirror):
        backend.put("one", self.item("uid-1"))
        self.settle(mirror)
        href = backend.put("two", self.item("uid-2", "New"))
        self.settle(mirror)
        assert self.same(mirror.items[href].raw, backend.raw(href))
        assert len(mirror.items) == 2

    def test_an_edit_made_elsewhere_arrives_with_the_next_pull(self, backend, mirror):
        one = backend.put("one", self.item("uid-1"))
        two = backend.put("two", self.item("uid-2"))
        self.settle(mirror)
        old = mirror.items[one]
        backend.edit(one, self.item("uid-1", "Augusta King"))
        self.settle(mirror)
        assert self.same(mirror.items[one].raw, self.item("uid-1", "Augusta King"))
        assert mirror.items[one].etag is None or mirror.items[one].etag != old.etag
        assert two in mirror.items

    def test_two_edits_of_equal_length_in_quick_succession_both_arrive(self, backend, mirror):
        href = backend.put("one", self.item("uid-1", "AAAA"))
        self.settle(mirror)
        for name in ("BBBB", "CCCC", "AAAA"):
            backend.edit(href, self.item("uid-1", name))
            self.settle(mirror)
            assert self.same(mirror.items[href].raw, self.item("uid-1", name))

    def test_a_removal_made_elsewhere_arrives_with_the_next_pull(self, backend, mirror):
        one = backend.put("one", self.item("uid-1"))
        two = backend.put("two", self.item("uid-2"))
        self.settle(mirror)
        backend.remove(one)
        self.settle(mirror)
        assert set(mirror.items) == {two}

    def test_an_item_removed_and_put_back_elsewhere_is_the_new_one(self, backend, mirror):
        href = backend.put("one", self.item("uid-1", "Before"))
        self.settle(mirror)
        backend.remove(href)
        again = backend.put("one", self.item("uid-1", "After"))
        self.settle(mirror)
        assert set(mirror.items) == {again}
        assert self.same(mirror.items[again].raw, self.item("uid-1", "After"))

    def test_a_cursor_the_remote_does_not_honour_leads_to_a_full_listing(self, backend, mirror):
        one = backend.put("one", self.item("uid-1"))
        two = backend.put("two", self.item("uid-2"))
        self.settle(mirror)
        backend.remove(one)
        backend.edit(two, self.item("uid-2", "Edited"))
        mirror.cursor = Cursor("http://example.org/ns/sync/no-such-token")
        mirror.pull()
        assert mirror.last.listing == {two}
        assert self.same(mirror.items[two].raw, self.item("uid-2", "Edited"))
        assert mirror.pull() == []

    def test_a_full_listing_does_not_send_again_what_is_known(self, backend, mirror):
        hrefs = [backend.put(f"n{n}", self.item(f"uid-{n}")) for n in range(4)]
        self.settle(mirror)
        backend.edit(hrefs[0], self.item("uid-0", "Edited"))
        mirror.cursor = None
        changes = mirror.pull()
        assert [change.item.href for change in changes] == hrefs[:1]
        assert mirror.last.listing == set(hrefs)

    def test_a_pull_that_was_broken_off_loses_nothing(self, backend, mirror):
        hrefs = [backend.put(f"n{n}", self.item(f"uid-{n}")) for n in range(self.many)]
        mirror.pull(pages=1)
        assert mirror.cursor is None
        self.settle(mirror)
        assert set(mirror.items) == set(hrefs)
        backend.edit(hrefs[0], self.item("uid-0", "Edited"))
        cursor = mirror.cursor
        mirror.pull(pages=1)
        mirror.cursor = cursor
        self.settle(mirror)
        assert self.same(mirror.items[hrefs[0]].raw, self.item("uid-0", "Edited"))

    def test_one_bad_item_does_not_stop_the_others(self, backend, mirror):
        hrefs = [backend.put(f"n{n}", self.item(f"uid-{n}")) for n in range(5)]
        backend.spoil(hrefs[2])
        self.settle(mirror)
        good = set(hrefs) - {hrefs[2]}
        assert good <= set(mirror.items)
        assert hrefs[2] in set(mirror.items) | set(mirror.unusable)
        assert all(bad.reason for bad in mirror.unusable.values())

    # --- listing, fetch, find

    def test_the_listing_names_what_exists_without_any_pull_before(self, backend, connector, book, mirror):
        one = backend.put("one", self.item("uid-1"))
        two = backend.put("two", self.item("uid-2"))
        assert self.listing(connector, book) == {one, two}
        backend.remove(one)
        assert self.listing(connector, book) == {two}

    def test_fetch_gives_the_items_as_they_are_now_and_leaves_out_missing_ones(self, backend, connector, book):
        one = backend.put("one", self.item("uid-1"))
        two = backend.put("two", self.item("uid-2"))
        three = backend.put("three", self.item("uid-3"))
        backend.remove(two)
        backend.edit(three, self.item("uid-3", "Edited"))
        found = {item.href: item for item in connector.fetch(book, [one, two, three])}
        assert set(found) == {one, three}
        assert self.same(found[three].raw, self.item("uid-3", "Edited"))

    def test_fetching_nothing_asks_nothing(self, connector, book):
        before = connector.traffic.requests
        assert list(connector.fetch(book, [])) == []
        assert connector.traffic.requests == before

    def test_fetch_takes_many_hrefs(self, backend, connector, book):
        hrefs = [backend.put(f"n{n}", self.item(f"uid-{n}")) for n in range(self.many)]
        assert {item.href for item in connector.fetch(book, hrefs)} == set(hrefs)

    def test_find_recognises_an_own_create_even_from_a_new_connector(self, open, connector, book):
        written = connector.create(book, "crm-1", self.item("crm-1"))
        for finder in (connector, open()):
            found = finder.find(book, "crm-1")
            assert found is not None
            assert (found.href, found.uid) == (written.href, "crm-1")
            assert self.same(found.raw, self.item("crm-1"))

    def test_find_knows_nothing_of_a_create_that_never_happened(self, backend, connector, book):
        backend.put("one", self.item("uid-1"))
        assert connector.find(book, "crm-never") is None
