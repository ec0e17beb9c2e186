"""`crmsync service`: the daemon as a service of this user, or of the whole machine."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from crmsync.cli.answers import emit, say
from crmsync.cli.arguments import Arguments
from crmsync.cli.frame import NO_DAEMON, OK
from crmsync.desk import Desk
from crmsync.errors import Usage

_LINGER = "it stops when you log out; `loginctl enable-linger` (or --linger here) keeps it running"


def run(desk: Desk, argv: list[str]) -> int:
    """One of the actions."""
    parser = Arguments("crmsync service", description="The daemon as a service: systemd, or launchd on macOS.")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, text in (
        ("install", "write the file that makes it a service, and start it"),
        ("uninstall", "stop it, and remove what `install` wrote"),
        ("status", "whether it is installed, current and running"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("--system", action="store_true", help="for a server: one for the machine, as its own user")
        action.add_argument("--launchd", action="store_true", help="for macOS (default there)")
        action.add_argument("--json", action="store_true")
        if name == "install":
            action.add_argument("--program", default="", metavar="PATH", help="what to start (default: this program)")
            action.add_argument("--print", action="store_true", help="print the file, and do nothing else")
            action.add_argument("--no-start", action="store_true", help="write the file, and start nothing")
            action.add_argument("--linger", action="store_true", help="run also while you are not logged in")
    options = parser.parse_args(argv)
    if options.system and options.launchd:
        raise Usage("--system is for systemd", next_step="Leave one of --system and --launchd out")
    installed = import_module("crmsync_daemon.installed")
    match options.action:
        case "install":
            return _install(desk, installed, options)
        case "uninstall":
            return _uninstall(desk, installed, options)
        case _:
            return _status(desk, installed, options)


def _manager(installed: Any, options: argparse.Namespace) -> Any:
    if options.launchd or (sys.platform == "darwin" and not options.system):
        return installed.Manager.LAUNCHD
    return installed.Manager.SYSTEM if options.system else installed.Manager.USER


def _install(desk: Desk, installed: Any, options: argparse.Namespace) -> int:
    manager = _manager(installed, options)
    words = installed.chosen(os.environ, manager, options.program)
    service = installed.service(desk.home, os.environ, manager, words)
    if options.print:
        sys.stdout.write(service.content.decode())
        return OK
    if not options.system:
        desk.glance()  # a service that finds no home would only fail
    before = service.write()
    did = "not started" if options.no_start else installed.start(service)
    notes = [f"{service.path}: {'written' if before is installed.Found.NOTHING else 'written again'}", did]
    if service.manager is installed.Manager.USER:
        user = getpass.getuser()
        if options.linger:
            notes.append(installed.let_linger())
        elif not installed.lingers(user):
            notes.append(_LINGER)
    data = {"path": str(service.path), "manager": str(service.manager), "before": str(before), "notes": notes[1:]}
    return _answer(options, data, notes)


def _uninstall(desk: Desk, installed: Any, options: argparse.Namespace) -> int:
    path = installed.file_of(desk.home, os.environ, _manager(installed, options))
    service = installed.Service(_manager(installed, options), path, b"")
    if service.found() is installed.Found.NOTHING:
        return _answer(options, {"removed": False, "path": str(path)}, [f"{path}: there is nothing to remove"])
    service.refuse_edited()
    did = installed.stop(service)
    service.remove()
    installed.forgotten(service)
    data = {"removed": True, "path": str(path), "notes": [did]}
    return _answer(options, data, [did, f"{path}: removed"])


def _status(desk: Desk, installed: Any, options: argparse.Namespace) -> int:
    service = installed.present(desk.home, os.environ, _manager(installed, options))
    found, state = service.found(), installed.state(service)
    there = found is not installed.Found.NOTHING
    lingers = installed.lingers(getpass.getuser())
    if options.json:
        data = {"installed": there, "file": str(found), "state": state, "path": str(service.path), "linger": lingers}
        emit({**data, "manager": str(service.manager)})
    else:
        say(f"{service.path}: {found}" + (f", {state}" if state else ""))
        if found is installed.Found.OUTDATED:
            say("`crmsync service install` writes it anew")
        if not there:
            say("`crmsync service install` has the daemon run always")
        elif service.manager is installed.Manager.USER and not lingers:
            say(_LINGER)
    return OK if there else NO_DAEMON


def _answer(options: argparse.Namespace, data: Mapping[str, object], lines: list[str]) -> int:
    if options.json:
        emit(data)
        return OK
    for line in lines:
        say(line)
    return OK
