"""What the account gets beside flagged records: by its filter, as the own organisation, as contacts of a business.

The filter is asked once per cycle, and only about records that something happened to since: it looks at one record at a
time, so the answers about all others are still true. A filter with a date in it is asked anew every hour. Who leaves
it, or is no longer visible to the account's user, is looked at by the plan of this very cycle.
"""

from __future__ import annotations

import re

from crmsync.core.selection import AccountRules, Export, Selected, UserView, Why, linked, select
from crmsync.cycle.job import Job
from crmsync.errors import BadConfig, Usage
from crmsync.store.choices import Choice
from crmsync.store.jsontext import dump, load
from crmsync.store.record_list import Selection
from crmsync.store.store import Tables

_TELLS_TIME = re.compile(r"\b(date|time|datetime|strftime|julianday)\s*\(", re.IGNORECASE)
_HOUR = len("2026-01-01T00")


def renew(job: Job) -> None:
    """Brings `choices` up to date. Raises `BadConfig` when the filter cannot be used; nothing has changed then."""
    export = job.rules.export
    with job.store.view() as view:
        choice = view.choices.get(job.account.id)
        expression = choice.filter.expression if choice.filter else ""
        user = view.users.by_id(job.account.user).sight()
        newest = view.journal.last()
    may = _may(user, export) + ([] if job.rules.policies.default.delivery else ["no delivery addresses"])
    terms = [expression, may, [sorted(export.own), export.linked_contacts]]
    chose, might, besides = load(choice.terms) if choice.terms else _USUAL
    if [chose, might, besides] == terms and not (expression or export.own or export.linked_contacts):
        return
    hour = job.clock()[:_HOUR]
    anew = chose != expression or (hour != choice.at and _TELLS_TIME.search(expression) is not None)
    if not anew and [might, besides] == terms[1:] and choice.seq == newest:
        return
    with job.store.transaction(job.stamp(), durable=False) as tx:
        newest = tx.journal.last()
        _filter(job, tx, choice, since=0 if anew else choice.seq)
        _besides(job, tx, user, export)
        if might != terms[1]:
            tx.choices.reconsider(job.account.id)
        tx.choices.looked(job.account.id, dump(terms), newest, hour)


def _may(user: UserView, export: Export) -> list[object]:
    """What may go to the account at all, as JSON that changes when it does."""
    owners = None if user.owners is None else sorted(user.owners)
    rules = [[rule.type.value, rule.field, rule.value] for rule in export.rules]
    return [owners, sorted(user.types), rules]


_USUAL = ["", _may(UserView(), Export()), [[], False]]


def _filter(job: Job, tx: Tables, choice: Choice, since: int) -> None:
    """Asks about the records of the journal after `since` (0: all), and keeps what is different now."""
    account = job.account
    had = tx.choices.all(account.id, Why.FILTER)
    if since:
        had &= frozenset(tx.journal.records(after=since))
    selected: set[str] = set()
    if choice.filter is not None:
        wanted = Selection(where=choice.filter.expression, user=account.user, since=since)
        try:
            selected.update(tx.records.ids(wanted))
        except Usage as error:
            raise BadConfig(
                f"its filter {choice.filter.name}: {error.what}",
                thing=account.name,
                next_step=f"Mend it with `crmsync filter set {choice.filter.name} EXPR`",
            ) from error
    tx.choices.change(account.id, Why.FILTER, selected - had, had - selected)


def _besides(job: Job, tx: Tables, user: UserView, export: Export) -> None:
    """The own organisation, and the contacts of the businesses that go there."""
    account = job.account
    _now(tx, account.id, Why.OWN, frozenset(tx.records.many(export.own, deleted=False)))
    belonging: frozenset[str] = frozenset()
    if export.linked_contacts:
        there = tx.records.many(tx.choices.businesses(account.id, account.user), deleted=False)
        rules = AccountRules(export=export)
        going = [one.fields for one in there.values() if isinstance(select(one, user, rules, flagged=True), Selected)]
        belonging = linked(going, tx.choices.employed())
    _now(tx, account.id, Why.LINKED, belonging)


def _now(tx: Tables, account: int, why: Why, chosen: frozenset[str]) -> None:
    had = tx.choices.all(account, why)
    tx.choices.change(account, why, chosen - had, had - chosen)
