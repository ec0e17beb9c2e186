"""What the account's filter selects: asked once per cycle, and only of records that something happened to since.

A filter looks at one record at a time, so the records that the journal tells of are the only ones whose answer can have
changed; but for the time, which a filter with a date in it is asked about every hour. Who leaves the filter, or is no
longer visible to the account's user, is looked at by the plan of this very cycle.
"""

from __future__ import annotations

import re

from crmsync.core.selection import UserView
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
    with job.store.view() as view:
        choice = view.choices.get(job.account.id)
        expression = choice.filter.expression if choice.filter else ""
        may = _may(view.users.by_id(job.account.user).sight())
        newest = view.journal.last()
    chose, might = load(choice.terms) if choice.terms else ("", _may(UserView()))
    if (chose, might) == (expression, may) and not expression:
        return
    hour = job.clock()[:_HOUR]
    anew = chose != expression or (hour != choice.at and _TELLS_TIME.search(expression) is not None)
    if not anew and might == may and choice.seq == newest:
        return
    with job.store.transaction(job.stamp(), durable=False) as tx:
        newest = tx.journal.last()
        _choose(job, tx, choice, since=0 if anew else choice.seq)
        if might != may:
            tx.choices.reconsider(job.account.id)
        tx.choices.looked(job.account.id, dump([expression, may]), newest, hour)


def _may(user: UserView) -> str:
    """What the account's user may see, as text that changes when it does."""
    owners = None if user.owners is None else sorted(user.owners)
    return dump([owners, sorted(user.types)])


def _choose(job: Job, tx: Tables, choice: Choice, since: int) -> None:
    """Asks about the records of the journal after `since` (0: all), and keeps what is different now."""
    account = job.account
    concerned = tx.journal.records(after=since) if since else []
    had = tx.choices.on(account.id, concerned) if since else tx.choices.all(account.id)
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
    tx.choices.change(account.id, selected - had, had - selected)
