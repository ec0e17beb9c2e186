"""A server that forgets, and items that come back: nothing that the CRM or the item held is lost."""

from __future__ import annotations

import base64

import pytest

from crmsync.connectors.tempers import Etags, Tempers, drops_groups, forgets, in_turn
from crmsync.model import Mode
from crmsync.review import conflicts as decide
from crmsync.review import plans
from crmsync.review.conflicts import Choice
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit, settled

PIXEL = base64.b64encode(b"\xff\xd8\xff\xe0 a small picture \xff\xd9").decode()
RICH = (
    f"PHOTO;ENCODING=b;TYPE=JPEG:{PIXEL}", "X-CAR:Fiat", "item1.TEL:+39 02 111111", "item1.X-ABLabel:Boat",
    "CATEGORIES:Friends,Rome",
)  # fmt: skip


@pytest.mark.parametrize("etags", [Etags.STRONG, Etags.NULL, Etags.FLAKY])
def test_ten_cycles_against_a_server_that_forgets_lose_nothing_in_the_crm(hub: Hub, etags: Etags) -> None:
    desk = Spoke(hub, "desk")
    desk.remote.seed(BOOK, "a", card("u1", "Anna Rossi", *RICH))
    desk.sync()
    (record,) = bring_in(hub)
    forgetting = in_turn(drops_groups, forgets("PHOTO", "X-", "CATEGORIES"))
    phone = Spoke(hub, "phone", tempers=Tempers(rewrites=forgetting, etags=etags))
    before = dict(hub.fields(record))
    assert {"photo", "categories", "phones"} <= before.keys()
    for n in range(10):
        phone.sync()
        desk.sync()
        (href,) = phone.hrefs()
        phone.remote.edit(
            BOOK, href, phone.text(href).replace("END:VCARD", f"EMAIL:e{n}@x.example\r\nEND:VCARD").encode()
        )
        hub.set(record, title=f"title {n}")
    settled(phone, desk)
    after = dict(hub.fields(record))
    assert {name: after[name] for name in before} == before
    assert (after["title"], len(after["emails"])) == ("title 9", 10)  # type: ignore[arg-type]
    assert hub.conflicts() == []
    text = desk.text(desk.hrefs()[0])
    assert all(line in text for line in RICH)
    with hub.store.view() as view:
        assert {"photo", "categories"} <= {loss.field for loss in view.losses.list(phone.collection)}


def _gone(hub: Hub, phone: Spoke, uid: str = "u1") -> str:
    """An item of somebody's with more in it than the CRM knows, edited in the CRM, and removed at the remote."""
    phone.remote.seed(BOOK, "a", card(uid, "Anna Rossi", *RICH))
    phone.sync()
    (record,) = bring_in(hub)
    settled(phone)
    phone.remote.remove(BOOK, phone.hrefs()[0])
    return record


def _is_whole(phone: Spoke, uid: str) -> None:
    (href,) = phone.hrefs()
    text = phone.text(href)
    assert all(line in text for line in (*RICH, f"UID:{uid}\r\n", "TITLE:Buyer"))


@pytest.mark.parametrize(
    ("uid", "kept"), [("u1", "u1"), ("urn:uuid:1", "crmsync-q0"), ("crmsync-other", "crmsync-q0"), ("", "crmsync-q0")]
)
def test_an_item_that_vanished_and_is_put_back_has_all_it_had(hub: Hub, phone: Spoke, uid: str, kept: str) -> None:
    record = _gone(hub, phone, uid)
    hub.set(record, title="Buyer")
    phone.sync()
    with hub.typing() as tx:
        decide.resolve(tx, tx.conflicts.list()[0].id, Choice.CRM)
    settled(phone)
    _is_whole(phone, kept)


def test_a_discarded_plan_puts_back_items_with_all_they_had(hub: Hub, phone: Spoke) -> None:
    for n in range(14):
        hub.add(name=f"Anna{n} Rossi{n}")
    settled(phone)
    for href in phone.hrefs():
        edit(phone, href, "X-CAR:Fiat")
    settled(phone)
    phone.remote.wipe(BOOK)
    assert phone.sync().held == 14
    with hub.typing() as tx:
        plans.discard(tx, tx.plans.list()[0].id)
    settled(phone)
    assert [phone.text(href).count("X-CAR:Fiat") for href in phone.hrefs()] == [1] * 14


def test_an_export_only_account_puts_back_what_its_items_held(hub: Hub) -> None:
    phone = Spoke(hub, "phone", mode=Mode.EXPORT)
    hub.add(name="Anna Rossi", phones=(Labelled("+39 02 111111"),))
    phone.sync()
    (href,) = phone.hrefs()
    edit(phone, href, "X-CAR:Fiat")
    settled(phone)
    phone.remote.remove(BOOK, href)
    settled(phone)
    assert "X-CAR:Fiat" in phone.text(phone.hrefs()[0])


def test_an_item_whose_last_bytes_cannot_be_read_comes_back_as_the_record(hub: Hub, phone: Spoke) -> None:
    record = _gone(hub, phone)
    hub.set(record, title="Buyer")
    phone.sync()
    with hub.typing() as tx:
        (link,) = tx.links.for_record(record)
        tx.links.keep_bytes(link.id, b"rubbish")
        decide.resolve(tx, tx.conflicts.list()[0].id, Choice.CRM)
    settled(phone)
    assert "TITLE:Buyer" in phone.text(phone.hrefs()[0])
