"""A record beside its item: what waits, what was merged by itself, what was put back, and what the next sync does."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync.core.declarations import Master
from crmsync.core.reconcile import Policies
from crmsync.model import Mode, Policy, RecordType, Side
from crmsync.review.side_by_side import Beside, Fate, SideBySide, compare
from crmsync.store.accounts import Account
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, settled

ERP = Policy(masters={"title": Side.CRM})


def rewrite(phone: Spoke, *lines: str) -> None:
    """The one item there is says these lines, in the place of those of the same name."""
    (href,) = phone.hrefs()
    names = tuple(line.partition(":")[0].partition(";")[0] for line in lines)
    kept = [line for line in phone.text(href).split("\r\n") if not line.startswith(names)]
    phone.remote.edit(BOOK, href, "\r\n".join([*kept[:-2], *lines, *kept[-2:]]).encode())


def beside(hub: Hub, policy: Policy | None = None) -> SideBySide:
    """The newest open conflict."""
    (*_, asked) = hub.conflicts()

    def policies(account: Account) -> Policies:
        return Policies(policy or Policy(mode=account.mode))

    masters = [Master(RecordType.CONTACT, "title", "erp"), Master(RecordType.LEAD, "note", "erp")]
    with hub.store.view() as view:
        found = compare(view, asked.id, policies, masters)
    assert found is not None
    return found


def fates(found: SideBySide) -> Mapping[str, Fate]:
    return {one.field: one.fate for one in found.fields}


def line(found: SideBySide, field: str) -> Beside:
    return next(one for one in found.fields if one.field == field)


def test_what_the_same_cycle_merged_and_put_back_stands_beside_the_question(hub: Hub) -> None:
    phone = Spoke(hub, "phone", policy=ERP)
    id = hub.add(name="Ada", note="agreed", title="Dr", nickname="A", phones=(Labelled("+39 02 1"),))
    settled(phone)
    rewrite(phone, "NOTE:phone", "TITLE:Prof", "BDAY:1980-05-04", "TEL:+39 02 2")
    hub.set(id, note="office", nickname="Adi", phones=(Labelled("+39 02 1"), Labelled("+39 02 3")))
    phone.sync()
    found = beside(hub, ERP)
    assert fates(found) == {
        "name": Fate.SAME,
        "note": Fate.ASKED,
        "title": Fate.PUT_BACK,
        "nickname": Fate.TO_REMOTE,
        "birthday": Fate.TO_CRM,
        "phones": Fate.BOTH_WAYS,
    }
    note, title = line(found, "note"), line(found, "title")
    assert (note.base, note.crm, note.remote, note.conflict) == ("agreed", "office", "phone", found.logged.id)
    assert (title.crm, title.remote, title.master) == ("Dr", "Prof", "erp")
    assert "master" in title.why
    assert all(one.done for one in found.fields if one.fate not in (Fate.SAME, Fate.ASKED))
    assert (line(found, "birthday").crm, line(found, "birthday").remote) == (None, "1980-05-04")
    assert (line(found, "nickname").remote, line(found, "nickname").crm) == ("A", "Adi")
    assert found.edit is not None and found.edit.actor == "me"


def test_what_was_edited_since_is_told_as_what_the_next_sync_does(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", note="agreed", title="Dr")
    settled(phone)
    rewrite(phone, "NOTE:phone", "REV:2026-01-01T00:00:00Z")
    hub.set(id, note="office")
    phone.sync()
    hub.set(id, title="Prof", note="office, later")
    found = beside(hub)
    title = line(found, "title")
    assert (title.fate, title.base, title.crm, title.remote, title.done) == (Fate.TO_REMOTE, "Dr", "Prof", "Dr", False)
    assert line(found, "note").crm == "office, later"
    assert found.changed_there == "2026-01-01T00:00:00Z"


def test_a_deletion_shows_what_was_edited_on_the_side_that_still_has_it(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", note="agreed")
    settled(phone)
    hub.set(id, note="office")
    phone.remote.remove(BOOK, phone.hrefs()[0])
    phone.sync()
    found = beside(hub)
    assert (found.there, fates(found)) == (False, {"name": Fate.SAME, "note": Fate.TO_REMOTE})


def test_an_edit_of_a_deleted_record_is_shown(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", note="agreed")
    settled(phone)
    hub.delete(id)
    rewrite(phone, "NOTE:phone")
    phone.sync()
    found = beside(hub)
    assert (found.there, fates(found)) == (True, {"name": Fate.SAME, "note": Fate.TO_CRM})


def test_an_item_that_cannot_be_read_any_more_is_told(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", note="agreed")
    settled(phone)
    rewrite(phone, "NOTE:phone")
    hub.set(id, note="office")
    phone.sync()
    phone.remote.edit(BOOK, phone.hrefs()[0], b"rubbish")
    phone.sync()
    found = beside(hub)
    assert found.unreadable
    assert line(found, "note").remote == "phone"


def test_an_edit_that_may_not_leave_says_why(hub: Hub) -> None:
    phone = Spoke(hub, "phone", mode=Mode.IMPORT)
    phone.remote.seed(BOOK, "a", card("a", "Ada Byron", "NOTE:x"))
    phone.sync()
    (id,) = bring_in(hub)
    rewrite(phone, "NOTE:phone")
    hub.set(id, note="office", title="Dr")
    phone.sync()
    title = line(beside(hub), "title")
    assert title.fate is Fate.SAME
    assert "import-only" in title.why


def test_without_its_link_there_is_nothing_to_compare(hub: Hub, phone: Spoke) -> None:
    id = hub.add(name="Ada", note="agreed")
    settled(phone)
    rewrite(phone, "NOTE:phone")
    hub.set(id, note="office")
    phone.sync()
    (asked,) = hub.conflicts()
    with hub.typing() as tx:
        tx.links.delete(asked.conflict.link)
    with hub.store.view() as view:
        found = compare(view, asked.id, lambda account: Policies(Policy(mode=account.mode)))
    assert found is None
