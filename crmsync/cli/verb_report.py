"""`crmsync report`: the difference report of a run, of a plan that was held, or of what the next sync would do."""

from __future__ import annotations

import sys
from argparse import Namespace
from importlib import import_module
from pathlib import Path

from crmsync.cli import whole_file
from crmsync.cli.answers import narrate
from crmsync.cli.arguments import Arguments, positive
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.review import report
from crmsync.review.report import Report

_FORMATS = {"html": "report_html", "md": "report_markdown", "csv": "report_csv", "json": "report_json"}


def run(desk: Desk, argv: list[str]) -> int:
    """Writes one report to standard output or into a file."""
    parser = Arguments("crmsync report", description="What would be done, or was done, as a list to read or print.")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("run", nargs="?", type=positive, metavar="RUN", help="what a run did (default: the newest)")
    which.add_argument("--plan", type=positive, metavar="ID", help="a plan that is held")
    which.add_argument("--pending", metavar="ACCOUNT", help="what the next sync would do; nothing is written")
    parser.add_argument("--format", choices=sorted(_FORMATS), help="default: md")
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    parser.add_argument("--json", action="store_true", help="the same as --format json, where no format is given")
    options = parser.parse_args(argv)
    found = _found(desk, options)
    form = options.format or ("json" if options.json else "md")
    pieces = import_module(f"crmsync.review.{_FORMATS[form]}").render(found)
    parts = (piece.encode("utf-8", "replace") for piece in pieces)
    if options.output is None:
        sys.stdout.buffer.writelines(parts)
    else:
        whole_file.write(Path(options.output), parts)
        narrate(f"written to {options.output}: {found.title}")
    return 0


def _found(desk: Desk, options: Namespace) -> Report:
    if options.pending:
        return _pending(desk, options.pending)
    with desk.glancing() as view:
        if options.plan is not None:
            return report.of_plan(view, options.plan)
        return report.of_run(view, options.run or report.newest_run(view))


def _pending(desk: Desk, name: str) -> Report:
    """A dry run, reported. Raises what ended it: a report of half a plan would be taken for the whole."""
    from crmsync.cli.verb_sync import sync
    from crmsync.model import FILES

    with desk.seeing() as view:
        account = view.accounts.get(name)
    if account.kind == FILES:
        raise Usage("these are the files that were imported; there is no remote", thing=name)
    result = sync(desk, account, dry_run=True)
    if result.error is not None:
        raise result.error
    with desk.seeing() as view:
        return report.of_pending(view, account, result.plan or [], result.notes)
