"""The command line: one module per group of verbs, and only the one that is asked for is imported.

`crmsync status` is asked by monitors every minute, so what every start pays for is kept to a few milliseconds
(docs/decisions/0001).
"""

from __future__ import annotations

import sys

VERBS = {
    "demo": "try it out: sample data, a real server on loopback, one sync",
    "init": "set up crmsync on this machine",
    "account": "add, list, check and remove accounts",
    "user": "who uses this CRM",
    "sync": "sync accounts now",
    "status": "what is going on, and what waits for you",
    "import": "read vCard, iCalendar and CSV files",
    "export": "write records as vCard, iCalendar, CSV or JSON",
    "queue": "found items: give types, import, link, ignore",
    "records": "list, show, add and change records",
    "filter": "expressions with a name, and what each would select",
    "conflicts": "fields that two sides changed",
    "explain": "the state of a remote item or a record, and why",
    "report": "the difference report of a plan or a run, to read or print",
    "plans": "plans that were held because they do too much",
    "parked": "items that could not be read or were refused",
    "runs": "what was done, and when",
    "log": "every change, write and decision, one line each; -f follows",
    "undo": "take a run or a decision back",
    "redo": "take an undo back",
    "tui": "all of it on the whole screen",
    "daemon": "sync by itself, in the background",
    "service": "have the daemon run always: install, uninstall, status",
    "config": "read and change the config file",
    "web": "the same in a browser on this machine",
    "doctor": "check the installation",
    "paths": "where crmsync keeps its files",
}


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit code ."""
    from crmsync.cli.frame import run

    return run(sys.argv[1:] if argv is None else argv)
