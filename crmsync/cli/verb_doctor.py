"""`crmsync doctor`: is this installation sound?"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from crmsync.cli.answers import emit, say
from crmsync.cli.arguments import Arguments
from crmsync.cli.machine_check import checks
from crmsync.desk import Desk
from crmsync.errors import CrmsyncError
from crmsync.model import FILES
from crmsync.remotes import connect
from crmsync.store.accounts import Account

_MIN_FREE = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, whether it is well, and what was found."""

    what: str
    ok: bool
    detail: str


def run(desk: Desk, argv: list[str]) -> int:
    """Exit code 1 when something is wrong. `--fix` mends what can be mended without asking."""
    parser = Arguments("crmsync doctor", description="Check the installation.")
    parser.add_argument(
        "--fix", action="store_true", help="close what is open to other users, write an outdated service file anew"
    )
    parser.add_argument("--offline", action="store_true", help="do not ask the remotes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    findings = list(_findings(desk, fix=options.fix, offline=options.offline))
    if options.json:
        lines = [{"check": one.what, "ok": one.ok, "detail": one.detail} for one in findings]
        emit({"ok": all(one.ok for one in findings), "checks": lines})
    else:
        for one in findings:
            say(f"{'ok  ' if one.ok else 'BAD '} {one.what}: {one.detail}")
    return 0 if all(one.ok for one in findings) else 1


def _findings(desk: Desk, *, fix: bool, offline: bool) -> Iterator[Finding]:
    yield Finding("versions", True, f"crmsync {version('crmsync')}, Python {platform.python_version()}")
    yield _urllib3()
    try:
        there = desk.home.exists()
    except OSError as error:
        yield Finding("home", False, f"{desk.home.store.parent}: {error.strerror}")
        return
    if not there:
        yield Finding("home", False, f"{desk.home.store.parent}: not set up; run `crmsync init`")
        return
    closed = desk.home.close_to_others() if fix else ()
    still_open = list(desk.home.open_to_others())
    detail = f"{still_open[0]}: others can read it" if still_open else f"{desk.home.store.parent}: yours alone"
    yield Finding("home", not still_open, detail + (f" (closed: {len(closed)})" if closed else ""))
    free = shutil.disk_usage(desk.home.store.parent).free
    yield Finding("disk", free > _MIN_FREE, f"{free // 1024**2:,} MB free")
    for what, ok, detail in checks(desk, fix=fix):
        yield Finding(what, ok, detail)
    if not still_open:
        yield from _inside(desk, offline=offline)


def _inside(desk: Desk, *, offline: bool) -> Iterator[Finding]:
    try:
        problems = desk.glance().problems()
        with desk.glancing() as view:
            if problems and view.limited:
                problems = ["it is damaged; somebody who sees all records is told how"]
            accounts = [account for account in view.accounts.all() if account.kind != FILES]
    except CrmsyncError as error:
        yield Finding("store", False, str(error))
        return
    yield Finding("store", not problems, problems[0] if problems else "consistent")
    yield _config(desk, [account.name for account in accounts])
    for account in () if offline else accounts:
        yield _account(desk, account)


def _config(desk: Desk, accounts: Sequence[str]) -> Finding:
    try:
        contradictions = desk.config.contradictions(accounts)
    except CrmsyncError as error:
        return Finding("config", False, str(error))
    return Finding("config", not contradictions, contradictions[0] if contradictions else str(desk.home.config))


def _account(desk: Desk, account: Account) -> Finding:
    try:
        with connect(desk, account) as connector:
            found = connector.collections()
    except CrmsyncError as error:
        return Finding(f"account {account.name}", False, str(error))
    return Finding(f"account {account.name}", True, f"signed in, {len(found)} collections")


def _urllib3() -> Finding:
    """urllib3-future replaces urllib3 at every start of the interpreter, for every program of this environment."""
    try:
        found = version("urllib3-future")
    except PackageNotFoundError:
        return Finding("urllib3", True, "not replaced")
    return Finding("urllib3", False, f"replaced by urllib3-future {found}; uninstall it if programs misbehave")
