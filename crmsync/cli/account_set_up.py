"""Setting an account up: adding it, signing in anew, choosing collections. The remote is asked before we write."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from crmsync import credentials
from crmsync.cli.answers import answer, narrate, say
from crmsync.connectors import registry
from crmsync.connectors.base import RemoteCollection, Secret, Settings
from crmsync.desk import Desk
from crmsync.errors import Usage
from crmsync.model import FILES, Mode
from crmsync.remotes import connect, for_connector
from crmsync.safe import safe
from crmsync.store.accounts import Account
from crmsync.store.store import Tables

_PRESETS = {"icloud": ("dav", "https://contacts.icloud.com", {"trust": ".icloud.com"})}
"""Kinds that are another kind with address and options filled in. iCloud moves everybody to a pNN- host."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_TAKEN = (FILES, "crm", "any", "cli", "tui")
"""`crm` and `any` are words of `[[masters]]`, the others origins in the journal."""


def add(desk: Desk, options: argparse.Namespace) -> int:
    """Nothing is written before the remote has answered; what fails after that takes the secret back."""
    _refuse_name(desk, options.name)
    kind, url, preset = kind_of(options.kind)
    url = options.url or url
    given = credentials.outside(options.name, os.environ, desk.config.account(options.name).secret_command)
    password = password_of(options, options.username) if given is None else given
    pairs = with_preset(preset, pairs_of(options.settings))
    secret = Secret(password) if password is not None else None
    settings = Settings(url, options.username, secret, for_connector(pairs))
    with registry.create(kind, settings) as connector:
        connector.tell = lambda step: narrate(str(step))
        found = connector.collections()
        hints = dict(connector.hints())
    chosen = _chosen(found, options.collection)
    place = credentials.OUTSIDE if given is not None else ""
    if password is not None and given is None:
        place = credentials.keep(desk.home, options.name, password)
    mode, user = Mode(options.mode), desk.user.id
    account = Account(0, options.name, kind, mode, user, url, options.username, pairs, hints, place)
    try:
        _remember(desk, account, found, chosen)
    except BaseException:
        if place:
            credentials.forget(desk.home, options.name, place)
        raise
    if place == credentials.FILE:
        narrate(f"the password is kept in {desk.home.secrets}, readable by you only")
    _tell(options, chosen, found)
    if not options.json:
        _warn_of_writes(desk, options.name, chosen)
        say(f"next: crmsync sync {options.name}")
    return 0


def kind_of(word: str) -> tuple[str, str, Mapping[str, str]]:
    """The connector that a word means, with the address and the options that come with it."""
    return _PRESETS.get(word, (word, "", {}))


def _warn_of_writes(desk: Desk, name: str, chosen: Sequence[RemoteCollection]) -> None:
    """The first sync of an account that may be written fills it with what is flagged: nobody is to be surprised."""
    with desk.seeing() as view:
        account = view.accounts.get(name)
        types = {kind for one in chosen if not one.read_only for kind in one.accepts}
        waiting = len(view.records.many(view.links.unlinked(account.id, account.user, sorted(types))))
    if waiting and account.mode is not Mode.IMPORT:
        narrate(f"up to {waiting:,} records will be written there: see `crmsync sync {name} --dry-run` first")


def sign_in(desk: Desk, options: argparse.Namespace) -> int:
    """The new password replaces the old one only once the remote has accepted it."""
    with desk.seeing() as view:
        account = view.accounts.get(options.name)
    password = password_of(options, account.username)
    if password is None:
        raise Usage("say where the password is to come from", thing=account.name, next_step="Use --password-stdin")
    with connect(desk, account, Secret(password)) as connector:
        connector.collections()
    place = credentials.keep(desk.home, account.name, password)
    if account.secret_place not in ("", place):
        credentials.forget(desk.home, account.name, account.secret_place)
    with desk.deciding("signed in again") as tx:
        tx.accounts.set(replace(tx.accounts.get(account.name), secret_place=place, state="ok", message=""))
    return answer(options, {"account": account.name}, f"{account.name}: signed in")


def select(desk: Desk, options: argparse.Namespace) -> int:
    """Asks the remote what there is. What is left out keeps its links, for when it takes part again."""
    with desk.seeing() as view:
        account = view.accounts.get(options.name)
    with connect(desk, account) as connector:
        found = connector.collections()
    chosen = _chosen(found, options.collection)
    with desk.deciding("collections chosen") as tx:
        _store(tx, account.id, found, chosen)
    return _tell(options, chosen, found)


def _tell(options: argparse.Namespace, chosen: Sequence[RemoteCollection], found: Sequence[RemoteCollection]) -> int:
    names = ", ".join(collection.name for collection in chosen)
    data = {"account": options.name, "collections": [{"name": one.name, "href": one.href} for one in chosen]}
    return answer(options, data, f"{options.name}: {len(chosen)} of {len(found)} collections: {names}")


def _refuse_name(desk: Desk, name: str) -> None:
    """Names are typed in a shell, stand in variables and are the origin of every change in the journal."""
    if not _NAME.fullmatch(name):
        raise Usage(
            "an account's name is letters, digits, '.', '_' or '-', at most 64, and begins with a letter or digit",
            thing=name,
        )
    if name in _TAKEN:
        raise Usage("crmsync itself goes by this name", thing=name, next_step="Choose another name")
    with desk.store.view() as view:
        if view.accounts.find(name):
            raise Usage("there is such an account already", thing=name, next_step="Choose another name")


def password_of(options: argparse.Namespace, username: str) -> str | None:
    """From standard input where that was said, else asked for at a terminal; never from an argument."""
    if options.password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise Usage("there is no password on standard input", thing="--password-stdin")
        return password
    if username and sys.stdin.isatty():
        return getpass.getpass(f"Password of {safe(username)}: ")
    return None


def pairs_of(settings: Sequence[str]) -> dict[str, str]:
    """What `--set KEY=VALUE` said. Raises `Usage`."""
    pairs = {}
    for setting in settings:
        key, given, value = setting.partition("=")
        if not given:
            raise Usage("--set takes KEY=VALUE", thing=setting)
        pairs[key] = value
    return pairs


def with_preset(preset: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed counts, but hosts that are trusted anyway stay so."""
    pairs = {**preset, **typed}
    if "trust" in preset and "trust" in typed:
        pairs["trust"] = f"{preset['trust']},{typed['trust']}"
    return pairs


def _chosen(found: Sequence[RemoteCollection], names: Sequence[str]) -> Sequence[RemoteCollection]:
    if not found:
        raise Usage("no address book, calendar or task list is there", next_step="Check the address and the user")
    if not names:
        return found
    chosen = [one for one in found if {one.href, one.name} & set(names)]
    known = {one.href for one in found} | {one.name for one in found}
    if missing := [name for name in names if name not in known]:
        raise Usage(f"there is no such collection; there are {', '.join(sorted(known))}", thing=missing[0])
    return chosen


def _remember(
    desk: Desk, account: Account, found: Sequence[RemoteCollection], chosen: Sequence[RemoteCollection]
) -> None:
    with desk.deciding("account added") as tx:
        _store(tx, tx.accounts.add(account).id, found, chosen)


def _store(tx: Tables, account: int, found: Sequence[RemoteCollection], chosen: Sequence[RemoteCollection]) -> None:
    """What the remote has now; of what it had, only what was chosen takes part."""
    for old in tx.collections.of(account):
        tx.collections.select(old.id, False)
    for one in found:
        stored = tx.collections.upsert(
            account, one.href, one.kind, one.name, one.format, one.accepts, read_only=one.read_only
        )
        tx.collections.select(stored.id, one in chosen)
