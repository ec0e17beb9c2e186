"""`crmsync init`: makes the home."""

from __future__ import annotations

from crmsync.cli.answers import narrate, say
from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk
from crmsync.home import write_private

_TEMPLATE = """\
# What can stand here: see `python -m pydoc crmsync.config`.
# region = "IT"    # the country of phone numbers without a country code
"""


def run(desk: Desk, argv: list[str]) -> int:
    """Creates folders, store and an empty config. Doing it twice changes nothing."""
    parser = Arguments("crmsync init", description="Set up crmsync on this machine.")
    parser.add_argument("email", nargs="?", help="an address to set up an account for at once")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    options = parser.parse_args(argv)
    was_there = desk.home.exists()
    for folder in desk.home.create():
        narrate(f"{folder}: was open to other users of this machine, closed now")
    if not desk.home.config.exists():
        write_private(desk.home.config, _TEMPLATE)
    if not was_there:
        from crmsync.store.store import Store

        Store.open(desk.home.store, create=True).close()
    say(f"{'already set up' if was_there else 'set up'}: {desk.home.store.parent}")
    if options.email:
        name = options.email.partition("@")[2] or options.email
        say(f"next: crmsync account add dav {name} --url {options.email} --username {options.email} --password-stdin")
    elif not was_there:
        say("next: crmsync account add dav NAME --url URL --username NAME --password-stdin")
    return 0
