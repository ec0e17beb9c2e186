"""An action in words and as JSON: the lines of a dry run, of a held plan and of a difference report."""

from __future__ import annotations

from typing import Any, assert_never

from crmsync import translate
from crmsync.core.plan import Action, Create, Delete, PutBack, Revived, Unlink, Update, Vanished, mails, signature
from crmsync.errors import Unreadable
from crmsync.store.collections_of import Collection
from crmsync.store.store import Tables
from crmsync.values import Changes, Fields, fields_to_json


def describe(tx: Tables, collection: Collection, action: Action) -> dict[str, Any]:
    """One action: what, to which record and item, with which values, what was there before, and why."""
    record = tx.records.get(action.record, deleted=True)
    fields = record.fields if record else {}
    line: dict[str, Any] = {
        "collection": collection.name,
        "record": action.record,
        "name": str(fields.get("name") or fields.get("summary") or action.record),
        "signature": signature(action),
    }
    if mails(action):
        line["mails"] = mails(action)
    match action:
        case Create():
            return line | {"action": "create", "side": "remote", "fields": fields_to_json(action.fields)}
        case Update():
            return line | {
                "action": "update" if action.hub or action.remote else "rebase",
                "href": action.href,
                "crm": fields_to_json(action.hub),
                "remote": fields_to_json(action.remote),
                "was": _was(tx, collection, action, fields),
                "conflicts": sorted(conflict.field for conflict in action.conflicts),
                "refused": sorted(lost.field for lost in action.lost),
            }
        case PutBack():
            return line | {
                "action": "update",
                "href": action.href,
                "crm": {},
                "remote": fields_to_json(action.remote),
                "was": _was(tx, collection, action, fields),
                "conflicts": [],
                "refused": [],
                "reason": "its link was undone",
            }
        case Delete():
            return line | {
                "action": "delete",
                "side": "remote",
                "href": action.href,
                "fields": _agreed(tx, action),
                "reason": action.reason,
            }
        case Vanished():
            return line | {
                "action": "vanished",
                "side": "crm",
                "href": action.href,
                "answer": action.answer.value,
                "reason": action.reason,
            }
        case Revived():
            return line | {"action": "ask", "href": action.href, "reason": "deleted in the CRM, edited at the remote"}
        case Unlink():
            return line | {"action": "unlink", "href": action.href, "reason": action.reason}
        case _:
            assert_never(action)


def _agreed(tx: Tables, action: Delete) -> dict[str, Any]:
    link = tx.links.get(action.link)
    return {} if link is None else fields_to_json(link.base)


def _was(tx: Tables, collection: Collection, action: Update | PutBack, hub: Fields) -> dict[str, Any]:
    """The values that give way: those of the record, and those that the item shows."""
    item = _shown(tx, collection, action) if action.remote else {}
    return {
        "crm": fields_to_json({name: hub[name] for name in _hub(action) if name in hub}),
        "remote": fields_to_json({name: item[name] for name in action.remote if name in item}),
    }


def _hub(action: Update | PutBack) -> Changes:
    return action.hub if isinstance(action, Update) else {}


def _shown(tx: Tables, collection: Collection, action: Update | PutBack) -> Fields:
    record, mirrored = tx.records.get(action.record, deleted=True), tx.mirror.get(collection.id, action.href)
    if record is None or mirrored is None:
        return {}
    try:
        return translate.read(collection.format, record.type, mirrored.item.raw).fields
    except Unreadable:
        return {}
