"""`crmsync status`: what is going on, and what waits for a person. Meant to be asked every minute."""

from __future__ import annotations

from crmsync.cli.answers import emit, say, table
from crmsync.cli.arguments import Arguments
from crmsync.cli.frame import OK, REVIEW, SIGN_IN
from crmsync.daemon_lock import running
from crmsync.desk import Desk
from crmsync.under_way import UnderWay, read


def _daemon(desk: Desk) -> dict[str, object]:
    """Whether it runs; the counts of the store are true without it too."""
    found = running(desk.home)
    return {"running": False} if found is None else {"running": True, **found.to_json()}


def run(desk: Desk, argv: list[str]) -> int:
    """Counts come from counters, so a hundred thousand records cost no more than ten."""
    parser = Arguments("crmsync status", description="What is going on, and what waits for you.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--exit-code",
        action="store_true",
        help="4: sign in again, 3: something waits for you",
    )
    options = parser.parse_args(argv)
    with desk.glancing() as view:
        accounts, counts = view.overview(), view.counts()
    going_on = read(desk.home)
    if options.json:
        names = ("name", "kind", "state", "message", "items", "last_sync", "paused", "until")
        shown = [
            dict(zip(names, account, strict=True)) | {"paused": bool(account[6])} | _progress(going_on.get(account[0]))
            for account in accounts
        ]
        emit({"daemon": _daemon(desk), "accounts": shown, "counts": counts})
    else:
        rows = [
            (name, _word(state, paused=bool(paused), busy=name in going_on), items, last or "never", message)
            for name, _, state, message, items, last, paused, _ in accounts
        ]
        empty = "No account yet. Add one with `crmsync account add`."
        table(("account", "state", "items", "last sync", ""), rows, empty)
        say(", ".join(f"{name} {count:,}" for name, count in counts.items()))
    waiting = counts["queue"] or counts["conflicts"] or counts["held"] or counts["parked"]
    if not options.exit_code:
        return OK
    if any(state == "sign-in" for _, _, state, *_ in accounts):
        return SIGN_IN
    return REVIEW if waiting else OK


def _word(state: str, *, paused: bool, busy: bool) -> str:
    return "syncing" if busy else "paused" if paused else state


def _progress(one: UnderWay | None) -> dict[str, object]:
    if one is None:
        return {}
    names = ("step", "done", "total", "rate", "began")
    return {"progress": {name: getattr(one, name) for name in names} | {"left": one.left}}
