"""Held plans and their lines, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textual.content import Content

from crmsync.errors import Usage
from crmsync.store.plans import HeldPlan, PlanState
from crmsync.store.store import Tables
from crmsync.typed.field_values import in_words
from crmsync.values import from_json
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row, Slice
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _, count, number_text, when


def plans(view: Tables, after: int | None, skip: int, limit: int) -> Slice[int]:
    """A page of the plans that are held."""
    found = [plan for plan in view.plans.list() if plan.id > (after or 0)][skip : skip + limit]
    names = view.accounts.names()
    rows = [
        Row(
            str(plan.id),
            (
                str(plan.id),
                line(names.get(plan.account, "")),
                when(plan.at),
                str(len(plan.body["actions"])),
                line(plan.reason),
            ),
            marks().needs_you,
        )
        for plan in found
    ]
    return Slice(rows, found[-1].id if len(found) == limit else None)


def lines_of(view: Tables, id: int, after: int | None, skip: int, limit: int) -> Slice[int]:
    """A page of the lines of a plan; none when it is not held any more."""
    start = (after or 0) + skip
    actions = _actions(view, id)
    rows = [_row(n, one) for n, one in enumerate(actions[start : start + limit], start)]
    return Slice(rows, start + limit if start + limit < len(actions) else None)


def _row(number: int, one: Mapping[str, Any]) -> Row:
    cells = (line(_what(one)), line(one["name"]), line(change_word(one)))
    return Row(str(number), cells, marks().differs if one.get("moved") else "")


def count_of(view: Tables, id: int) -> int:
    """How many lines a plan has."""
    return len(_actions(view, id))


def _actions(view: Tables, id: int) -> Sequence[Mapping[str, Any]]:
    try:
        plan = view.plans.get(id)
    except Usage:
        return []
    return plan.body["actions"] if plan.state is PlanState.HELD else []


def told(view: Tables, id: int, number: int) -> Sequence[Content]:
    """One line of a plan in full; nothing when it is not there."""
    actions = _actions(view, id)
    return list(_told(actions[number])) if number < len(actions) else []


def _told(one: Mapping[str, Any]) -> Iterator[Content]:
    yield Content.assemble(shown(one["name"], "bold"), "  ", shown(f"{_what(one)}  {one['collection']}"))
    if one.get("reason"):
        yield shown(one["reason"])
    if one.get("moved"):
        yield shown(_("it has moved since you let it pass, and waits for your word again"))
    if one.get("mails"):
        yield shown(count("{n} mail could go to participants", "{n} mails could go to participants", one["mails"]))
    for side, title in (("crm", _("in the CRM")), ("remote", _("at the remote"))):
        was = one.get("was", {}).get(side, {})
        for field, value in one.get(side, {}).items():
            old, new = _word(field, was.get(field)), _word(field, value)
            yield shown(f"{title}, {field}: {old} {marks().to_remote} {new}")
    for field, value in one.get("fields", {}).items():
        yield shown(f"{field}: {_word(field, value)}")
    if one.get("href"):
        yield shown(one["href"], "dim")


def _what(one: Mapping[str, Any]) -> str:
    words = {
        "create": _("create there"),
        "update": _("change"),
        "rebase": _("note"),
        "delete": _("delete there"),
        "vanished": _("gone there"),
        "ask": _("ask"),
        "unlink": _("unlink"),
    }
    return words.get(one["action"], str(one["action"]))


def change_word(one: Mapping[str, Any]) -> str:
    """What a line changes, in a few words."""
    parts = []
    for side in ("crm", "remote"):
        was = one.get("was", {}).get(side, {})
        parts += [
            f"{field}: {_word(field, was.get(field))} {marks().to_remote} {_word(field, value)}"
            for field, value in one.get(side, {}).items()
        ]
    return "; ".join(parts) or str(one.get("reason", "")) or _word("", None)


def _word(field: str, value: Any) -> str:
    try:
        return in_words(from_json(field, value)) or _("(empty)")
    except Usage:
        return in_words(value) or _("(empty)")


def weighed(plan: HeldPlan, account: str) -> tuple[str, Sequence[Content]]:
    """A plan before it is decided: what it comes to, and its first lines."""
    actions = plan.body["actions"]
    kinds = Counter(_what(one) for one in actions)
    sums = ", ".join(f"{number_text(number)} {what}" for what, number in kinds.most_common())
    first = [shown(f"{_what(one)}: {one['name']}  {change_word(one)}") for one in actions[:100]]
    if len(actions) > len(first):
        first.append(shown(_("... and {n} more").format(n=len(actions) - len(first)), "dim"))
    return f"{account}: {sums}", [shown(plan.reason, "bold"), *first]
