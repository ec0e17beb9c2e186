"""`crmsync config`: read and change the config file; comments and order stay."""

from __future__ import annotations

import argparse
import json

from crmsync import config_text
from crmsync.cli.answers import answer, emit, table
from crmsync.cli.arguments import Arguments
from crmsync.desk import Desk

_KEYS = """KEY is written as in the file: region, policy.on_conflict, policy.fields.phones, budgets.deletes.floor,
accounts.work.export, tui.keys."queue.contact". All there is: `python -m pydoc crmsync.config`."""


def run(desk: Desk, argv: list[str]) -> int:
    """One of the actions."""
    options = _parser().parse_args(argv)
    path = desk.home.config
    match options.action:
        case "get":
            return _get(desk, options)
        case "set":
            config_text.set_value(path, options.key, options.value)
        case _:
            config_text.unset(path, options.key)
    return _tell(desk, options)


def _parser() -> Arguments:
    parser = Arguments("crmsync config", description="The config file, value by value.", epilog=_KEYS)
    actions = parser.add_subparsers(dest="action", required=True)
    get = actions.add_parser("get", help="what holds, and whether the file says so", epilog=_KEYS)
    get.add_argument("key", nargs="?", metavar="KEY", help="only this one")
    setting = actions.add_parser("set", help="say something; it is checked before it is written", epilog=_KEYS)
    setting.add_argument("key", metavar="KEY")
    setting.add_argument("value", metavar="VALUE", help='TOML (10, true, ["a", "b"]) or a text as it stands')
    unset = actions.add_parser("unset", help="take it out, so that the default holds", epilog=_KEYS)
    unset.add_argument("key", metavar="KEY")
    for one in actions.choices.values():
        one.add_argument("--json", action="store_true")
    return parser


def _get(desk: Desk, options: argparse.Namespace) -> int:
    if options.key is not None:
        return _tell(desk, options)
    path = desk.home.config
    there = config_text.said(config_text.read(path), path)
    usual = {one.key: one.default for one in config_text.settings()}
    rows = {**usual, **there}
    if options.json:
        lines = [{"key": key, "value": value, "in_file": key in there} for key, value in rows.items()]
        emit({"path": str(path), "settings": json.loads(json.dumps(lines, default=str))})
        return 0
    cells = [(key, _word(value), "file" if key in there else "default") for key, value in rows.items()]
    table(("key", "value", "from"), cells, "")
    return 0


def _tell(desk: Desk, options: argparse.Namespace) -> int:
    path = desk.home.config
    found = config_text.value_of(config_text.read(path), path, options.key)
    value = config_text.of_key(options.key).default if found is None else found
    data = {"key": options.key, "value": json.loads(json.dumps(value, default=str)), "in_file": found is not None}
    return answer(options, data, f"{options.key} = {_word(value)}" + ("" if found is not None else "  (default)"))


def _word(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)
