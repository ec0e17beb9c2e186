"""The pure core run by itself: a hub and some remotes as dictionaries, and a plan applied as `cycle` would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from crmsync.core.fieldmap import apply, view
from crmsync.core.plan import Action, Create, Delete, Revived, Unlink, Update, Vanished
from crmsync.core.reconcile import Local, Pair, Policies, Remote, reconcile
from crmsync.core.settle import settle
from crmsync.model import Link, LinkState, OnDelete, Policy, RecordType
from crmsync.values import Changes, Fields, Value
from tests.machine.typed import tokens

CONTACT = RecordType.CONTACT
Rewrite = Callable[[dict[str, Value]], dict[str, Value]]


@dataclass(slots=True)
class Spoke:
    """A remote: what it holds, what it makes of what it is given, and how it is synced."""

    policy: Policy = field(default_factory=Policy)
    rewrite: Rewrite = dict
    items: dict[str, dict[str, Value]] = field(default_factory=dict)
    etags: dict[str, int] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    unflagged: set[str] = field(default_factory=set)
    restore: set[str] = field(default_factory=set)
    writes: int = 0

    def put(self, href: str, fields: Fields) -> None:
        """Stores an item, by whoever it is."""
        self.items[href] = self.rewrite(dict(fields))
        self.etags[href] = self.etags.get(href, 0) + 1

    def drop(self, href: str) -> None:
        """Removes an item, by whoever it is."""
        del self.items[href]


@dataclass(slots=True)
class Hub:
    """The records, and everything that is written down about them."""

    records: dict[str, dict[str, Value]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    log: list[object] = field(default_factory=list)

    def change(self, record: str, changes: Changes) -> None:
        """A change and its journal entry."""
        before = self.records[record]
        self.log.append([(name, before.get(name), value) for name, value in changes.items()])
        self.records[record] = apply(before, changes)

    def known(self) -> set[str]:
        """Every typed value that is in a record, the journal or the conflict log."""
        return tokens(self.records, self.log)


def pairs(hub: Hub, spoke: Spoke) -> Iterator[Pair]:
    """Both sides of every record."""
    for record, fields in hub.records.items():
        local = Local(record, CONTACT, view(CONTACT, fields), record not in spoke.unflagged, record in hub.deleted)
        link = spoke.links.get(record)
        there = spoke.items.get(record) if link else None
        remote = None if there is None else Remote(record, str(spoke.etags[record]), there)
        yield Pair(local, link, remote, restore=record in spoke.restore)


def cycle(hub: Hub, spoke: Spoke) -> tuple[Action, ...]:
    """One cycle; returns what it did."""
    plan = reconcile(pairs(hub, spoke), Policies(spoke.policy))
    for action in plan.actions:
        _apply(hub, spoke, action)
    return plan.actions


def _apply(hub: Hub, spoke: Spoke, action: Action) -> None:
    record = action.record
    match action:
        case Create(fields=fields):
            spoke.restore.discard(record)
            spoke.writes += 1
            spoke.put(record, fields)
            spoke.links[record] = _agreed(spoke, Link(1, record, 1, record, record, None, fields), frozenset(fields))
        case Update():
            if action.hub:
                hub.change(record, action.hub)
            hub.log.extend([action.conflicts, action.lost])
            link = replace(spoke.links[record], base=action.base, echo=action.echo, state=LinkState.LINKED)
            if action.remote:
                spoke.writes += 1
                spoke.put(record, apply(spoke.items[record], action.remote))
                disputed = frozenset(conflict.field for conflict in action.conflicts)
                link = _agreed(spoke, link, frozenset(action.remote), disputed)
            spoke.links[record] = replace(link, etag=str(spoke.etags[record]))
        case Delete():
            spoke.writes += 1
            hub.log.append((spoke.links.pop(record).shown(), action.lost))
            spoke.drop(record)
        case Vanished(answer=OnDelete.DELETE):
            hub.deleted.add(record)
            del spoke.links[record]
        case Vanished():
            spoke.links[record] = replace(spoke.links[record], state=LinkState.GONE)
        case Revived():
            hub.deleted.discard(record)  # a person decides: the edit stays
        case Unlink():
            del spoke.links[record]


def _agreed(spoke: Spoke, link: Link, pushed: frozenset[str], disputed: frozenset[str] = frozenset()) -> Link:
    settled = settle(link.base, link.echo, spoke.items[link.record], pushed, True, disputed)
    return replace(link, etag=str(spoke.etags[link.record]), echo=settled.echo)
