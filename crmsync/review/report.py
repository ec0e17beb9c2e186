"""The difference report (M0.3): what a plan would do, or what a run did, as a list for people.

A plan is reported by the lines that the cycle itself made of it (`cycle.describe`), so a report can neither say more
nor less than what would be done. A run is reported by the journal and the write log. The renderers know nothing of
either: they get text, which is anybody's, and have to make it harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crmsync.core.origin import read
from crmsync.errors import Usage
from crmsync.review import explain
from crmsync.store.accounts import Account
from crmsync.store.flags import FLAG_FIELD
from crmsync.store.standing import Standing
from crmsync.store.store import Tables
from crmsync.values import fields_to_json, to_json


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, in the JSON form of its values; `None` is nothing."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is done, or waits: to which record, at which item, and why. `side`: `crm` or `remote`."""

    action: str
    side: str
    account: str
    collection: str
    record: str
    name: str
    href: str = ""
    changes: Sequence[Change] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one sort under a heading."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Report:
    """`facts` say what it is about, in pairs. `mails`: how many invitations a server would send because of it."""

    title: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    mails: int = 0
    notes: Sequence[str] = field(default=())


_Who: TypeAlias = tuple[str, str, str, str, str]
"""Account, collection, record, name and href of a line."""

_REMOTE = {
    "create": "New at the remote",
    "update": "Changed at the remote",
    "delete": "Removed at the remote",
}
_TITLES = (
    *_REMOTE.values(),
    "New in the CRM",
    "Changed in the CRM",
    "Removed in the CRM",
    "Gone at the remote",
    "Not taken over, and put back",
    "For you to decide",
    "Cannot be read, or was refused",
)


def of_plan(tx: Tables, id: int) -> Report:
    """A plan that was held. Raises `Usage` when there is none."""
    plan = tx.plans.get(id)
    account = tx.accounts.by_id(plan.account)
    actions = plan.body["actions"]
    facts = [
        ("plan", f"{plan.id}, {plan.state.value}"),
        ("account", account.name),
        ("since", plan.at),
        ("held because", plan.reason),
    ]
    mails = sum(line.get("mails", 0) for line in actions)
    return Report(f"Plan {plan.id} for {account.name}", facts, _sections(_planned(account.name, actions)), mails)


