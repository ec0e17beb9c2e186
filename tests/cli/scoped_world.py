"""A company of 200 people and 200 records, with accounts, queue, conflicts, plans and runs, and who may see what of it.

Every name says what it belongs to, so that one look at an answer tells whether it speaks of something it should not.
The rules of sight are written down here once more, in the plainest way, and know nothing of the program's own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from crmsync.model import Candidate, CollectionKind, Confidence, Conflict, Item, Link, Record, RecordType
from crmsync.store.accounts import Account
from crmsync.store.collections_of import Collection
from crmsync.store.import_queue import Found
from crmsync.store.pushes import Found as Before
from crmsync.store.session import Stamp
from crmsync.store.store import Store, Tables
from crmsync.store.users import Scope, User
from crmsync.values import Labelled
from tests.cli.terminal import card

PEOPLE = 200
_TYPES = (RecordType.CONTACT, RecordType.CONTACT, RecordType.LEAD, RecordType.COMPANY, RecordType.SUPPLIER)


@dataclass(frozen=True, slots=True)
class Doing:
    """A run: of which account (`None`: a decision), and the records it changed here and at the remote."""

    id: int
    account: int | None
    pulled: frozenset[int]
    pushed: frozenset[int]


@dataclass(slots=True)
class World:
    """What there is, by number: the record 7 is `rec007x`, is called `nam007x`, and its item is `href007x.vcf`."""

    users: list[User] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    home: list[int] = field(default_factory=list)  # the account of the record's item
    users_of: list[int] = field(default_factory=list)  # whose each account is
    collections: list[Collection] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    parked: dict[int, tuple[int, int | None]] = field(default_factory=dict)  # id: account, record
    unfetched: dict[int, int] = field(default_factory=dict)  # account: parked items that nobody could fetch
    queued: dict[int, int] = field(default_factory=dict)  # id: account
    conflicts: dict[int, int] = field(default_factory=dict)  # id: record
    plans: dict[int, tuple[int, frozenset[int]]] = field(default_factory=dict)  # id: account, records
    runs: list[Doing] = field(default_factory=list)

    def owners(self, user: User) -> frozenset[str] | None:
        """Whose records a user sees, `None`: everybody's."""
        if user.scope is Scope.ALL:
            return None
        mates = {one.name for one in self.users if one.team == user.team and user.team}
        return frozenset({user.name} | (mates if user.scope is Scope.TEAM else set()))

    def seen(self, user: User) -> frozenset[int]:
        """The records that a user sees."""
        owners = self.owners(user)
        return frozenset(
            n
            for n, record in enumerate(self.records)
            if (owners is None or record.fields.get("owner", "") in owners)
            and (user.sees_suppliers or record.type is not RecordType.SUPPLIER)
        )

    def accounts(self, user: User) -> frozenset[int]:
        """The accounts that a user sees."""
        owners = self.owners(user)
        return frozenset(
            n for n, whose in enumerate(self.users_of) if owners is None or self.users[whose].name in owners
        )


def build(store: Store, seed: int) -> World:
    """The same world for the same seed."""
    chance, world = random.Random(seed), World()
    with store.transaction(_stamp()) as tx:
        _people(tx, world, chance)
        _accounts(tx, world)
        _items(tx, world, chance)
        _waiting(tx, world, chance)
    for n in range(40):
        account = n // 2 if n % 2 else None
        pulled, pushed = (frozenset(chance.sample(range(PEOPLE), 3)) for _ in range(2))
        with store.transaction(_stamp()) as tx:
            id = tx.begin_run("decision" if account is None else "sync", "" if account is None else f"acc{account:03}x")
            for record in pulled:
                other = chance.randrange(PEOPLE)
                tx.records.change(f"rec{record:03}x", {"title": f"t{n}"}, reason=f"merged from rec{other:03}x")
            if account is not None:
                for record in pushed:
                    tx.pushes.updated(world.links[record], {"title": f"t{n}"}, Before(b"before", {}), b"after")
                    tx.pushes.settled(world.links[record], b"rewritten", {})
            stats = {
                "pulled": {"created": 990, "updated": 990, "deleted": 990},
                "pushed": {"created": 990},
                "queued": 9,
            }
            tx.runs.finish(
                id,
                "done",
                {} if account is None else {**stats, "notes": ["nam000x"]},
                "" if account is None else "990 items came",
            )
        world.runs.append(Doing(id, account, pulled, pushed if account is not None else frozenset()))
    return world


