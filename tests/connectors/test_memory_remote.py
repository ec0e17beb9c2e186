"""The remote in memory can be broken in the ways real ones break, at a moment of our choosing."""

from __future__ import annotations

import pytest

from crmsync.connectors.base import Gone, Settings, Unusable, Upsert
from crmsync.connectors.faults import WRITES, Fault, Operation
from crmsync.connectors.memory import MemoryConnector, publish, withdraw
from crmsync.connectors.memory_remote import MemoryRemote, canonical
from crmsync.connectors.tempers import POLITE, Deltas, Etags, Tempers, forgets
from crmsync.errors import BadConfig, Moved, Refused, SignInNeeded, Unreachable
from crmsync.model import CollectionKind, RecordType
from tests.contract.mirror import Mirror
from tests.contract.samples import item

BOOK = "/book/"


def remote_with(tempers: Tempers = POLITE, count: int = 0) -> tuple[MemoryRemote, Mirror]:
    remote = MemoryRemote(tempers)
    book = remote.add_collection(BOOK)
    for n in range(count):
        remote.seed(BOOK, f"n{n}", item("vcard", f"uid-{n}"))
    return remote, Mirror(MemoryConnector.to(remote), book)


# --- faults


def test_a_create_whose_answer_was_lost_is_found_by_its_uid():
    remote, mirror = remote_with()
    remote.fail(Fault(1, Unreachable("reset"), took_effect=True, on=WRITES))
    with pytest.raises(Unreachable):
        mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1"))
    found = mirror.connector.find(mirror.collection, "crm-1")
    assert found is not None
    assert remote.contents(BOOK) == {found.href: item("vcard", "crm-1")}


def test_a_create_that_never_arrived_is_not_found():
    remote, mirror = remote_with()
    remote.fail(Fault(1, Unreachable("reset"), on=WRITES))
    with pytest.raises(Unreachable):
        mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1"))
    assert mirror.connector.find(mirror.collection, "crm-1") is None


def test_a_pull_cut_in_the_middle_keeps_its_old_cursor_and_loses_nothing():
    remote, mirror = remote_with(Tempers(page_size=10, batch_size=10), 25)
    remote.fail(Fault(2, Unreachable("reset"), on=frozenset({Operation.CHANGES})))
    with pytest.raises(Unreachable):
        mirror.pull()
    assert mirror.cursor is None
    assert len(mirror.items) == 10
    mirror.pull()
    assert len(mirror.items) == 25


def test_faults_may_ask_for_a_new_sign_in_and_be_called_off():
    remote, mirror = remote_with()
    remote.fail(Fault(1, SignInNeeded("password changed"), times=99))
    with pytest.raises(SignInNeeded):
        mirror.connector.collections()
    remote.stop_failing()
    assert len(mirror.connector.collections()) == 1


# --- loss and backups


def test_a_wiped_remote_lists_nothing_and_honours_no_token():
    remote, mirror = remote_with(count=3)
    mirror.pull()
    remote.wipe(BOOK)
    mirror.pull()
    assert mirror.last.listing == frozenset()
    assert mirror.connector.listing(mirror.collection) == frozenset()


def test_a_wiped_remote_that_fills_again_is_listed_in_full():
    remote, mirror = remote_with(count=3)
    mirror.pull()
    remote.wipe(BOOK)
    href = remote.seed(BOOK, "new", item("vcard", "uid-new"))
    mirror.pull()
    assert mirror.last.listing == set(mirror.items) == {href}


def test_a_restored_backup_has_the_old_items_with_their_old_etags():
    remote, mirror = remote_with(count=1)
    mirror.pull()
    ((href, old),) = mirror.items.items()
    backup = remote.snapshot()
    remote.edit(BOOK, href, item("vcard", "uid-0", "Edited"))
    added = remote.seed(BOOK, "later", item("vcard", "uid-later"))
    mirror.pull()
    remote.restore_backup(backup)
    mirror.pull()
    assert mirror.last.listing == {href}
    assert added not in mirror.items
    assert mirror.items[href] == old
    remote.edit(BOOK, href, item("vcard", "uid-0", "Edited again"))
    remote.restore_backup(backup)
    assert remote.raw(BOOK, href) == old.raw


def test_after_a_restore_a_credulous_remote_says_that_nothing_changed():
    remote, mirror = remote_with(Tempers(accepts_foreign_tokens=True), 1)
    mirror.pull()
    backup = remote.snapshot()
    remote.seed(BOOK, "later", item("vcard", "uid-later"))
    mirror.pull()
    remote.restore_backup(backup)
    assert mirror.pull() == []
    assert len(mirror.items) == 2
    assert len(mirror.connector.listing(mirror.collection)) == 1


