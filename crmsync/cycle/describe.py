"""An action in words and as JSON: the lines of a dry run, of a held plan and of a difference report."""

from __future__ import annotations

from typing import Any, assert_never

from crmsync.core.plan import Action, Create, Delete, Revived, Unlink, Update, Vanished, signature
from crmsync.store.store import Tables
from crmsync.values import fields_to_json


def describe(tx: Tables, collection: str, action: Action) -> dict[str, Any]:
    """One action: what, to which record and item, with which values, and why."""
    record = tx.records.get(action.record, deleted=True)
    fields = record.fields if record else {}
    line: dict[str, Any] = {
        "collection": collection,
        "record": action.record,
        "name": str(fields.get("name") or fields.get("summary") or action.record),
        "signature": signature(action),
    }
    match action:
        case Create():
            return line | {"action": "create", "side": "remote", "fields": fields_to_json(action.fields)}
        case Update():
            return line | {
                "action": "update" if action.hub or action.remote else "rebase",
                "href": action.href,
                "crm": fields_to_json(action.hub),
                "remote": fields_to_json(action.remote),
                "conflicts": sorted(conflict.field for conflict in action.conflicts),
                "refused": sorted(lost.field for lost in action.lost),
            }
        case Delete():
            return line | {"action": "delete", "side": "remote", "href": action.href, "reason": action.reason}
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
