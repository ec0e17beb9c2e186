"""Why is this so? The state of each remote item, and of a record at each account, in words.

Every item that a remote lists is in exactly one state (`store.standing`), so the sums of an account agree with its
listing. A record is in one state at each account, whether it has an item there or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmsync.admission.eligible import Eligible
from crmsync.core.selection import Excluded, Export
from crmsync.model import FILES, LinkState, Mode, Record
from crmsync.store.accounts import Account
from crmsync.store.collections_of import Collection
from crmsync.store.standing import Place, Reason, Standing
from crmsync.store.store import Tables


@dataclass(frozen=True, slots=True)
class Stands:
    """One item, or one record, at an account: its state and why. `href` is empty where there is no item.

    `rule` names the reason for programs, `why` tells it to people.
    """

    account: str
    collection: str
    href: str
    state: Standing
    rule: str
    why: str
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """The items of one account: how many in which state and for which reason. `items` is what the remote lists.

    `gone` counts those that it lists no longer and that the next sync will decide upon.
    """

    account: str
    items: int
    states: Mapping[Standing, int]
    reasons: Mapping[Reason, int]
    gone: int


def sums(tx: Tables, account: Account) -> Sums:
    """The sums of all collections of an account."""
    reasons = dict.fromkeys(Reason, 0)
    for collection in tx.collections.of(account.id):
        for reason, n in tx.reasons(collection.id).items():
            reasons[reason] += n
    gone = reasons.pop(Reason.GONE)
    states = dict.fromkeys(Standing, 0)
    for reason, n in reasons.items():
        states[reason.standing] += n
    return Sums(account.name, sum(states.values()), states, {why: n for why, n in reasons.items() if n}, gone)


def items(tx: Tables, account: Account, state: Standing | None = None) -> Iterator[Stands]:
    """Every item that the account's remote lists, one by one; only those in one state where asked."""
    for collection in tx.collections.of(account.id):
        for place in tx.places(collection.id):
            if place.reason is not Reason.GONE and state in (None, place.standing):
                yield _stands(account, collection, place)


def named(tx: Tables, href: str) -> Sequence[Stands]:
    """The items of this name, in whatever accounts; none when nothing is known of it."""
    accounts = {account.id: account for account in tx.accounts.all()}
    return [
        _stands(accounts[collection.account], collection, place)
        for collection in tx.collections.all()
        if (place := tx.place(collection.id, href)) is not None
    ]


def record(tx: Tables, one: Record, export: Callable[[str], Export]) -> Sequence[Stands]:
    """Where a record stands at each account: once for each item it has there, once where it has none.

    `export` tells what the account of a name lets out.
    """
    return [stands for account in tx.accounts.all() for stands in _at(tx, account, one, export(account.name))]


def _at(tx: Tables, account: Account, one: Record, export: Export) -> Sequence[Stands]:
    mine = {collection.id: collection for collection in tx.collections.of(account.id)}
    links = [link for link in tx.links.for_record(one.id) if link.collection in mine]
    if not links and account.kind == FILES:
        return []
    if not links:
        state, rule, why = _absent(tx, account, list(mine.values()), one, export)
        return [Stands(account.name, "", "", state, rule, why, one.id)]
    found: list[Stands] = []
    for link in links:
        collection = mine[link.collection]
        place = tx.place(collection.id, link.href) if link.href else None
        if place is not None:
            found.append(_stands(account, collection, place))
            continue
        if link.state is LinkState.GONE:
            asked = ", ".join(f"{logged.id}" for logged in tx.conflicts.list(link=link.id)) or "?"
            reason, why = Reason.CONFLICT, f"its item vanished at the remote: conflict {asked} asks what that means"
        else:
            reason, why = Reason.UNDER_WAY, "its creation was cut off; the next sync finds out whether it happened"
        where = (account.name, collection.name, link.href)
        found.append(Stands(*where, reason.standing, reason.value, why, one.id))
    return found


def _absent(
    tx: Tables, account: Account, mine: Sequence[Collection], one: Record, export: Export
) -> tuple[Standing, str, str]:
    """Why the account has no item of a record."""
    if account.mode is Mode.IMPORT:
        return Standing.EXCLUDED, "import only", "nothing is written to an import-only account"
    homes = [collection for collection in mine if collection.selected and not collection.read_only]
    accepts = frozenset(kind for collection in homes for kind in collection.accepts)
    verdict = Eligible.among(tx, account, accepts, export, [one.id]).verdict(one)
    if isinstance(verdict, Excluded):
        return Standing.EXCLUDED, "not selected", verdict.reason
    for collection in homes:
        refused = tx.parked.find(collection.id, one.id)
        if refused is not None:
            left = " (it was left so)" if refused.dropped else ""
            return Standing.PARKED, "refused", f"tried {_times(refused.attempts)}: {refused.reason}{left}"
    waiting = tx.queue.suggesting(account.id, one.id)
    if waiting:
        which = ", ".join(f"{row.id} ({row.item.name or row.item.href})" for row in waiting)
        return Standing.QUEUED, "may be there already", f"item {which} of the import queue may be it: decide that first"
    for plan in tx.plans.list(account=account.id):
        if any(line["action"] == "create" and line["record"] == one.id for line in plan.body["actions"]):
            return Standing.PENDING, "held", f"held by plan {plan.id}: {plan.reason}"
    return Standing.PENDING, "new", f"the next sync creates it there ({verdict.reason})"


def _stands(account: Account, collection: Collection, place: Place) -> Stands:
    where = (account.name, collection.name, place.href)
    return Stands(*where, place.standing, place.reason.value, in_words(place), place.record)


_WORDS: Mapping[Reason, str] = {
    Reason.AGREED: "the same as record {record}",
    Reason.UNDECIDED: "waits in the import queue for your decision{maybe}",
    Reason.COLLECTION: "its collection is not selected for the sync",
    Reason.GROUP: "it is a group, not a person or an organisation",
    Reason.EXPORT_ONLY: "it is not ours, and nothing is read from an export-only account",
    Reason.IMPORT_ONLY: "its record {record} was deleted, and nothing is written to an import-only account",
    Reason.IGNORED: "ignored by {said} at {at}, until it changes",
    Reason.PRIVATE: "marked private by {said} at {at}",
    Reason.DISCARDED: "it stays, for plan {plan}, which would have removed it, was discarded",
    Reason.DROPPED: "it could not be read and was dropped; it is looked at again once it changes",
    Reason.CONFLICT: "waits for your decision about {fields} of record {record}",
    Reason.PARKED: "tried {times}: {said}",
    Reason.REFUSED: "its record {record} is not written there, tried {times}: {said}",
    Reason.HELD: "held by plan {plan}: {said}",
    Reason.GONE: "no longer listed by the remote; the next sync decides what that means",
    Reason.UNDER_WAY: "a write was cut off; the next sync finds out whether it happened",
    Reason.CHANGED_THERE: "changed at the remote since the last sync",
    Reason.CHANGED_HERE: "record {record} changed in the CRM since the last sync",
    Reason.NEW: "seen, but not looked at yet",
    Reason.UNLINKED: "it was the item of a record and is no more; it is looked at again once it changes",
}


def in_words(place: Place) -> str:
    """The reason as a sentence without its subject, which is the item."""
    return _WORDS[place.reason].format(
        record=place.record,
        maybe=f"; it may be record {place.record}" if place.record else "",
        plan=place.plan,
        fields=", ".join(place.fields),
        said=place.said,
        at=place.at,
        times=_times(place.attempts),
    )


def _times(n: int) -> str:
    return "once" if n == 1 else f"{n} times"
