"""`crmsync sync`: one cycle of the accounts that are named, or of all."""

from __future__ import annotations

from collections.abc import Sequence

from crmsync import syncing
from crmsync.cli.answers import emit, narrate, say, table
from crmsync.cli.arguments import Arguments
from crmsync.cli.frame import OK, REVIEW, SOME_FAILED, exit_code
from crmsync.cli.progress import ProgressLine
from crmsync.cycle import RunResult
from crmsync.desk import Desk
from crmsync.model import FILES
from crmsync.review.report import seen_lines
from crmsync.store.accounts import Account


def run(desk: Desk, argv: list[str]) -> int:
    """Syncs; one failing account does not stop the others."""
    parser = Arguments("crmsync sync", description="Bring accounts and CRM in step.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="account (default: all)")
    parser.add_argument("--dry-run", action="store_true", help="show the plan; write neither records nor remotes")
    parser.add_argument("--full", action="store_true", help="ask for everything again, look at every link")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--exit-code", action="store_true", help="3 when something waits for a person")
    options = parser.parse_args(argv)
    with desk.seeing() as view:
        known = [account for account in view.accounts.all() if account.kind != FILES]
        accounts = [view.accounts.get(name) for name in options.names] or known
    results = [sync(desk, account, dry_run=options.dry_run, full=options.full) for account in accounts]
    _keep_to_what_is_seen(desk, results)
    if options.json:
        emit({"runs": [result.to_json() for result in results]})
    else:
        _print(results)
    return _code(results, waiting=options.exit_code)


def sync(desk: Desk, account: Account, *, dry_run: bool = False, full: bool = False) -> RunResult:
    """One account's cycle, its progress shown to whoever sits here."""
    line = ProgressLine()
    try:
        return syncing.sync(desk, account, line, dry_run=dry_run, full=full)
    finally:
        line.close()


def _keep_to_what_is_seen(desk: Desk, results: Sequence[RunResult]) -> None:
    """An account may hold items of records that its user no longer sees, and is about to lose them."""
    with desk.seeing() as view:
        if not view.limited:
            return
        for result in results:
            result.moved = [dict(line) for line in seen_lines(view, result.moved)]
            result.notes = []
            if result.plan is not None:
                result.plan = [dict(line) for line in seen_lines(view, result.plan)]


def _code(results: Sequence[RunResult], *, waiting: bool) -> int:
    errors = [result.error for result in results if result.error is not None]
    if errors:
        return exit_code(errors[0])
    if any(result.parked or result.failed or result.failing for result in results):
        return SOME_FAILED
    if waiting and any(result.held or result.conflicts or result.queued for result in results):
        return REVIEW
    return OK


def _print(results: Sequence[RunResult]) -> None:
    rows = [
        (
            result.account,
            result.state,
            f"{result.pulled.total}",
            f"{result.pushed.total}",
            result.queued,
            result.conflicts,
            result.held,
            result.parked,
            f"{result.seconds:.1f} s",
        )
        for result in results
    ]
    head = ("account", "state", "in", "out", "queued", "conflicts", "held", "parked", "time")
    table(head, rows, "No account yet. Add one with `crmsync account add`.")
    for result in results:
        for line in result.plan or ():
            held = ", if you let it: it would be held" if line.get("held") else ""
            say(f"  would {line['action']}: {line['name']} ({line['collection']}){held}")
        for note in result.notes:
            narrate(f"{result.account}: {note}")
        if result.error is not None:
            narrate(f"{result.account}: {result.error}")
        if result.failing:
            say(f"{result.account}: {result.failing} writes are refused there: crmsync parked list")
        if result.held and result.plan is None:
            say(f"{result.account}: a plan is held for you: crmsync plans list")
        if result.conflicts:
            say(f"{result.account}: conflicts wait for you: crmsync conflicts list")
        if result.queued:
            say(f"{result.account}: found items wait for a type: crmsync queue list")
