"""The contract of `crmsync.connectors.base`, one test per sentence.

To put a connector under it, inherit `ConnectorContract`, set `format`, and give a `backend` fixture:

    class TestRadicaleCards(ConnectorContract):
        format = "vcard"
        exempt = {"test_x": "why the remote cannot do it, with the source"}

        @pytest.fixture
        def backend(self, radicale) -> Iterator[Backend]: ...

An exempted test still runs and must fail (strict xfail), so an exemption that is no longer true is noticed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import ClassVar

import pytest

from crmsync.connectors.base import Connector, RemoteCollection, Written
from crmsync.errors import Moved, Refused, Skip
from crmsync.formats import registry
from crmsync.model import Cursor
from tests.contract import samples
from tests.contract.mirror import Mirror

ODD_UIDS = (
    "a b", "a/b", "a%2Fb", "..", ".hidden", "Ünïcødé-名前", "{curly}", "semi;colon", "q?x=1#frag", "a+b", "x" * 200,
    "~tilde", "comma,s", "quote'\"s", "CASE", "case", "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
)  # fmt: skip


class Backend(ABC):
    """One remote holding one empty collection, and hands that reach into it behind the connector's back."""

    collection: str
    """The href of that collection."""

    @abstractmethod
    def connect(self) -> Connector:
        """A new connector to this remote, with settings of its own. The suite closes it."""

    @abstractmethod
    def put(self, name: str, raw: bytes) -> str:
        """Adds an item without the connector. `name`: ASCII letters, digits, `-`. Returns the href that `pull` uses."""

    @abstractmethod
    def edit(self, href: str, raw: bytes) -> None:
        """Replaces an item without the connector."""

    @abstractmethod
    def remove(self, href: str) -> None:
        """Removes an item without the connector."""

    @abstractmethod
    def raw(self, href: str) -> bytes | None:
        """What the remote holds there now; `None` when nothing."""

    def spoil(self, href: str) -> None:
        """Makes the item unreadable or unfetchable without removing it."""
        raise NotImplementedError

    def protect(self) -> None:
        """Makes the collection read-only for the connector."""
        raise NotImplementedError


class ConnectorContract:
    """Each test is one promise of `connectors.base`."""

    format: ClassVar[str] = "vcard"
    exempt: ClassVar[Mapping[str, str]] = {}
    """Test name -> why this remote cannot keep that promise. The test must then fail."""
    quiet_requests: ClassVar[int] = 1
    """How many requests a pull without changes may cost."""
    has_cursor: ClassVar[bool] = True
    """False for remotes that can only be listed (then `known` is what makes a quiet pull cheap)."""
    patience: ClassVar[int] = 1
    """How many pulls it takes until a write can be seen, at remotes that show it late."""
    many: ClassVar[int] = 120
    """How many items the tests with many items use; more than one page or batch, if that is affordable."""

    @pytest.fixture(autouse=True)
    def _exemptions(self, request: pytest.FixtureRequest) -> None:
        unknown = [name for name in self.exempt if not hasattr(self, name)]
        assert not unknown, f"exempt names no test: {unknown}"
        reason = self.exempt.get(request.node.originalname)
        if reason:
            request.applymarker(pytest.mark.xfail(reason=reason, strict=True))

    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        raise NotImplementedError

    @pytest.fixture
    def open(self, backend: Backend) -> Iterator[_Opener]:
        with ExitStack() as stack:
            yield _Opener(backend, stack)

    @pytest.fixture
    def connector(self, open: _Opener) -> Connector:
        return open()

    @pytest.fixture
    def book(self, connector: Connector, backend: Backend) -> RemoteCollection:
        return collection_of(connector, backend)

    @pytest.fixture
    def mirror(self, connector: Connector, book: RemoteCollection) -> Mirror:
        return Mirror(connector, book)

    def item(self, uid: str, name: str = "Ada Lovelace", note: str = "") -> bytes:
        """A small item in this connector's format; overridden where a remote wants something of its own."""
        return samples.item(self.format, uid, name, note)

    def same(self, one: bytes | None, other: bytes | None) -> bool:
        """Whether two texts mean the same item."""
        if one is None or other is None or one == other:
            return one == other
        digest = registry.get(self.format).digest
        return digest(one) == digest(other)

    def settle(self, mirror: Mirror) -> None:
        """Pulls as often as it takes until everything written so far can be seen."""
        for _ in range(self.patience):
            mirror.pull()

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

    # --- tools

    def listing(self, connector: Connector, book: RemoteCollection) -> frozenset[str]:
        """The listing, asked as often as it takes to show everything written so far."""
        for _ in range(self.patience - 1):
            connector.listing(book)
        return connector.listing(book)

    def etag(self, connector: Connector, book: RemoteCollection, href: str) -> str | None:
        """The etag that the item has now."""
        (item,) = connector.fetch(book, [href])
        return item.etag

    def _etag_is_current(self, connector: Connector, book: RemoteCollection, written: Written) -> None:
        if written.etag is not None:
            assert written.etag == self.etag(connector, book, written.href)


class _Opener:
    """Opens connectors and has them closed when the test ends."""

    def __init__(self, backend: Backend, stack: ExitStack) -> None:
        self._backend = backend
        self._stack = stack

    def __call__(self) -> Connector:
        return self._stack.enter_context(self._backend.connect())


def collection_of(connector: Connector, backend: Backend) -> RemoteCollection:
    """The backend's collection as this connector describes it."""
    (found,) = [one for one in connector.collections() if one.href == backend.collection]
    return found
