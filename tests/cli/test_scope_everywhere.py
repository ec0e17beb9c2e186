"""Two hundred people ask everything there is to ask: nobody learns of a record outside the own scope, nor counts it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

from crmsync.store.store import Store
from crmsync.store.users import User
from tests.cli.scoped_world import PEOPLE, World, build
from tests.cli.terminal import Said, Terminal

pytestmark = pytest.mark.timeout(120)  # two hundred people take their time on a busy machine

SEED = 20260301
_RECORD = re.compile(r"(?:rec|nam|href)(\d{3})x")
_ITEM = re.compile(r"itm(\d{3})x")
_COUNTED = re.compile(r"\b99\d\b")  # the counts of everybody's in runs and in the reasons of plans

Check: TypeAlias = Callable[[World, User, Any], None]


@pytest.fixture
def world(crm: Terminal) -> World:
    with Store.open(crm.home.store) as store:
        return build(store, SEED)


def _status(world: World, user: User, told: Any) -> None:
    seen, accounts = world.seen(user), world.accounts(user)
    assert told["counts"] == {
        "records": len(seen),
        "queue": sum(account in accounts for account in world.queued.values()),
        "conflicts": sum(record in seen for record in world.conflicts.values()),
        "held": sum(account in accounts and bool(records & seen) for account, records in world.plans.values()),
        "parked": len(_parked_seen(world, user)),
        "failing": sum(world.parked[id][1] is not None for id in _parked_seen(world, user)),
    }
    assert {one["name"]: one["items"] for one in told["accounts"]} == _items_seen(world, user)


def _items_seen(world: World, user: User) -> dict[str, int]:
    seen = world.seen(user)
    return {f"acc{account:03}x": 3 + sum(world.home[n] == account for n in seen) for account in world.accounts(user)}


def _parked_seen(world: World, user: User) -> set[int]:
    seen, accounts = world.seen(user), world.accounts(user)
    return {id for id, (account, n) in world.parked.items() if account in accounts and (n is None or n in seen)}


def _accounts(world: World, user: User, told: Any) -> None:
    items = {one["name"]: sum(place["items"] for place in one["collections"]) for one in told["accounts"]}
    assert items == _items_seen(world, user)


def _records(world: World, user: User, told: Any) -> None:
    assert (told["total"], len(told["records"])) == (len(world.seen(user)),) * 2


def _matches(world: World, user: User, told: Any) -> None:
    assert told["matches"] == len(world.seen(user))


def _exported(world: World, user: User, told: Any) -> None:
    assert {one["id"] for one in told["records"]} == {f"rec{n:03}x" for n in world.seen(user)}


def _queue(world: World, user: User, told: Any) -> None:
    accounts = world.accounts(user)
    assert {one["id"] for one in told["items"]} == {id for id, one in world.queued.items() if one in accounts}


def _conflicts(world: World, user: User, told: Any) -> None:
    seen = world.seen(user)
    assert {one["id"] for one in told["conflicts"]} == {id for id, n in world.conflicts.items() if n in seen}


def _plans(world: World, user: User, told: Any) -> None:
    seen, accounts = world.seen(user), world.accounts(user)
    mine = {id: len(ns & seen) for id, (account, ns) in world.plans.items() if account in accounts and ns & seen}
    assert {one["id"]: one["lines"] for one in told["plans"]} == mine


def _parked(world: World, user: User, told: Any) -> None:
    assert {one["id"] for one in told["parked"]} == _parked_seen(world, user)


def _runs(world: World, user: User, told: Any) -> None:
    if user.sees_all:
        return
    seen, accounts = world.seen(user), world.accounts(user)
    mine = {one.id: one for one in world.runs if one.account in accounts or (one.pulled | one.pushed) & seen}
    assert {one["id"] for one in told["runs"]} == set(mine)
    for one in told["runs"]:
        done = mine[one["id"]]
        if done.account is not None:
            assert one["stats"]["pulled"]["updated"] == len(done.pulled & seen)
            assert one["stats"]["pushed"] == {"created": 0, "updated": len(done.pushed & seen), "deleted": 0}


def _runs_found(world: World, user: User, told: Any) -> None:
    met = {one.id for one in world.runs if 5 in (one.pulled | one.pushed)}
    assert {one["id"] for one in told["runs"]} == (met if 5 in world.seen(user) else set())


def _runs_found_by_counts(world: World, user: User, told: Any) -> None:
    """What a run says of itself counts everybody's records, so it is not found by that either."""
    assert user.sees_all or not told["runs"]


def _log(world: World, user: User, told: Any) -> None:
    assert {one["record"] for one in told["log"] if one["kind"] == "change"} == {
        f"rec{n:03}x" for n in world.seen(user)
    }


def _log_found(world: World, user: User, told: Any) -> None:
    lines = [one for one in told["log"] if one["kind"] in ("change", "write")]
    assert {one["record"] for one in lines} == ({"rec005x"} if 5 in world.seen(user) else set())


