"""`crmsync daemon`: the process that syncs by itself. It is a package of its own and is found by its name."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import time
from importlib import import_module

from crmsync.cli.answers import answer, emit, say
from crmsync.cli.arguments import Arguments
from crmsync.cli.frame import ERROR, NO_DAEMON, OK, exit_code
from crmsync.daemon_lock import running
from crmsync.desk import Desk
from crmsync.errors import CrmsyncError

_PATIENCE = 35.0
"""Seconds that `stop` waits; a daemon that is asked to leave is gone in 30."""


def run(desk: Desk, argv: list[str]) -> int:
    """One of the actions."""
    parser = Arguments("crmsync daemon", description="The process that syncs by itself.")
    actions = parser.add_subparsers(dest="action", required=True)
    one = actions.add_parser("run", help="run in the foreground, for a service manager or to try it")
    style = one.add_mutually_exclusive_group()
    style.add_argument("--journal", action="store_const", const="journal", dest="style", help="log for systemd")
    style.add_argument("--log-json", action="store_const", const="json", dest="style", help="log one object a line")
    one.add_argument("--listen", default="", metavar="HOST:PORT", help="for the phone server, which is not there yet")
    for name, text in (("status", "whether it runs"), ("stop", "ask it to leave, and wait")):
        actions.add_parser(name, help=text).add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    match options.action:
        case "run":
            return _run(desk, options)
        case "status":
            return _status(desk, options)
        case _:
            return _stop(desk, options)


def _run(desk: Desk, options: argparse.Namespace) -> int:
    desk.glance()  # refuses before `init`, and a store that is broken
    desk.close()
    log = import_module("crmsync_daemon.log")
    log.begin(log.Style(options.style or "plain"))
    notify = import_module("crmsync_daemon.notify")
    try:
        import_module("crmsync_daemon.service").run(desk.home, notify.Notifier(os.environ))
    except CrmsyncError as error:
        if options.style is None:
            raise
        logging.getLogger("crmsync").critical("%s", error)  # in a log that others may read
        return exit_code(error)
    return OK


def _status(desk: Desk, options: argparse.Namespace) -> int:
    found = running(desk.home)
    if options.json:
        emit({"running": True, **found.to_json()} if found else {"running": False, "next": {}})
    elif found is None:
        say("no daemon runs here: `crmsync daemon run`, or `crmsync service install` to have one always")
    else:
        say(f"a daemon runs here, process {found.pid}, since {found.since}")
        for name, at in found.next.items():
            say(f"  {name}: next sync at {at}")
        if found.message:
            say(f"  {found.message}")
    return OK if found else NO_DAEMON


def _stop(desk: Desk, options: argparse.Namespace) -> int:
    found = running(desk.home)
    if found is None or not found.pid:
        answer(options, {"stopped": False}, "no daemon runs here")
        return NO_DAEMON
    os.kill(found.pid, signal.SIGTERM)
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if running(desk.home) is None:
            return answer(options, {"stopped": True}, f"process {found.pid} has left")
        time.sleep(0.1)
    answer(options, {"stopped": False}, f"process {found.pid} has not left yet")
    return ERROR
