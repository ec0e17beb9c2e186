"""`crmsync queue`: what each found item is to become."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from crmsync.cli.answers import answer, emit, narrate, table
from crmsync.cli.arguments import Arguments, positive
from crmsync.cli.frame import OK, SOME_FAILED
from crmsync.cli.progress import ProgressLine
from crmsync.cli.queue_preview import as_seen, preview_accept, preview_link, queued_json, show
from crmsync.desk import Desk
from crmsync.errors import Unreadable, Usage
from crmsync.model import RecordType
from crmsync.review import import_queue
from crmsync.review.import_queue import Done
from crmsync.review.with_company import Company, bring_in_with_company
from crmsync.store.identity import new_id
from crmsync.store.import_queue import Queued, QueueSelection, QueueState
from crmsync.store.store import Tables

_BATCH = 500
_BEST = 100
"""No suggestion scores more."""
_TOLD = 20
"""How many of the items that were skipped are named to a person."""


def run(desk: Desk, argv: list[str]) -> int:
    """One of the decisions."""
    if argv[:1] == ["rules"]:
        from crmsync.cli import queue_rules

        return queue_rules.run(desk, argv[1:])
    options = _parser().parse_args(argv)
    match options.action:
        case "list":
            return _list(desk, options)
        case "assign":
            return _assign(desk, options)
        case "import":
            return _bring_in(desk, options)
        case "show":
            return show(desk, options)
        case "link":
            return preview_link(desk, options) if options.dry_run else _link(desk, options)
        case "accept":
            return _accept(desk, options)
        case _:
            state = QueueState.IGNORED if options.action == "ignore" else QueueState.PRIVATE
            done = _each(desk, _picked(desk, options), lambda tx, ids: import_queue.leave_out(tx, ids, state))
            return _answer(options, "left out", done)


def _parser() -> Arguments:
    parser = Arguments("crmsync queue", description="Items that were found and wait for a decision.")
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="what waits")
    listing.add_argument("--where", default="", metavar="EXPR")
    actions.add_parser("show", help="one item, and every record that it may be").add_argument("id", type=positive)
    assign = actions.add_parser("assign", help="give items a record type")
    _which(assign)
    assign.add_argument("--type", required=True, choices=[kind.value for kind in RecordType])
    assign.add_argument("--import", action="store_true", dest="bring_in", help="and make records of them at once")
    assign.add_argument("--with-company", action="store_true", help="contacts, each with the company its card names")
    imports = actions.add_parser("import", help="make records of exactly those that have a type")
    imports.add_argument("ids", nargs="*", type=positive, metavar="ID")
    imports.add_argument("--company", action="store_true", help="contacts, each with the company its card names")
    link = actions.add_parser("link", help="say that an item is a record the CRM has")
    link.add_argument("id", type=positive)
    link.add_argument("record")
    accept = actions.add_parser("accept", help="link items to the records suggested for them")
    accept.add_argument("ids", nargs="*", type=positive, metavar="ID")
    accept.add_argument("--min-score", type=int)
    for one in (link, accept):
        one.add_argument("--dry-run", action="store_true", help="show what would be linked; change nothing")
    for name, text in (("ignore", "until the item changes"), ("private", "for good")):
        leave = actions.add_parser(name, help=text)
        _which(leave)
    actions.add_parser("rules", help="what is done with found items by itself: see `crmsync queue rules --help`")
    for one in actions.choices.values():
        one.add_argument("--json", action="store_true")
    return parser


def _which(parser: Arguments) -> None:
    parser.add_argument("ids", nargs="*", type=positive, metavar="ID")
    parser.add_argument("--all", action="store_true", help="everything that waits")
    parser.add_argument("--where", default="", metavar="EXPR", help="everything that waits and matches")


def _ids(desk: Desk, selection: QueueSelection) -> Sequence[int]:
    with desk.seeing() as view:
        return view.queue.ids(selection)


def _picked(desk: Desk, options: argparse.Namespace) -> Sequence[int]:
    """The ids as they were given, each once and every one of them known; else what `--where` or `--all` means."""
    if options.ids:
        with desk.seeing() as view:
            return [view.queue.get(id).id for id in dict.fromkeys(options.ids)]
    if not (options.all or options.where):
        raise Usage("say which items: their ids, --where EXPR or --all")
    return _ids(desk, QueueSelection(where=options.where))


def _each(desk: Desk, ids: Sequence[int], act: Callable[[Tables, Sequence[int]], Done]) -> Done:
    """A bulk decision in batches: what is done stays done, whatever stops the rest."""
    total = Done()
    progress = ProgressLine()
    try:
        for batch in _batches(ids):
            with desk.deciding(seeing=True) as tx:
                done = act(tx, batch)
            total.add(done)
            progress("deciding", len(total.ids) + len(total.skipped), len(ids))
    finally:
        progress.close()
    return total


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]


def _link(desk: Desk, options: argparse.Namespace) -> int:
    done = Done()
    with desk.deciding(seeing=True) as tx:
        try:
            import_queue.link(tx, options.id, options.record, desk.user.id)
        except Unreadable as error:  # it is parked, and that is to stay
            done.skip(options.id, error)
        else:
            done = Done([options.id], [options.record])
    return _answer(options, "linked", done, strict=True)


def _assign(desk: Desk, options: argparse.Namespace) -> int:
    kind = RecordType(options.type)
    if options.with_company:
        if kind is not RecordType.CONTACT:
            raise Usage("only contacts come with their company", thing=f"--type {kind}")
        return _with_company(desk, options, _picked(desk, options))
    done = _each(desk, _picked(desk, options), lambda tx, ids: import_queue.assign(tx, ids, kind))
    if not options.bring_in:
        return _answer(options, "assigned", done)
    brought = _each(desk, done.ids, lambda tx, ids: import_queue.bring_in(tx, ids, desk.user.id, new_id))
    brought.skipped += done.skipped
    return _answer(options, "imported", brought)


def _bring_in(desk: Desk, options: argparse.Namespace) -> int:
    if options.company:
        if not options.ids:
            raise Usage(
                "say which items: their ids", next_step="Or `crmsync queue assign --type contact --with-company`"
            )
        return _with_company(desk, options, _picked(desk, options))
    ids = _picked(desk, options) if options.ids else _ids(desk, QueueSelection(typed=True))
    done = _each(desk, ids, lambda tx, batch: import_queue.bring_in(tx, batch, desk.user.id, new_id))
    return _answer(options, "imported", done, strict=True)


def _with_company(desk: Desk, options: argparse.Namespace, ids: Sequence[int]) -> int:
    companies: list[Company] = []

    def both(tx: Tables, batch: Sequence[int]) -> Done:
        done, found = bring_in_with_company(tx, batch, desk.user.id, new_id)
        companies.extend(found)
        return done

    done = _each(desk, ids, both)
    lines = [{"id": one.id, "name": one.name, "made": one.made} for one in companies]
    made = len({one.id for one in companies if one.made})
    return _answer(options, "imported", done, {"companies": lines}, f", companies made: {made:,}")


def _accept(desk: Desk, options: argparse.Namespace) -> int:
    if not options.ids and options.min_score is None:
        raise Usage("say which items: their ids, or --min-score N")
    if options.min_score is not None:
        options.min_score = max(0, min(options.min_score, _BEST + 1))
    ids = _picked(desk, options) if options.ids else _ids(desk, QueueSelection(min_score=options.min_score))
    if options.dry_run:
        return preview_accept(desk, ids, options)
    least = options.min_score or 0
    done = _each(desk, ids, lambda tx, batch: import_queue.accept(tx, batch, desk.user.id, least))
    return _answer(options, "linked", done, strict=True)


def _answer(
    options: argparse.Namespace,
    what: str,
    done: Done,
    more: Mapping[str, object] = MappingProxyType({}),
    text: str = "",
    *,
    strict: bool = False,
) -> int:
    """`strict`: every item was meant. `--all` and `--where` mean those of them that the decision fits."""
    skipped = [{"id": id, "reason": reason} for id, reason in done.skipped]
    data = {what.replace(" ", "_"): len(done.ids), "ids": done.ids, "records": done.records, "skipped": skipped}
    answer(options, {**data, **more}, f"{what}: {len(done.ids):,}{text}")
    for id, reason in done.skipped[:_TOLD]:
        narrate(f"{id} skipped: {reason}")
    if len(done.skipped) > _TOLD:
        narrate(f"and {len(done.skipped) - _TOLD:,} more")
    missed = done.skipped if strict or options.ids or not done.ids else done.parked
    return SOME_FAILED if missed else OK


def _list(desk: Desk, options: argparse.Namespace) -> int:
    with desk.seeing() as view:
        names = view.accounts.names()
        found = view.queue.list(QueueSelection(where=options.where))
        wanted = {row.item.suggestion.record for row in found if row.item.suggestion is not None}
        records = {id: str(record.fields.get("name", "")) for id, record in view.records.many(wanted).items()}
    rows = [as_seen(row, records) for row in found]
    if options.json:
        emit({"items": [queued_json(row, names[row.account], _suggested(row, records)) for row in rows]})
        return OK
    table(("id", "account", "name", "e-mail / phone", "type", "may be", "score"), _lines(rows, names, records), _EMPTY)
    return OK


_EMPTY = "Nothing waits. New items are found by `crmsync sync`."


def _lines(rows: Iterable[Queued], names: dict[int, str], records: dict[str, str]) -> Iterator[Sequence[object]]:
    for row in rows:
        best = row.item.suggestion
        reach = (*row.item.emails, *row.item.phones, row.item.start)[0]
        known = "" if best is None else records.get(best.record, best.record)
        score = "" if best is None else best.score
        yield (row.id, names[row.account], row.item.name, reach, row.item.type or "", known, score)


def _suggested(row: Queued, records: dict[str, str]) -> str:
    return "" if row.item.suggestion is None else records.get(row.item.suggestion.record, "")