def test_a_collection_can_vanish():
    remote, mirror = remote_with()
    remote.remove_collection(BOOK)
    assert mirror.connector.collections() == []


# --- tempers that one can see


def test_edits_between_two_pages_are_in_this_pull_or_the_next():
    remote, mirror = remote_with(Tempers(page_size=10, batch_size=10), 25)

    def meddle() -> None:
        remote.between_pages = None
        remote.remove(BOOK, "/book/n0.vcf")
        remote.remove(BOOK, "/book/n20.vcf")
        remote.edit(BOOK, "/book/n1.vcf", item("vcard", "uid-1", "Edited"))
        remote.seed(BOOK, "new", item("vcard", "uid-new"))

    remote.between_pages = meddle
    mirror.pull()
    assert mirror.last.listing == set(remote.contents(BOOK))
    mirror.pull()
    assert {href: kept.raw for href, kept in mirror.items.items()} == remote.contents(BOOK)


def test_rows_come_twice_and_out_of_order_where_pages_overlap():
    _remote, mirror = remote_with(Tempers(page_size=10, batch_size=10, repeats_rows=True), 25)
    hrefs = [change.item.href for change in mirror.pull()]
    assert len(hrefs) > len(set(hrefs)) == 25
    assert hrefs != sorted(hrefs, key=lambda href: int(href[7:-4]))


def test_a_delta_that_hides_removals_still_shows_edits():
    remote, mirror = remote_with(Tempers(deltas=Deltas.SINCE), 2)
    mirror.pull()
    remote.remove(BOOK, "/book/n0.vcf")
    remote.edit(BOOK, "/book/n1.vcf", item("vcard", "uid-1", "Edited"))
    (change,) = mirror.pull()
    assert isinstance(change, Upsert)
    assert change.item.href == "/book/n1.vcf"
    assert mirror.last.listing is None


def test_a_delta_of_everything_has_no_listing_to_believe():
    remote, mirror = remote_with(Tempers(deltas=Deltas.EVERYTHING), 2)
    mirror.pull()
    remote.remove(BOOK, "/book/n0.vcf")
    assert [type(change) for change in mirror.pull()] == [Upsert]
    assert mirror.last.listing is None


def test_tokens_expire_after_so_many_pulls_and_a_full_listing_follows():
    _, mirror = remote_with(Tempers(token_lasts=2), 1)
    full = []
    for _ in range(6):
        mirror.pull()
        full.append(mirror.last.listing is not None)
    assert full == [True, False, False, True, False, False]


def test_forgotten_tokens_lead_to_a_full_listing_once():
    remote, mirror = remote_with(count=1)
    mirror.pull()
    remote.forget_tokens()
    mirror.pull()
    assert mirror.last.listing is not None
    mirror.pull()
    assert mirror.last.listing is None


def test_a_late_remote_shows_an_own_write_only_after_some_pulls_but_reads_it_at_once():
    _remote, mirror = remote_with(Tempers(late_by=2))
    mirror.pull()
    href = mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1")).href
    assert [len(mirror.pull()) for _ in range(3)] == [0, 1, 0]
    assert mirror.connector.late
    assert mirror.connector.fetch(mirror.collection, [href])[0].uid == "crm-1"


def test_a_late_remote_lists_the_old_state_too():
    _remote, mirror = remote_with(Tempers(late_by=2), 1)
    mirror.connector.delete(mirror.collection, "/book/n0.vcf", None)
    assert mirror.connector.listing(mirror.collection) == {"/book/n0.vcf"}
    assert mirror.connector.listing(mirror.collection) == frozenset()


def test_a_remote_that_names_items_itself_makes_two_when_asked_twice():
    remote, mirror = remote_with(Tempers(chooses_hrefs=True))
    for _ in range(2):
        mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1"))
    assert len(remote.contents(BOOK)) == 2


def test_a_second_item_with_a_uid_is_refused_or_taken():
    for refuses in (True, False):
        remote, mirror = remote_with(Tempers(refuses_duplicate_uid=refuses))
        remote.seed(BOOK, "theirs", item("vcard", "crm-1"))
        if refuses:
            with pytest.raises(Refused, match="UID crm-1"):
                mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1"))
        else:
            mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1"))
        assert len(remote.contents(BOOK)) == 2 - refuses


def test_an_item_above_the_limit_is_refused():
    _, mirror = remote_with(Tempers(largest_item=100))
    with pytest.raises(Refused, match="100 bytes"):
        mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1", "x" * 100))


def test_a_rewriting_remote_gives_no_etag_for_what_it_changed_unless_it_lies():
    for lies in (False, True):
        _, mirror = remote_with(Tempers(rewrites=forgets("NOTE"), etag_despite_rewrite=lies))
        written = mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1", note="gone"))
        assert (written.etag is not None) is lies
        untouched = mirror.connector.create(mirror.collection, "crm-2", item("vcard", "crm-2"))
        assert untouched.etag is not None


