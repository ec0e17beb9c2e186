"""The memory remote keeps the contract with each temper, or says which sentence it makes impossible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import pytest

from crmsync.connectors.base import Connector
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.connectors.tempers import (
    BUSINESS_CENTRAL,
    GOOGLE_PEOPLE,
    GRAPH,
    POLITE,
    RADICALE,
    XANDIKOS,
    Deltas,
    Etags,
    Tempers,
    drops_groups,
    forgets,
    in_turn,
    lower_case_emails,
    reorder_lines,
    strip_plus,
)
from tests.contract.suite import Backend, ConnectorContract

HIDDEN = "the delta does not tell removals; only a full listing does"
REPEATED = "each delta tells everything again"
NO_VERSION = "without an etag nobody can tell whether an item changed"
NEVER_EQUAL = "no etag is ever equal to the one known"
OVERWRITES = "the remote ignores the precondition; only look-before=yes helps"
FORGOTTEN = "the remote drops the note"
DOUBLED = "the remote makes a second item; only find, or look-before=yes, helps"
CREDULOUS = "the remote answers a token it never gave with an empty delta"
UNHEARD = "the remote honours no token"


class MemoryBackend(Backend):
    """A remote in memory with one collection."""

    collection = "/book/"

    def __init__(self, tempers: Tempers, format: str, options: dict[str, str]) -> None:
        self.remote = MemoryRemote(tempers)
        self.remote.add_collection(self.collection, format)
        self.options = options

    def connect(self) -> Connector:
        return MemoryConnector.to(self.remote, **self.options)

    def put(self, name: str, raw: bytes) -> str:
        return self.remote.seed(self.collection, name, raw)

    def edit(self, href: str, raw: bytes) -> None:
        self.remote.edit(self.collection, href, raw)

    def remove(self, href: str) -> None:
        self.remote.remove(self.collection, href)

    def raw(self, href: str) -> bytes | None:
        return self.remote.raw(self.collection, href)

    def spoil(self, href: str) -> None:
        self.remote.spoil(self.collection, href)

    def protect(self) -> None:
        self.remote.protect(self.collection)


class MemoryContract(ConnectorContract):
    """The suite, with small pages so that every pull of many items has several."""

    tempers: ClassVar[Tempers] = POLITE
    options: ClassVar[dict[str, str]] = {}

    @pytest.fixture
    def backend(self) -> Iterator[Backend]:
        yield MemoryBackend(replace(self.tempers, page_size=20, batch_size=20), self.format, self.options)


class TestPolite(MemoryContract):
    pass


class TestPoliteWithEvents(MemoryContract):
    format = "ical"


class TestPoliteWithRows(MemoryContract):
    format = "row"


class TestListingOnly(MemoryContract):
    tempers = Tempers(deltas=Deltas.NONE)
    has_cursor = False


class TestModifiedSince(MemoryContract):
    tempers = Tempers(deltas=Deltas.SINCE)
    exempt: ClassVar = {
        "test_a_removal_made_elsewhere_arrives_with_the_next_pull": HIDDEN,
        "test_a_delete_with_the_current_etag_removes_the_item_and_only_it": HIDDEN,
        "test_two_connectors_see_each_others_work": HIDDEN,
        "test_uids_from_elsewhere_may_hold_any_character": HIDDEN,
    }


class TestModifiedSinceWithListing(MemoryContract):
    tempers = Tempers(deltas=Deltas.SINCE)
    options: ClassVar = {"removals": "listing"}
    quiet_requests = 2


class TestEverythingInsteadOfADelta(MemoryContract):
    tempers = Tempers(deltas=Deltas.EVERYTHING)
    exempt: ClassVar = {
        "test_a_removal_made_elsewhere_arrives_with_the_next_pull": HIDDEN,
        "test_a_delete_with_the_current_etag_removes_the_item_and_only_it": HIDDEN,
        "test_two_connectors_see_each_others_work": HIDDEN,
        "test_uids_from_elsewhere_may_hold_any_character": HIDDEN,
        "test_the_second_pull_brings_nothing": REPEATED,
        "test_a_quiet_pull_is_cheap_however_many_items_there_are": REPEATED,
        "test_a_cursor_the_remote_does_not_honour_leads_to_a_full_listing": REPEATED,
    }


class TestNoEtags(MemoryContract):
    tempers = Tempers(etags=Etags.NULL)
    exempt: ClassVar = {
        "test_an_update_of_what_changed_meanwhile_raises_moved_and_changes_nothing": NO_VERSION,
        "test_a_delete_of_what_changed_meanwhile_raises_moved_and_keeps_it": NO_VERSION,
        "test_a_full_listing_does_not_send_again_what_is_known": NO_VERSION,
    }


class TestNewEtagAtEachRead(MemoryContract):
    tempers = Tempers(etags=Etags.FLAKY)
    exempt: ClassVar = {
        "test_a_full_listing_does_not_send_again_what_is_known": NEVER_EQUAL,
        "test_the_etag_of_a_write_is_the_one_that_reading_gives": NEVER_EQUAL,
    }


class TestEtagOnlyInTheItem(MemoryContract):
    tempers = Tempers(etags=Etags.WITH_ITEM)


class TestEtagsReused(MemoryContract):
    tempers = Tempers(etags=Etags.REUSED)


class TestEtagsReusedAndNoCursor(MemoryContract):
    tempers = Tempers(etags=Etags.REUSED, deltas=Deltas.NONE)
    has_cursor = False
    exempt: ClassVar = {
        "test_an_item_removed_and_put_back_elsewhere_is_the_new_one": "the new item has the etag of the old one",
    }


class TestRemoteChoosesHrefs(MemoryContract):
    tempers = Tempers(chooses_hrefs=True)
    exempt: ClassVar = {
        "test_creating_twice_raises_moved_and_changes_nothing": DOUBLED,
    }


class TestRemoteChoosesHrefsAndTheConnectorLooksBefore(MemoryContract):
    tempers = Tempers(chooses_hrefs=True)
    options: ClassVar = {"look-before": "yes"}


class TestWriteAnswersWithoutEtag(MemoryContract):
    tempers = Tempers(put_hides_etag=True)


class TestStrongEtagForChangedBytes(MemoryContract):
    tempers = Tempers(rewrites=reorder_lines, etag_despite_rewrite=True)


class TestRewrites(MemoryContract):
    tempers = Tempers(rewrites=in_turn(lower_case_emails, strip_plus))


class TestForgets(MemoryContract):
    tempers = Tempers(rewrites=in_turn(drops_groups, forgets("X-", "NOTE", "PHOTO")))
    exempt: ClassVar = {
        "test_a_created_item_is_there_with_its_bytes": FORGOTTEN,
        "test_an_item_of_a_megabyte_comes_back_unharmed": FORGOTTEN,
        "test_text_of_any_script_comes_back_unharmed": FORGOTTEN,
    }


class TestIgnoresIfNoneMatch(MemoryContract):
    tempers = Tempers(ignores_if_none_match=True)
    exempt: ClassVar = {
        "test_creating_twice_raises_moved_and_changes_nothing": OVERWRITES,
    }


class TestIgnoresIfMatch(MemoryContract):
    tempers = Tempers(ignores_if_match=True)
    exempt: ClassVar = {
        "test_an_update_of_what_changed_meanwhile_raises_moved_and_changes_nothing": OVERWRITES,
        "test_a_delete_of_what_changed_meanwhile_raises_moved_and_keeps_it": OVERWRITES,
        "test_an_update_never_brings_back_what_was_removed": OVERWRITES,
    }


class TestIgnoresPreconditionsAndTheConnectorLooksBefore(MemoryContract):
    tempers = Tempers(ignores_if_none_match=True, ignores_if_match=True)
    options: ClassVar = {"look-before": "yes"}


class TestRefusesDuplicateUids(MemoryContract):
    tempers = Tempers(refuses_duplicate_uid=True)


class TestRefusesTokens(MemoryContract):
    tempers = Tempers(refuses_tokens=True)
    exempt: ClassVar = {
        "test_a_quiet_pull_is_cheap_however_many_items_there_are": UNHEARD,
        "test_the_mirror_is_asked_only_when_a_full_listing_needs_it": UNHEARD,
    }


class TestTokensExpire(MemoryContract):
    tempers = Tempers(token_lasts=1)


class TestAcceptsForeignTokens(MemoryContract):
    tempers = Tempers(accepts_foreign_tokens=True)
    exempt: ClassVar = {
        "test_a_cursor_the_remote_does_not_honour_leads_to_a_full_listing": CREDULOUS,
    }


class TestShowsWritesLate(MemoryContract):
    tempers = Tempers(late_by=2)
    patience = 3


class TestMultigetOmitsMissing(MemoryContract):
    tempers = Tempers(omits_missing=True)


class TestSpellsHrefsOtherwise(MemoryContract):
    tempers = Tempers(respells_hrefs=True)


class TestRepeatsRows(MemoryContract):
    tempers = Tempers(repeats_rows=True)


class TestLikeRadicale(MemoryContract):
    tempers = RADICALE


class TestLikeXandikos(MemoryContract):
    tempers = XANDIKOS


class TestLikeGooglePeople(MemoryContract):
    tempers = GOOGLE_PEOPLE
    options: ClassVar = {"look-before": "yes"}
    patience = 3


class TestLikeGraph(MemoryContract):
    tempers = GRAPH
    options: ClassVar = {"look-before": "yes"}


class TestLikeBusinessCentral(MemoryContract):
    tempers = BUSINESS_CENTRAL
    options: ClassVar = {"look-before": "yes", "removals": "listing"}
    quiet_requests = 2
