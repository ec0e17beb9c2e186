"""`crmsync import`: files of other programs, into the queue or straight into the CRM."""

from __future__ import annotations

import gc
from pathlib import Path

from crmsync.cli.answers import answer, narrate
from crmsync.cli.arguments import Arguments
from crmsync.cli.frame import OK, SOME_FAILED
from crmsync.cli.progress import followed
from crmsync.connectors.base import Settings
from crmsync.connectors.file_set import FileSet
from crmsync.cycle import RunResult
from crmsync.desk import Desk
from crmsync.importing import import_files, our_turn
from crmsync.model import FILES, RecordType


def run(desk: Desk, argv: list[str]) -> int:
    """Reads files by the same cycle that reads any remote, so doing it twice changes nothing."""
    parser = Arguments("crmsync import", description="Read vCard, iCalendar and CSV files.")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder")
    parser.add_argument("--type", choices=[kind.value for kind in RecordType], help="make records of them at once")
    parser.add_argument("--sync", action="store_true", help="with --type: set the sync flag of the new records")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    # An import makes many objects and hardly a cycle among them: looking for cycles finds nothing to free.
    gc.set_threshold(500_000, 50, 1000)
    type = RecordType(options.type) if options.type else None
    with (
        FileSet(Settings(), [Path(path) for path in options.paths]) as files,
        our_turn(desk.home, _Patience()),
        followed(desk.home, FILES) as progress,
    ):
        result = import_files(desk, files, progress, type, sync=options.sync)
    counts = _counts(files, result)
    answer(options, counts, ", ".join(f"{name} {count:,}" for name, count in counts.items()))
    if counts["queued"] and not options.json:
        narrate("next: crmsync queue list")
    if counts["imported"] and not options.sync and not options.json:
        narrate("they stay in the CRM only, until `crmsync records flag ID --on` or an import with --sync")
    return SOME_FAILED if counts["parked"] else OK


class _Patience:
    """Says once what is waited for."""

    def __init__(self) -> None:
        self._said = False

    def __call__(self) -> None:
        if not self._said:
            narrate("another import is going on; this one waits for it")
        self._said = True


def _counts(files: FileSet, result: RunResult) -> dict[str, int]:
    counts = {
        "imported": result.pulled.created,
        "updated": result.pulled.updated,
        "queued": result.queued,
        "parked": result.parked,
    }
    unchanged = max(0, files.items - sum(counts.values()))
    return {"files": files.files, "items": files.items, **counts, "unchanged": unchanged}