def test_flaky_etags_differ_at_each_read_and_are_all_accepted():
    _remote, mirror = remote_with(Tempers(etags=Etags.FLAKY), 1)
    (first,) = mirror.connector.fetch(mirror.collection, ["/book/n0.vcf"])
    (second,) = mirror.connector.fetch(mirror.collection, ["/book/n0.vcf"])
    assert first.etag != second.etag
    mirror.connector.update(mirror.collection, "/book/n0.vcf", item("vcard", "uid-0", "New"), first.etag)
    with pytest.raises(Moved):
        mirror.connector.update(mirror.collection, "/book/n0.vcf", item("vcard", "uid-0", "Newer"), second.etag)


def test_reused_etags_come_back_after_a_removal():
    remote, mirror = remote_with(Tempers(etags=Etags.REUSED), 1)
    (before,) = mirror.connector.fetch(mirror.collection, ["/book/n0.vcf"])
    remote.remove(BOOK, "/book/n0.vcf")
    remote.seed(BOOK, "n0", item("vcard", "uid-0", "Other"))
    (after,) = mirror.connector.fetch(mirror.collection, ["/book/n0.vcf"])
    assert after.etag == before.etag
    assert after.raw != before.raw


def test_a_spoiled_item_can_heal():
    remote, mirror = remote_with(count=1)
    remote.spoil(BOOK, "/book/n0.vcf", "500")
    assert mirror.pull() == [Unusable("/book/n0.vcf", '"1"', "500")]
    remote.spoil(BOOK, "/book/n0.vcf", "")
    remote.edit(BOOK, "/book/n0.vcf", item("vcard", "uid-0"))
    assert isinstance(mirror.pull()[0], Upsert)


def test_hrefs_are_compared_decoded():
    assert canonical("/book/a%2db%2fc%c3%bc%20.vcf") == "/book/a-b%2Fc%C3%BC%20.vcf"
    remote, mirror = remote_with(Tempers(respells_hrefs=True), 1)
    assert remote.entries(BOOK)[0].href == "/book/n0%2evcf"
    remote.remove(BOOK, "/book/n0%2Evcf")
    mirror.pull()
    assert mirror.items == {}


def test_a_removal_is_a_row_of_the_delta():
    remote, mirror = remote_with(count=1)
    mirror.pull()
    remote.remove(BOOK, "/book/n0.vcf")
    assert mirror.pull() == [Gone("/book/n0.vcf")]


# --- the connector


def test_collections_follow_from_their_format():
    remote = MemoryRemote()
    assert remote.add_collection("/cal/", "ical").accepts == (RecordType.APPOINTMENT,)
    assert remote.add_collection("/todo/", "ical", CollectionKind.TASKS).accepts == (RecordType.TASK,)
    assert remote.add_collection("/erp/", "row", name="Customers").kind is CollectionKind.TABLE


def test_two_connectors_by_name_share_one_remote():
    remote = MemoryRemote()
    remote.add_collection(BOOK)
    publish("shared", remote)
    try:
        with MemoryConnector(Settings(url="shared")) as one, MemoryConnector(Settings(url="shared")) as two:
            (book,) = one.collections()
            one.create(book, "crm-1", item("vcard", "crm-1"))
            assert two.find(book, "crm-1") is not None
    finally:
        withdraw("shared")


def test_an_unknown_option_is_bad_config():
    with pytest.raises(BadConfig, match="look-before=perhaps"):
        MemoryConnector.to(MemoryRemote(), look_before="perhaps")


def test_looking_before_a_write_may_be_a_hint():
    remote = MemoryRemote(Tempers(ignores_if_match=True))
    book = remote.add_collection(BOOK)
    publish("careless", remote)
    try:
        connector = MemoryConnector(Settings(url="careless", hints={"look-before": "yes"}))
    finally:
        withdraw("careless")
    href = remote.seed(BOOK, "n0", item("vcard", "uid-0"))
    with pytest.raises(Moved):
        connector.update(book, href, item("vcard", "uid-0", "Ours"), '"0"')


def test_the_same_calls_give_the_same_answers():
    def story() -> list[object]:
        _remote, mirror = remote_with(Tempers(chooses_hrefs=True, etags=Etags.FLAKY, late_by=1), 3)
        answers: list[object] = [mirror.pull(), mirror.cursor]
        answers.append(mirror.connector.create(mirror.collection, "crm-1", item("vcard", "crm-1")))
        return [*answers, mirror.pull(), mirror.cursor]

    assert story() == story()