def _stamp() -> Stamp:
    return Stamp("2026-03-01T09:00:00Z", "cli", "somebody", None, "typed")


def _people(tx: Tables, world: World, chance: random.Random) -> None:
    for n in range(PEOPLE):
        scope = chance.choice((Scope.OWN, Scope.OWN, Scope.TEAM, Scope.TEAM, Scope.ALL))
        team = chance.choice(("", *(f"team{k}" for k in range(20))))
        world.users.append(tx.users.add(User(0, f"user{n}", "", scope, chance.random() < 0.6, team)))
    for n in range(PEOPLE):
        owner = chance.choice((f"user{chance.randrange(PEOPLE)}",) * 5 + ("", "gone"))
        fields = {"name": f"nam{n:03}x Rossi", "emails": (Labelled(f"nam{n:03}x@acme.example"),), "orders": 1}
        record = Record(f"rec{n:03}x", chance.choice(_TYPES), {**fields, **({"owner": owner} if owner else {})})
        tx.records.create(record)
        world.records.append(record)


def _accounts(tx: Tables, world: World) -> None:
    for n in range(20):
        world.users_of.append(n * 10)
        account = tx.accounts.add(Account(0, f"acc{n:03}x", "memory", user=world.users[n * 10].id, url="none"))
        types = (RecordType.CONTACT, RecordType.COMPANY, RecordType.LEAD, RecordType.SUPPLIER)
        world.collections.append(
            tx.collections.upsert(account.id, "/book/", CollectionKind.ADDRESSBOOK, "People", "vcard", types)
        )


def _items(tx: Tables, world: World, chance: random.Random) -> None:
    for n, record in enumerate(world.records):
        account = chance.randrange(20)
        place, href = world.collections[account].id, f"href{n:03}x.vcf"
        text = card(f"uid{n}", f"nam{n:03}x Rossi").encode()
        tx.mirror.put_many(place, [Item(href, '"1"', f"uid{n}", text)])
        tx.mirror.clear_dirty(place, [href])
        world.links.append(tx.links.insert(Link(0, record.id, place, href, f"uid{n}", '"1"', dict(record.fields))))
        world.home.append(account)
    for account in range(20):
        for k in range(3):
            place, href = world.collections[account], f"itm{account:03}x-{k}.vcf"
            tx.mirror.put_many(place.id, [Item(href, '"1"', href, card(href, f"itm{account:03}x {k}").encode())])
            tx.mirror.clear_dirty(place.id, [href])
            best = Candidate(f"rec{chance.randrange(PEOPLE):03}x", Confidence.STRONG, 95, ("same mail",))
            row = tx.queue.put(place.account, place.id, Found(href, f"itm{account:03}x {k}", suggestion=best))
            world.queued[row.id] = account


def _waiting(tx: Tables, world: World, chance: random.Random) -> None:
    for n in chance.sample(range(PEOPLE), 60):
        link = world.links[n]
        asked = Conflict(link.record, link.id, "note", None, f"nam{n:03}x here", f"nam{n:03}x there")
        logged, _ = tx.conflicts.open(asked, link.collection)
        world.conflicts[logged.id] = n
    for n in chance.sample(range(PEOPLE), 40):
        link = world.links[n]
        href = link.href if n % 2 else link.record  # the latter: the remote refused to take the record
        account = world.home[n] if n % 2 else chance.randrange(20)
        place, raw = world.collections[account].id, b"nam%03dx" % n
        id = tx.parked.put(place, href, None, f"nam{n:03}x is refused", raw, refused=True)
        world.parked[id] = (account, n)
    for account in range(0, 20, 3):
        id = tx.parked.put(world.collections[account].id, f"itm{account:03}x-lost", None, "never had", None)
        world.parked[id] = (account, None)
        world.unfetched[account] = 1
    for account, place in enumerate(world.collections):
        there = [n for n in range(PEOPLE) if world.home[n] == account]
        records = frozenset({there[0], *(n for n in there if chance.random() < 0.5)})
        lines = [
            {"collection": "People", "record": f"rec{n:03}x", "name": f"nam{n:03}x", "signature": "s", "fields": {}}
            | {"action": "delete", "side": "remote", "href": f"href{n:03}x.vcf", "reason": f"nam{n:03}x left"}
            for n in sorted(records)
        ]
        reason = f"deletes {len(lines)} of {990 + account}"
        world.plans[tx.plans.hold(place.account, place.id, reason, {"actions": lines})] = (account, records)
