"""Rules of the queue as rows of a list, what one would do in words, and where a new one starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from crmsync.model import RecordType
from crmsync.review.queue_rules import Preview
from crmsync.review.rule_learning import quoted, telling
from crmsync.store.queue_rules import Rule, RuleAction
from crmsync.store.store import Tables
from crmsync_tui.marks import marks
from crmsync_tui.pages import Row
from crmsync_tui.shown import line, shown
from crmsync_tui.words import _, count

_TOLD = 8


def does(action: RuleAction, type: RecordType | None) -> str:
    """What a rule does with an item."""
    match action:
        case RuleAction.ASSIGN:
            return f"{_('type')} {type}"
        case RuleAction.IMPORT:
            return f"{_('add as')} {type}"
        case RuleAction.IGNORE:
            return _("ignore")
        case RuleAction.PRIVATE:
            return _("private")


def rows(view: Tables) -> Sequence[Row]:
    """Every rule, in the order in which they are asked."""
    accounts = view.accounts.names()
    found = []
    for rule in view.queue_rules.all():
        account = accounts.get(rule.account, "") if rule.account is not None else _("all")
        on = _("on") if rule.active else _("off")
        cells = (str(rule.place), line(rule.name), on, does(rule.action, rule.type), line(account), line(rule.where))
        found.append(Row(rule.name, cells, marks().well if rule.active else "", dim=not rule.active))
    return found


def told(seen: Preview) -> Iterator[Content]:
    """What it would do with the queue, and how that agrees with what people decided."""
    hits = count("would hit {n} of the queue", "would hit {n} of the queue", len(seen.hits))
    past = count("{n} past decision", "{n} past decisions", seen.past)
    against = count("{n} against you", "{n} against you", len(seen.against))
    yield shown(f"{hits}, {past}, {against}", "bold")
    if seen.waiting:
        yield shown(
            count(
                "{n} of them probably is a record already and would wait for you",
                "{n} of them probably are records already and would wait for you",
                seen.waiting,
            )
        )
    if seen.earlier:
        yield shown(
            count("{n} more fits: a rule before takes it", "{n} more fit: a rule before takes them", seen.earlier)
        )
    for row in seen.against[:_TOLD]:
        yield shown(f"{marks().differs} {row.item.name}: {row.state} {row.item.type or ''}")
    for row in seen.hits[:_TOLD]:
        yield shown(f"  {row.item.name}  {', '.join(row.item.emails[:1])}")


def start(view: Tables, id: int | None, text: str) -> str:
    """The expression that a new rule starts from: what is filtered by, else what tells most about an item."""
    if text:
        like = quoted(f"%{text}%")
        return f"name LIKE {like} OR organization LIKE {like} OR emails LIKE {like}"
    row = None if id is None else view.queue.find(id)
    return "" if row is None else telling(row, view.accounts.names())


def rule_of(where: str, action: RuleAction, type: RecordType | None, name: str = "") -> Rule:
    """A rule that nobody has made yet."""
    return Rule(name, where, action, type)