def _sums(world: World, user: User, told: Any) -> None:
    lost = {f"acc{account:03}x": n for account, n in world.unfetched.items()}
    items = {name: n + lost.get(name, 0) for name, n in _items_seen(world, user).items()}
    assert {one["name"]: one["items"] for one in told["accounts"]} == items


def _places(world: World, user: User, told: Any) -> None:
    lost = sum(world.unfetched.get(account, 0) for account in world.accounts(user))
    assert len(told["items"]) == sum(_items_seen(world, user).values()) + lost


def _rule(world: World, user: User, told: Any) -> None:
    assert told["hits"] == sum(account in world.accounts(user) for account in world.queued.values())


def _nothing_more(world: World, user: User, told: Any) -> None:
    """What it names was looked at already."""


LISTS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("status",), _status),
    (("account", "list"), _accounts),
    (("records", "list"), _records),
    (("records", "list", "--search", "rossi"), _records),
    (("records", "list", "--where", "orders > 0"), _records),
    (("records", "duplicates", "--min-score", "20"), _nothing_more),
    (("filter", "preview", "orders > 0"), _matches),
    (("export", "--format", "json"), _exported),
    (("export", "--format", "csv"), _nothing_more),
    (("export", "--format", "vcard"), _nothing_more),
    (("queue", "list"), _queue),
    (("queue", "list", "--where", "suggestion IS NOT NULL OR score >= 0"), _queue),
    (("queue", "rules", "preview", "name IS NOT NULL"), _rule),
    (("queue", "rules", "learn"), _nothing_more),
    (("conflicts", "list"), _conflicts),
    (("conflicts", "list", "--decided"), _nothing_more),
    (("conflicts", "policies"), _nothing_more),
    (("plans", "list"), _plans),
    (("parked", "list"), _parked),
    (("runs", "list"), _runs),
    (("runs", "list", "--search", "nam005x"), _runs_found),
    (("runs", "list", "--search", "99"), _runs_found_by_counts),
    (("log", "--limit", "5000"), _log),
    (("log", "--limit", "5000", "--search", "nam005x"), _log_found),
    (("explain",), _sums),
    (("explain", "--list", "all"), _places),
    (("user", "list"), _nothing_more),
    (("report",), _nothing_more),
)


def _single(world: World, n: int) -> Iterator[tuple[tuple[str, ...], str]]:
    """Verbs that are asked about one thing, with one that is there; everybody asks about everything in turn."""
    record, item = f"rec{n:03}x", f"href{n:03}x.vcf"
    account = f"acc{n % 20:03}x"
    yield ("records", "show"), record
    yield ("records", "why"), record
    yield ("records", "history"), record
    yield ("explain",), record
    yield ("explain",), item
    yield ("explain", "--list", "all", "--account"), account
    yield ("queue", "show"), str(list(world.queued)[n % len(world.queued)])
    yield ("plans", "show"), str(list(world.plans)[n % len(world.plans)])
    yield ("parked", "show"), str(list(world.parked)[n % len(world.parked)])
    yield ("report",), str(world.runs[n % len(world.runs)].id)
    yield ("log", "--run"), str(world.runs[n % len(world.runs)].id)
    yield ("report", "--plan"), str(list(world.plans)[n % len(world.plans)])


NEVER = {"show": "99999", "report": "99999", "--plan": "99999", "--run": "99999"}
"""Something that never was, for verbs that know their things by number."""


def _clean(world: World, user: User, said: Said, asked: str = "") -> None:
    text = said.out + said.err
    if asked:
        text = text.replace(asked, "")
    assert {int(n) for n in _RECORD.findall(text)} <= world.seen(user)
    assert {int(n) for n in _ITEM.findall(text)} <= world.accounts(user)
    if not user.sees_all:
        assert not _COUNTED.findall(text)


def test_no_list_tells_anybody_of_a_record_outside_the_scope_or_counts_it(crm: Terminal, world: World) -> None:
    for n, user in enumerate(world.users):
        for words, check in LISTS[n % 4 :: 4]:
            as_json = () if words[0] == "export" else ("--json",)
            said = crm.tries("--user", user.name, *words, *as_json)
            if words == ("report",) and said.code:  # nobody told this user of any run
                assert (said.code, said.out) == (2, "")
                continue
            assert said.code == 0, said
            _clean(world, user, said)
            if check is not _nothing_more:
                check(world, user, json.loads(said.out))


def test_a_guessed_name_of_anything_answers_like_one_that_never_was(crm: Terminal, world: World) -> None:
    answered = refused = 0
    for n in range(PEOPLE):
        user = world.users[n * 7 % PEOPLE]
        for words, thing in list(_single(world, n))[n % 3 :: 3]:
            said = crm.tries("--user", user.name, *words, thing, "--json")
            _clean(world, user, said, asked=thing if said.code else "")
            if said.code == 0:
                answered += 1
                continue
            never = NEVER.get(words[-1], "never") if words[0] != "records" else "never"
            other = crm.tries("--user", user.name, *words, never, "--json")
            assert (said.code, said.out) == (other.code, other.out) == (2, "")
            assert re.sub(rf"\b{re.escape(thing)}\b", never, said.err) == other.err
            refused += 1
    assert min(answered, refused) > PEOPLE / 4