def of_pending(tx: Tables, account: Account, actions: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> Report:
    """What the next sync of an account would do. `actions` are the lines of a dry run.

    Also lists what no sync does by itself: open conflicts, and items that cannot be read.
    """
    actions = seen_lines(tx, actions)
    sums = explain.sums(tx, account)
    facts = [("account", account.name), ("mode", account.mode.value), ("items at the remote", f"{sums.items:,}")]
    facts += [(state.value, f"{n:,}") for state, n in sums.states.items() if n]
    lines = [*_planned(account.name, actions), *_waiting(tx, account, actions)]
    mails = sum(line.get("mails", 0) for line in actions)
    told = () if tx.limited else notes  # they count
    return Report(f"What the next sync of {account.name} would do", facts, _sections(lines), mails, told)


def seen_lines(tx: Tables, lines: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those lines of a plan that speak of records which whoever asks may see."""
    seen = tx.records.many({line["record"] for line in lines})
    return [line for line in lines if line["record"] in seen]


def of_run(tx: Tables, id: int) -> Report:
    """What a run changed, and where. Raises `Usage` when there is none."""
    run = tx.runs.get(id)
    facts = [("run", f"{run.id}, {run.kind}"), ("by", run.actor), ("began", run.started), ("ended", run.finished or "")]
    facts += [("account", run.account)] if run.account else []
    facts += [("state", run.state), *([("said", run.message)] if run.message else [])]
    lines = [*_written(tx, id), *_journalled(tx, id)]
    title = f"What run {run.id} did" if run.state != "running" else f"What run {run.id} did so far"
    notes = run.stats.get("notes", ())
    return Report(title, facts, _sections(lines), 0, notes)


def newest_run(tx: Tables) -> int:
    """The run that a report is about where none is named: the newest that was no dry run.

    Raises `Usage` before the first one.
    """
    before: int | None = None
    while page := tx.runs.list(before=before):
        for run in page:
            if run.kind != "dry run":
                return run.id
        before = page[-1].id
    raise Usage("nothing was done yet", next_step="See `crmsync report --pending ACCOUNT` for what would be")


def _sections(lines: Iterable[tuple[str, Line]]) -> Sequence[Section]:
    by_title: dict[str, list[Line]] = {title: [] for title in _TITLES}
    for title, line in lines:
        by_title[title].append(line)
    return [Section(title, found) for title, found in by_title.items() if found]


def _planned(account: str, actions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Line]]:
    """The lines of a plan; an update may move values both ways, and is then told once for each side."""
    for one in actions:
        who = (account, one["collection"], one["record"], one["name"], one.get("href", ""))
        reason = str(one.get("reason", ""))
        match one["action"]:
            case "create":
                yield _REMOTE["create"], Line("create", "remote", *who, _changes({}, one["fields"]), reason)
            case "delete":
                yield _REMOTE["delete"], Line("delete", "remote", *who, _changes(one.get("fields", {}), {}), reason)
            case "vanished":
                why = f"{reason}; {_ANSWERS[one['answer']]}"
                yield "Gone at the remote", Line("vanished", "crm", *who, (), why)
            case "ask":
                yield "For you to decide", Line("ask", "crm", *who, (), reason)
            case "update":
                yield from _update(who, one)
            case _:  # an agreement is remembered or given up: nothing changes anywhere
                yield from _refused(who, one)


_ANSWERS = {
    "ask": "you are asked what that means",
    "unflag": "it leaves the phone and stays in the CRM",
    "archive": "its record becomes inactive",
    "delete": "its record is deleted",
}


def _update(who: _Who, one: Mapping[str, Any]) -> Iterator[tuple[str, Line]]:
    was = one.get("was", {})
    if one["remote"]:
        changes = _changes(was.get("remote", {}), one["remote"])
        yield _REMOTE["update"], Line("update", "remote", *who, changes)
    if one["crm"]:
        yield "Changed in the CRM", Line("update", "crm", *who, _changes(was.get("crm", {}), one["crm"]))
    yield from _refused(who, one)


def _refused(who: _Who, one: Mapping[str, Any]) -> Iterator[tuple[str, Line]]:
    for name in one.get("conflicts", ()):
        why = f"both sides changed {name}"
        yield "For you to decide", Line("ask", "crm", *who, (), why)
    for name in one.get("refused", ()):
        why = f"{name} is not this side's to change; what was typed there is kept in the conflict log"
        yield "Not taken over, and put back", Line("refuse", "remote", *who, (), why)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Sequence[Change]:
    names = sorted({*before, *after}) if not after or not before else sorted(after)
    return [Change(name, before.get(name), after.get(name)) for name in names]


def _waiting(tx: Tables, account: Account, actions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Line]]:
    told = {(one["record"], name) for one in actions for name in one.get("conflicts", ())}
    places = {one.id: one.name for one in tx.collections.of(account.id)}
    for logged in tx.conflicts.list():
        asked = logged.conflict
        if logged.collection not in places or (asked.record, asked.field) in told:
            continue
        link = tx.links.get(asked.link)
        changes = [Change(asked.field, _plain(asked.crm), _plain(asked.remote))]
        why = f"conflict {logged.id} since {logged.since}: before is the CRM's value, after is the remote's"
        who = (asked.record, _name(tx, asked.record), link.href if link else "")
        yield "For you to decide", Line("ask", "crm", account.name, places[logged.collection], *who, changes, why)
    for item in explain.items(tx, account, Standing.PARKED):
        line = Line("parked", "remote", account.name, item.collection, "", "", item.href, (), item.why)
        yield "Cannot be read, or was refused", line


def _name(tx: Tables, record: str) -> str:
    found = tx.records.get(record, deleted=True)
    return record if found is None else str(found.fields.get("name") or found.fields.get("summary") or record)


def _written(tx: Tables, run: int) -> Iterator[tuple[str, Line]]:
    """What the run wrote at remotes, one line for each item."""
    names = tx.accounts.names()
    places = {one.id: (names[one.account], one.name) for one in tx.collections.all()}
    items: dict[tuple[str, str, int, str], list[Change]] = {}
    for push in tx.pushes.of_run(run):
        before, after = _plain(push.stood), _plain(push.after)
        action = "update" if push.field else "create" if push.before is None else "delete"
        changes = [Change(push.field, before, after)] if push.field else _changes(before or {}, after or {})
        items.setdefault((action, push.record, push.collection, push.href), []).extend(changes)
    for (action, record, collection, href), changes in items.items():
        where = places.get(collection, ("(removed)", ""))
        yield _REMOTE[action], Line(action, "remote", *where, record, _name(tx, record), href, changes)


def _journalled(tx: Tables, run: int) -> Iterator[tuple[str, Line]]:
    """What the run changed in the CRM, one line for each record and kind of change."""
    found: dict[tuple[str, str, str], tuple[list[Change], str, str]] = {}
    for entry in tx.journal.of_run(run, made=True):
        before, after = _plain(entry.before), _plain(entry.after)
        title = "Changed in the CRM"
        changes = [Change(_FLAG if entry.field.startswith(FLAG_FIELD) else entry.field, before, after)]
        if entry.field == "":
            title = "New in the CRM" if entry.before is None else "Removed in the CRM"
            changes = list(_changes(before or {}, after or {}))
        origin = read(entry.reason)
        key = (title, entry.record, entry.reason)
        known = found.setdefault(key, ([], origin.item, origin.rule))
        known[0].extend(changes)
    for (title, record, reason), (changes, href, rule) in found.items():
        action = {"New in the CRM": "create", "Removed in the CRM": "delete"}.get(title, "update")
        who = (read(reason).account, "", record, _name(tx, record), href)
        yield title, Line(action, "crm", *who, changes, rule)


_FLAG = "sync to mobile"


def _plain(value: Any) -> Any:
    """The JSON form of a value of the journal, of the write log or of a conflict; flags and the like are JSON."""
    return fields_to_json(value) if isinstance(value, Mapping) else to_json(value)


def rows(report: Report) -> Iterator[tuple[str, Line, Change | None]]:
    """Every line with each of its changes: what a table has in its rows. A line without any comes once."""
    for section in report.sections:
        for line in section.lines:
            for change in line.changes or (None,):
                yield section.title, line, change


def in_words(value: Any) -> str:
    """The JSON form of a value in one line: entries side by side, each with its label, an address as one writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(in_words, value))
        case {"value": inner}:
            label = value.get("label")
            return in_words(inner) + (f" ({label})" if label else "")
        case {"email": str(email)}:
            return email
        case dict():
            return " ".join(in_words(part) for part in value.values() if part not in ("", None))
        case _:
            return str(value)
