"""Records: kept whole, found by keys, marked for the next cycle when they change."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmsync.core.selection import UserView, sees
from crmsync.errors import Bug, Usage
from crmsync.model import Record, RecordType
from crmsync.store.jsontext import dump_fields, load_fields
from crmsync.store.record_list import Selection
from crmsync.store.search import words
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from crmsync.store.users import User
from crmsync.values import Address, Labelled, Participant, Value
from tests.store.content import LATER, NOW, STAMP, add_collection, contact, link

EVERY_SHAPE: dict[str, Value] = {
    "name": "Łucja Đặng",
    "not_interested": True,
    "orders": 0,
    "emails": (Labelled("a@acme.example", "work", True), Labelled("b@acme.example")),
    "addresses": (Address("Via Roma 1\nInterno 2", "Roma", "RM", "00100", "Italia", "", "", "home", True),),
    "participants": (Participant("a@acme.example", "Anna", "chair"),),
    "categories": ("vip", "da cancellare"),
    "custom.x y": "anything",
}


def test_every_shape_of_value_comes_back_as_it_went_in(tx: Tables) -> None:
    tx.records.create(Record("a", RecordType.LEAD, EVERY_SHAPE))
    assert tx.records.get("a") == Record("a", RecordType.LEAD, EVERY_SHAPE, edited=NOW)


TEXT = st.text(min_size=1)
LABELLED = st.lists(st.builds(Labelled, TEXT, st.text(), st.booleans()), min_size=1).map(tuple)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": TEXT,
        "note": TEXT,
        "orders": st.integers(-(2**40), 2**40),
        "not_interested": st.booleans(),
        "emails": LABELLED,
        "addresses": st.lists(st.builds(Address, TEXT, st.text(), label=st.text()), min_size=1).map(tuple),
        "categories": st.lists(st.text(), min_size=1).map(tuple),
    },
)


@given(FIELDS)
def test_what_is_written_as_json_is_read_back_the_same(fields: dict[str, Value]) -> None:
    assert load_fields(dump_fields(fields)) == fields


@given(FIELDS)
def test_equal_fields_give_equal_words_or_they_could_not_be_taken_out_of_the_index(fields: dict[str, Value]) -> None:
    assert words(fields) == words(load_fields(dump_fields(fields)))


def test_creating_a_record_twice_is_a_bug(store: Store) -> None:
    with pytest.raises(Bug), store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna"))
        tx.records.create_many(map(tx.records.made, [contact("a", "Anna")]))


def test_many_records_at_once_are_as_good_as_one_by_one(store: Store) -> None:
    people = [contact(f"r{n:04}", f"Anna {n}", emails=f"a{n}@acme.example") for n in range(1203)]
    with store.transaction(STAMP, durable=False) as tx:
        assert tx.records.create_many(map(tx.records.made, iter(people))) == 1203
    with store.view() as view:
        assert view.records.totals() == {RecordType.CONTACT: 1203}
        assert view.journal.last() == 1203
        assert view.records.by_keys([("email", "a700@acme.example")]) == {("email", "a700@acme.example"): ["r0700"]}
        assert [r.id for r in view.records.list(Selection(search="anna 1202")).records] == ["r1202"]
    assert store.problems() == []


def test_a_change_sets_empties_and_dates_the_record(store: Store) -> None:
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna", title="Clerk"))
    with store.transaction(Stamp(LATER, "tui", "bert")) as tx:
        changed = tx.records.change("a", {"title": None, "note": "new"})
        assert {name: (one.before, one.after) for name, one in changed.items()} == {
            "title": ("Clerk", None),
            "note": (None, "new"),
        }
        assert tx.records.get("a") == Record("a", RecordType.CONTACT, {"name": "Anna", "note": "new"}, edited=LATER)


def test_changing_what_is_not_there_is_refused(tx: Tables) -> None:
    for change in (
        lambda: tx.records.change("nobody", {"name": "x"}),
        lambda: tx.records.delete("nobody"),
        lambda: tx.records.retype("nobody", RecordType.LEAD),
    ):
        with pytest.raises(Usage, match="no such record"):
            change()


def test_keys_follow_the_values(tx: Tables) -> None:
    old, new = ("email", "old@acme.example"), ("email", "new@acme.example")
    tx.records.create(contact("a", "Anna", emails="Old@acme.example"))
    tx.records.create(contact("b", "Bert", emails="OLD@ACME.EXAMPLE"))
    assert tx.records.by_keys([old, new]) == {old: ["a", "b"]}
    tx.records.change("a", {"emails": (Labelled("new@acme.example"),)})
    assert tx.records.by_keys([old, new]) == {old: ["b"], new: ["a"]}
    tx.records.delete("b")
    assert tx.records.by_keys([old, new]) == {new: ["a"]}
    tx.records.restore("b")
    assert tx.records.by_keys([old, new]) == {old: ["b"], new: ["a"]}


def test_retyping_changes_the_keys_that_depend_on_the_type(tx: Tables) -> None:
    tx.records.create(contact("a", "Acme Italia"))
    assert tx.records.by_keys([("org", "acme italia")]) == {}
    tx.records.retype("a", RecordType.COMPANY)
    assert tx.records.by_keys([("org", "acme italia")]) == {("org", "acme italia"): ["a"]}
    assert tx.records.totals() == {RecordType.COMPANY: 1}


def test_telephone_numbers_without_a_country_code_belong_to_the_home_region(path: Path) -> None:
    with Store.open(path, create=True, region="IT") as store, store.transaction(STAMP) as tx:
        tx.records.create(contact("a", "Anna", phones="06 1234567"))
        (key,) = [key for (key,) in tx._session.all("SELECT key FROM record_keys WHERE kind = 'phone'")]
        assert key.startswith("+39")


def test_a_deleted_record_is_only_found_by_asking_for_it(tx: Tables) -> None:
    tx.records.create(contact("a", "Anna"))
    tx.records.delete("a")
    assert tx.records.get("a") is None
    assert tx.records.get("a", deleted=True) == Record("a", RecordType.CONTACT, {"name": "Anna"}, True, NOW)
    assert tx.records.many(["a", "nobody"], deleted=False) == {}
    assert list(tx.records.many(["a", "nobody"])) == ["a"]
    assert tx.records.list(Selection(search="anna")).records == ()
    assert [record.id for record in tx.records.list(Selection(deleted=True)).records] == ["a"]
    assert tx.records.totals() == {}
    tx.records.change("a", {"title": "still editable"})
    tx.records.restore("a")
    assert [record.id for record in tx.records.list(Selection(search="editable")).records] == ["a"]
    assert tx.records.totals() == {RecordType.CONTACT: 1}


def test_every_change_marks_the_links_of_the_record(tx: Tables) -> None:
    collection = add_collection(tx).id
    user = tx.users.get("me").id
    for id in ("a", "b"):
        tx.records.create(contact(id, id))
        tx.links.insert(link(id, collection, f"/{id}"))
    changes = [
        lambda: tx.records.change("a", {"title": "CEO"}),
        lambda: tx.records.retype("a", RecordType.LEAD),
        lambda: tx.records.delete("a"),
        lambda: tx.records.restore("a"),
        lambda: tx.flags.set(user, ["a"], True),
    ]
    for change in changes:
        assert tx.links.pending(collection) == []
        change()
        (pending,) = tx.links.pending(collection)
        assert (pending.link.record, pending.touched) == ("a", tx.journal.last())
        tx.links.looked(pending.link.id, pending.touched)


def test_flags_belong_to_users_and_only_changes_count(tx: Tables) -> None:
    me, other = tx.users.get("me").id, tx.users.add(User(0, "bert")).id
    for id in "abc":
        tx.records.create(contact(id, id))
    assert tx.flags.set(me, ["a", "b", "a"], True) == ["a", "b"]
    assert tx.flags.set(me, ["b", "c"], True) == ["c"]
    assert tx.flags.set(other, ["a"], True) == ["a"]
    assert tx.flags.set(me, ["a"], False) == ["a"]
    assert tx.flags.set(me, ["a"], False) == []
    assert tx.flags.on(me, ["a", "b", "c"]) == {"b", "c"}
    assert (tx.flags.users("a"), tx.flags.users("c")) == ([other], [me])
    assert tx.flags.by_anybody(["a", "c", "d"]) == {"a", "c"}
    assert [record.id for record in tx.records.list(Selection(flagged=True, user=other)).records] == ["a"]
    last = tx.journal.newest(limit=1)[0]
    assert (last.record, last.field, last.before, last.after) == ("a", f"sync:{me}", True, False)


def test_unlinked_is_what_a_flag_wants_and_no_collection_of_the_account_has(tx: Tables) -> None:
    one, two = add_collection(tx).id, add_collection(tx, href="/other/").id
    elsewhere = add_collection(tx, "home").id
    account, me = tx.accounts.get("work").id, tx.users.get("me").id
    for id in ("plain", "linked", "other", "elsewhere", "deleted", "unflagged"):
        tx.records.create(contact(id, id))
    tx.records.create(Record("lead", RecordType.LEAD, {"name": "Lead"}))
    tx.flags.set(me, ["plain", "linked", "other", "elsewhere", "deleted", "lead"], True)
    tx.links.insert(link("linked", one, "/linked"))
    tx.links.insert(link("other", two, "/other"))
    tx.links.insert(link("elsewhere", elsewhere, "/elsewhere"))
    tx.records.delete("deleted")
    assert tx.links.unlinked(account, me, [RecordType.CONTACT]) == ["elsewhere", "plain"]
    assert tx.links.unlinked(account, me, [RecordType.LEAD]) == ["lead"]
    assert tx.links.unlinked(account, me, []) == []


OWNERS = st.none() | st.frozensets(st.sampled_from(["anna", "luca", "", "me"]), max_size=3)
KINDS = st.frozensets(st.sampled_from(list(RecordType)), min_size=1)


@given(OWNERS, KINDS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_user_may_not_see_is_in_no_list_no_count_and_not_there_by_its_id(
    store: Store, owners: frozenset[str] | None, types: frozenset[RecordType]
) -> None:
    with store.transaction(STAMP) as tx:
        if not tx.records.totals():
            for n, (owner, kind) in enumerate(itertools.product(["anna", "luca", ""], RecordType)):
                fields = {"name": f"N{n}", **({"owner": owner} if owner else {})}
                tx.records.create(Record(f"r{n}", kind, fields))
        everybody = list(tx.records.each())
    user = UserView(owners, types)
    expected = {record.id for record in everybody if sees(user, record)}
    with store.view(user) as view:
        for selection in (Selection(), Selection(where="1"), Selection(search="n"), Selection(types=tuple(RecordType))):
            assert {record.id for record in view.records.each(selection)} == expected
            assert set(view.records.ids(selection)) == expected
            assert view.records.count(selection) == len(expected)
        assert {record.id for record in everybody if view.records.get(record.id)} == expected
        assert view.records.many([record.id for record in everybody]).keys() == expected


def test_half_a_character_is_refused_in_words_and_nothing_is_written(store: Store) -> None:
    half = {"name": "Zo\ud800"}
    refused = pytest.raises(Usage, match="half a character")
    with refused as caught, store.transaction(STAMP) as tx:
        tx.records.create(Record("a", RecordType.CONTACT, half))
    assert str(caught.value).isascii()
    with store.transaction(STAMP) as tx:
        tx.records.create(contact("b", "Bert"))
    with pytest.raises(Usage, match="half a character"), store.transaction(STAMP) as tx:
        tx.records.change("b", half)
    with pytest.raises(Usage, match="half a character"), store.transaction(STAMP) as tx:
        tx.records.create_many([tx.records.made(Record("c", RecordType.CONTACT, half))])
    with store.view() as view:
        assert list(view.records.list().records) == [view.records.get("b")]
        for look in (lambda: view.records.get("\ud800"), lambda: view.records.many(["\ud800"])):
            with pytest.raises(Usage, match="half a character"):
                look()
