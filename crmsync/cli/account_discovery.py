"""`crmsync account discover`: what an address leads to. Nothing is written, no account is made."""

from __future__ import annotations

import argparse

from crmsync.cli.account_set_up import kind_of, pairs_of, password_of, with_preset
from crmsync.cli.answers import emit, narrate, say, table
from crmsync.connectors import registry
from crmsync.connectors.base import RemoteCollection, Secret, Settings, Step
from crmsync.errors import SignInNeeded
from crmsync.remotes import for_connector


def discover(options: argparse.Namespace) -> int:
    """Goes as far as the server lets it: without a password that is where it asks for one."""
    password = password_of(options, options.username)
    secret = Secret(password) if password is not None else None
    steps: list[Step] = []
    found: list[RemoteCollection] = []
    asks = ""

    def hear(step: Step) -> None:
        steps.append(step)
        narrate(str(step))

    kind, url, preset = kind_of(options.kind)
    pairs = for_connector(with_preset(preset, pairs_of(options.settings)))
    settings = Settings(url or options.address, options.username, secret, pairs)
    with registry.create(kind, settings) as connector:
        connector.tell = hear
        try:
            found.extend(connector.collections())
        except SignInNeeded as error:
            if secret is not None:
                raise
            asks = error.thing
    if options.json:
        emit(
            {
                "trace": [{"asked": step.asked, "answer": step.answer} for step in steps],
                "sign_in": asks,
                "collections": [
                    {"name": one.name, "kind": one.kind.value, "href": one.href, "read_only": one.read_only}
                    for one in found
                ],
            }
        )
    elif asks:
        say(f"{asks} asks who you are: say --username NAME to see what is there")
    else:
        rows = [(one.name, one.kind, "yes" if one.read_only else "no", one.href) for one in found]
        table(("name", "holds", "read-only", "href"), rows, "No address book, calendar or task list is there.")
    return 0
