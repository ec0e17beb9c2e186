"""Ignored is ignored until it changes, and private is private for good, whatever the remote does with the item."""

from __future__ import annotations

import pytest

from crmsync.connectors.tempers import POLITE, Deltas, Etags, Tempers
from crmsync.model import RecordType
from crmsync.review import import_queue
from crmsync.store.import_queue import QueueSelection, QueueState
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit, settled

ADA = card("ada", "Ada Rossi", "NOTE:x")
REMOTES = {
    "polite": POLITE,
    "only listings": Tempers(etags=Etags.REUSED, deltas=Deltas.NONE),
    "flaky etags": Tempers(etags=Etags.FLAKY),
    "small pages": Tempers(page_size=1),
    "no tokens": Tempers(refuses_tokens=True),
}


def left_out(hub: Hub, spoke: Spoke, state: QueueState, raw: bytes = ADA) -> str:
    """An item that a person left out; returns where it lies."""
    href = spoke.remote.seed(BOOK, "ada", raw)
    spoke.sync()
    with hub.typing() as tx:
        assert len(import_queue.leave_out(tx, tx.queue.ids(), state).ids) == 1
    return href


def states(hub: Hub) -> list[str]:
    with hub.store.view() as view:
        rows = view.queue.list(QueueSelection(tuple(QueueState)))
        return [row.state.value for row in rows]


@pytest.mark.parametrize("state", [QueueState.IGNORED, QueueState.PRIVATE])
@pytest.mark.parametrize("remote", REMOTES)
def test_what_was_left_out_is_not_asked_again_by_any_number_of_syncs(hub: Hub, remote: str, state: QueueState) -> None:
    spoke = Spoke(hub, "account", tempers=REMOTES[remote])
    left_out(hub, spoke, state)
    before = spoke.remote.contents(BOOK)
    for full in (False, True, False, True):
        assert spoke.sync(full=full).queued == 0
    spoke.remote.forget_tokens()
    spoke.sync()
    hub.add(name="Somebody Else")
    spoke.sync()
    assert hub.queue() == []
    assert before.items() <= spoke.remote.contents(BOOK).items()


@pytest.mark.parametrize("remote", REMOTES)
def test_what_is_private_stays_so_when_it_changes_and_when_it_comes_back(hub: Hub, remote: str) -> None:
    spoke = Spoke(hub, "account", tempers=REMOTES[remote])
    href = left_out(hub, spoke, QueueState.PRIVATE)
    edit(spoke, href, "TITLE:Buyer")
    spoke.sync(full=True)
    spoke.remote.remove(BOOK, href)
    spoke.sync()
    spoke.remote.seed(BOOK, "ada", ADA)
    spoke.sync()
    assert hub.queue() == []
    assert states(hub) == ["private"]


@pytest.mark.parametrize("first_gone", [True, False], ids=["moved", "beside the old one"])
@pytest.mark.parametrize("remote", REMOTES)
def test_what_is_private_stays_so_when_it_is_made_anew_elsewhere_with_other_words(
    hub: Hub, remote: str, first_gone: bool
) -> None:
    spoke = Spoke(hub, "account", tempers=REMOTES[remote])
    href = left_out(hub, spoke, QueueState.PRIVATE)
    if first_gone:
        spoke.remote.remove(BOOK, href)
    spoke.remote.seed(BOOK, "elsewhere", card("ada", "Ada Rossi", "NOTE:y"))
    assert spoke.sync().queued == 0
    assert spoke.sync(full=True).queued == 0
    assert hub.queue() == []
    assert states(hub) == ["private", "private"]


@pytest.mark.parametrize("remote", REMOTES)
def test_what_was_ignored_is_asked_about_when_it_changed_here_or_elsewhere(hub: Hub, remote: str) -> None:
    spoke = Spoke(hub, "account", tempers=REMOTES[remote])
    href = left_out(hub, spoke, QueueState.IGNORED)
    spoke.remote.remove(BOOK, href)
    spoke.remote.seed(BOOK, "elsewhere", ADA)
    spoke.sync()
    assert hub.queue() == []
    edit(spoke, spoke.hrefs()[0], "TITLE:Buyer")
    assert spoke.sync().queued == 1
    assert [row.item.href for row in hub.queue()] == spoke.hrefs()


def test_what_was_ignored_and_is_made_anew_with_other_words_is_asked_about(hub: Hub, phone: Spoke) -> None:
    href = left_out(hub, phone, QueueState.IGNORED)
    phone.remote.remove(BOOK, href)
    phone.remote.seed(BOOK, "elsewhere", card("ada", "Ada Rossi", "NOTE:y"))
    assert phone.sync().queued == 1


def test_items_without_a_name_of_their_own_have_nothing_to_do_with_each_other(hub: Hub, phone: Spoke) -> None:
    nameless = ADA.replace(b"UID:ada\r\n", b"")
    left_out(hub, phone, QueueState.PRIVATE, nameless)
    phone.remote.seed(BOOK, "other", nameless.replace(b"Ada", b"Eva"))
    assert phone.sync().queued == 1


def test_the_same_uid_at_another_account_is_another_item(hub: Hub, phone: Spoke) -> None:
    left_out(hub, phone, QueueState.PRIVATE)
    other = Spoke(hub, "other")
    other.remote.seed(BOOK, "ada", ADA)
    assert other.sync().queued == 1


def test_what_is_private_is_never_a_record_of_ours_also_when_the_crm_has_somebody_like_it(
    hub: Hub, phone: Spoke
) -> None:
    href = left_out(hub, phone, QueueState.PRIVATE, card("ada", "Ada Rossi", "EMAIL:ada@acme.example"))
    private = phone.remote.raw(BOOK, href)
    hub.add(name="Ada Rossi", emails=(Labelled("ada@acme.example"),), title="CTO")
    settled(phone)
    assert phone.remote.raw(BOOK, href) == private
    assert len(phone.hrefs()) == 2


def test_an_item_decided_at_its_new_address_is_not_left_out_for_what_the_old_one_was(hub: Hub, phone: Spoke) -> None:
    """Two items share a UID. One was imported; the other made private later; the imported one goes on."""
    phone.remote.seed(BOOK, "a", ADA)
    phone.sync()
    (record,) = bring_in(hub, RecordType.CONTACT)
    phone.remote.seed(BOOK, "b", ADA.replace(b"NOTE:x", b"NOTE:y"))
    phone.sync()
    with hub.typing() as tx:
        import_queue.leave_out(tx, tx.queue.ids(), QueueState.PRIVATE)
    edit(phone, f"{BOOK}a.vcf", "TITLE:Buyer")
    phone.sync()
    assert hub.fields(record)["title"] == "Buyer"
