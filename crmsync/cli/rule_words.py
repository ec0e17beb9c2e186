"""Rules of the import queue in words, and as JSON."""

from __future__ import annotations

from typing import Any

from crmsync.review.queue_rules import Preview
from crmsync.store.import_queue import Queued
from crmsync.store.queue_rules import Rule, RuleAction


def in_words(rule: Rule) -> str:
    """What a rule does."""
    match rule.action:
        case RuleAction.ASSIGN:
            return f"type {rule.type}"
        case RuleAction.IMPORT:
            return f"import as {rule.type}"
        case RuleAction.IGNORE:
            return "ignore"
        case RuleAction.PRIVATE:
            return "private"


def account_of(rule: Rule, accounts: dict[int, str]) -> str:
    """The name of the only account that a rule is for."""
    return "" if rule.account is None else accounts.get(rule.account, "")


def decided(row: Queued) -> str:
    """What a person decided about an item."""
    return f"{row.state} as {row.item.type}" if row.item.type is not None else f"{row.state}"


def rule_json(rule: Rule, accounts: dict[int, str]) -> dict[str, Any]:
    """A rule; `accounts` are names by id."""
    return {
        "name": rule.name,
        "where": rule.where,
        "action": rule.action.value,
        "type": None if rule.type is None else rule.type.value,
        "account": account_of(rule, accounts) or None,
        "position": rule.place,
        "on": rule.active,
        "by": rule.made_by,
        "at": rule.made_at,
    }


def preview_json(seen: Preview) -> dict[str, Any]:
    """What a rule would do."""
    against = [{"id": row.id, "name": row.item.name, "decision": decided(row)} for row in seen.against]
    return {
        "hits": len(seen.hits),
        "ids": [row.id for row in seen.hits],
        "probably_records": seen.waiting,
        "earlier": seen.earlier,
        "past": seen.past,
        "against": against,
    }
