"""`crmsync records`: what the CRM holds."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from crmsync.cli import record_duplicates, record_history, record_merge
from crmsync.cli.answers import answer, emit, emit_each, say, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.core.fieldmap import display_name
from crmsync.core.selection import owned
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import Record, RecordType
from crmsync.review import deletion
from crmsync.review.editing import edit
from crmsync.review.promotion import promote
from crmsync.store.identity import new_id
from crmsync.store.record_list import Selection
from crmsync.store.store import Tables
from crmsync.typed.field_values import in_words, pairs
from crmsync.typed.times import in_order
from crmsync.values import SHAPES, fields_to_json

_PAGE = 1000
_MANUAL = "python -m pydoc crmsync.typed.field_values"


def run(desk: Desk, argv: list[str]) -> int:
    """One of the verbs."""
    options = _parser().parse_args(argv)
    actions = {
        "list": _list,
        "show": _show,
        "add": _add,
        "set": _set,
        "flag": _flag,
        "delete": _delete,
        "why": record_history.why,
        "history": record_history.history,
        "merge": record_merge.run,
        "promote": _promote,
        "duplicates": record_duplicates.run,
    }
    return actions[options.action](desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync records", description="What the CRM holds.")
    actions = parser.add_subparsers(dest="action", required=True)
    types = [kind.value for kind in RecordType]
    listing = actions.add_parser("list", help="find records")
    listing.add_argument("--type", action="append", choices=types, default=[])
    listing.add_argument("--where", default="", metavar="EXPR")
    listing.add_argument("--search", default="", metavar="TEXT")
    listing.add_argument("--limit", type=positive, metavar="N", help="only the first N; `total` is of all")
    add = actions.add_parser("add", help="a new record")
    add.add_argument("--type", choices=types, required=True)
    add.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    change = actions.add_parser("set", help="change fields; FIELD= empties one")
    add.epilog = change.epilog = f"Fields: {', '.join(SHAPES)}, custom.ANYTHING. How values are written: `{_MANUAL}`"
    change.add_argument("id")
    change.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    flag = actions.add_parser("flag", help="have records on the phone, or no longer")
    flag.add_argument("ids", nargs="*", metavar="ID")
    flag.add_argument("--where", default="", metavar="EXPR")
    which = flag.add_mutually_exclusive_group(required=True)
    which.add_argument("--on", action="store_true")
    which.add_argument("--off", action="store_true")
    why = actions.add_parser("why", help="where each value comes from")
    why.add_argument("id")
    why.add_argument("field", nargs="?")
    merge = actions.add_parser("merge", help="two records are one: OTHER becomes part of KEEP")
    merge.add_argument("keep", metavar="KEEP")
    merge.add_argument("other", metavar="OTHER")
    merge.add_argument("--dry-run", action="store_true", help="show what that would do; change nothing")
    promote = actions.add_parser("promote", help="a lead becomes a contact or a company, a company a customer")
    promote.add_argument("id")
    promote.add_argument("--stage", help="of a company (default: prospect, then customer)")
    delete = actions.add_parser("delete", help="delete one")
    delete.add_argument("id")
    delete.add_argument("--dry-run", action="store_true", help="show what becomes of its items; change nothing")
    for name, text in (("show", "everything about one"), ("history", "what changed when")):
        actions.add_parser(name, help=text).add_argument("id")
    record_duplicates.add_options(actions.add_parser("duplicates", help="records that may be one"))
    for one in actions.choices.values():
        one.add_argument("--json", action="store_true")
    return parser


def _list(desk: Desk, options: argparse.Namespace) -> int:
    user = desk.user.id
    wanted = Selection(tuple(RecordType(kind) for kind in options.type), options.where, options.search, user)
    with desk.seeing() as view:
        total = view.records.count(wanted)
        found = _flagged(view, wanted, user, total if options.limit is None else options.limit)
        if options.json:
            emit_each("records", (_json(record, flag) for record, flag in found), {"total": total})
            return 0
        rows = [
            ("on" if flag else "off", record.id, record.type, display_name(record.type, record.fields))
            for record, flag in found
        ]
    table(("sync", "id", "type", "name"), rows, "No record matches.")
    return 0


def _flagged(view: Tables, wanted: Selection, user: int, limit: int) -> Iterator[tuple[Record, bool]]:
    """The first `limit` records, page by page, each with whether it is flagged."""
    after: str | None = None
    while limit > 0:
        page = view.records.list(wanted, after=after, limit=min(limit, _PAGE))
        flagged = view.flags.on(user, [record.id for record in page.records])
        yield from ((record, record.id in flagged) for record in page.records)
        if page.next is None:
            return
        after = page.next
        limit -= len(page.records)


def _json(record: Record, flagged: bool) -> dict[str, Any]:
    return {
        "id": record.id,
        "type": record.type.value,
        "name": display_name(record.type, record.fields),
        "fields": fields_to_json(record.fields),
        "sync": flagged,
    }


def _get(tx: Tables, id: str) -> Record:
    record = tx.records.get(id)
    if record is None:
        raise Usage("there is no such record", thing=id, next_step="See `crmsync records list`")
    return record


def _show(desk: Desk, options: argparse.Namespace) -> int:
    user = desk.user.id
    with desk.seeing() as view:
        record = _get(view, options.id)
        flagged = bool(view.flags.on(user, [record.id]))
        accounts = {account.id: account.name for account in view.accounts.all()}
        links = [
            {
                "account": accounts[view.collections.get(link.collection).account],
                "href": link.href,
                "state": link.state.value,
            }
            for link in view.links.for_record(record.id)
            if view.collections.get(link.collection).account in accounts
        ]
    if options.json:
        emit({**_json(record, flagged), "links": links})
        return 0
    say(f"{display_name(record.type, record.fields)}  ({record.type} {record.id}, sync {'on' if flagged else 'off'})")
    table(
        ("field", "value"), [(name, in_words(value)) for name, value in sorted(record.fields.items())], "It is empty."
    )
    for link in links:
        say(f"{link['account']}: {link['href']} ({link['state']})")
    return 0


def _add(desk: Desk, options: argparse.Namespace) -> int:
    kind = RecordType(options.type)
    fields = {name: value for name, value in pairs(options.values).items() if value is not None}
    if not fields:
        raise Usage("every value is empty", next_step="Say what the record holds: FIELD=VALUE ...")
    in_order(fields)
    if kind is RecordType.APPOINTMENT and "start" not in fields:
        raise Usage("an appointment needs a start", next_step="start=2026-03-31T10:00:00")
    record = owned(Record(new_id(), kind, {**fields, **_named(kind, fields)}), desk.user.name, desk.user.sight())
    with desk.deciding("typed") as tx:
        tx.records.create(record)
    return answer(options, {"id": record.id}, f"added: {record.id}")


def _named(kind: RecordType, fields: dict[str, Any]) -> dict[str, Any]:
    """People who are typed as given and family name only get the name that follows from them."""
    if "name" in fields or kind in (RecordType.APPOINTMENT, RecordType.TASK):
        return {}
    name = " ".join(fields[part] for part in ("given", "family") if part in fields)
    return {"name": name} if name else {}


def _set(desk: Desk, options: argparse.Namespace) -> int:
    changes = pairs(options.values)
    with desk.deciding(seeing=True) as tx:
        names = edit(tx, options.id, changes)
    return answer(options, {"id": options.id, "changed": names}, f"changed: {', '.join(names) or 'nothing'}")


def _flag(desk: Desk, options: argparse.Namespace) -> int:
    if not (options.ids or options.where):
        raise Usage("say which records: their ids, or --where EXPR")
    with desk.deciding(seeing=True) as tx:
        ids: Sequence[str] = [_get(tx, id).id for id in options.ids]
        if options.where:
            ids = [*ids, *tx.records.ids(Selection(where=options.where, user=desk.user.id))]
        changed = tx.flags.set(desk.user.id, ids, on=options.on)
    return answer(options, {"flagged": len(changed)}, f"changed: {len(changed):,} records")


def _delete(desk: Desk, options: argparse.Namespace) -> int:
    if options.dry_run:
        with desk.seeing() as view:
            record, fates = deletion.weigh(view, options.id)
    else:
        with desk.deciding(seeing=True) as tx:
            record, fates = deletion.weigh(tx, options.id)
            deletion.delete(tx, [record.id])
    if options.json:
        items = [{"account": one.account, "href": one.href, "removed": one.removed, "why": one.why} for one in fates]
        emit({"deleted": None if options.dry_run else record.id, "items": items})
        return 0
    say("would be deleted" if options.dry_run else "deleted")
    for one in fates:
        say(f"  {one.account}: {one.href}: {one.why}")
    return 0


def _promote(desk: Desk, options: argparse.Namespace) -> int:
    with desk.deciding("promoted", seeing=True) as tx:
        done = promote(tx, options.id, options.stage or "")
    data = {"id": done.record, "type": done.type.value, "stage": done.stage or None}
    before = {"type": done.was_type.value, "stage": done.was_stage or None}
    was, now = (" ".join(filter(None, pair)) for pair in ((done.was_stage, done.was_type), (done.stage, done.type)))
    return answer(options, {**data, "before": before}, f"{done.record}: was {was}, is {now}")
