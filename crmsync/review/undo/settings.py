"""What people set: saved filters, rules for the queue, users. What was changed again since stays, and is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crmsync.review.undo.outcome import Undone
from crmsync.store.queue_rules import from_image
from crmsync.store.store import Tables
from crmsync.store.users import Scope


def filter_back(tx: Tables, undone: Undone, name: str, before: str | None, after: str | None) -> None:
    """A filter has the expression again that it had; one that was made goes, unless an account uses it."""
    found = tx.filters.find(name)
    now = None if found is None else found.expression
    if now != after:
        undone.stays("", "", f"filter {name} was changed since: it stays as it is")
    elif before is not None:
        tx.filters.set(name, before)
        undone.decisions += 1
    elif users := tx.filters.accounts(name):
        undone.stays("", "", f"filter {name} decides by now what {', '.join(users)} gets: it stays")
    else:
        tx.filters.remove(name)
        undone.decisions += 1


def rule_back(
    tx: Tables, undone: Undone, name: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    """A rule that was made goes, one that was removed returns to its place; else its place, and whether it is on."""
    now = tx.queue_rules.image(name)
    if before is None or after is None:
        if (now is None) is not (after is None) or (now and after and _what(now) != _what(after)):
            undone.stays("", "", f"rule {name} was changed since: it stays as it is")
            return
        if before is None:
            tx.queue_rules.remove(name)
        elif before["account"] is not None and before["account"] not in {one.id for one in tx.accounts.all()}:
            undone.stays("", "", f"rule {name} was about an account that is gone: it stays removed")
            return
        else:
            tx.queue_rules.bring_back(from_image(name, before))
        undone.decisions += 1
        return
    if now is None:
        undone.stays("", "", f"rule {name} was removed since")
        return
    for part in ("active", "place"):
        if before[part] == after[part]:
            continue
        if now[part] != after[part]:
            undone.stays("", "", f"rule {name} was changed since ({part}): that stays")
        elif part == "active":
            undone.decisions += tx.queue_rules.switch(name, bool(before[part]))
        else:
            tx.queue_rules.move(name, int(before[part]))
            undone.decisions += 1


def _what(image: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule says: not where it stands, which others change too."""
    return {name: value for name, value in image.items() if name != "place"}


def user_back(tx: Tables, undone: Undone, id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What a user may see and is reached by, each setting by itself."""
    user = tx.users.by_id(id)
    now, back = user.settings(), dict[str, Any]()
    for name, value in before.items():
        if value == after[name]:
            continue
        if now[name] == after[name]:
            back[name] = Scope(value) if name == "scope" else value
        else:
            undone.stays("", "", f"user {user.name} was changed since ({name}): that stays")
    if back:
        tx.users.set(replace(user, **back))
        undone.decisions += 1
