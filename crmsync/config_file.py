"""The text of the config file, read and checked.

Apart from `config`, because the library that checks it costs more time to import than an idle sync has to spare.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from crmsync.config import AccountConfig, Config, DaemonConfig, PolicyConfig, TuiConfig
from crmsync.core.declarations import Master
from crmsync.core.plan import Budget, Budgets
from crmsync.core.selection import RULE_SETS, ExportRule
from crmsync.errors import BadConfig, Usage
from crmsync.model import OnConflict, OnDelete, RecordType
from crmsync.values import Shape, shape


class _Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on_conflict: OnConflict | None = None
    on_delete: OnDelete | None = None
    fields: dict[str, OnConflict] = {}
    deletion_words: tuple[Annotated[str, msgspec.Meta(pattern=r"\w")], ...] | None = None

    def plain(self) -> PolicyConfig:
        for field in self.fields:
            shape(field)
        return PolicyConfig(self.on_conflict, self.on_delete, self.fields, self.deletion_words)


class _Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    policy: _Policy = _Policy()
    types: dict[RecordType, _Policy] = {}
    secret_command: list[str] = []
    export: str = "nts"
    linked_contacts: bool = False
    delivery_addresses: bool = False

    def plain(self) -> AccountConfig:
        types = {kind: policy.plain() for kind, policy in self.types.items()}
        asked = (self.export, self.linked_contacts, self.delivery_addresses)
        return AccountConfig(self.policy.plain(), types, tuple(self.secret_command), *asked)


class _Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    floor: Annotated[int, msgspec.Meta(ge=0)] | None = None
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None

    def over(self, usual: Budget) -> Budget:
        floor = usual.floor if self.floor is None else self.floor
        return Budget(floor, usual.share if self.share is None else self.share)


class _Budgets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    deletes: _Budget = _Budget()
    blanked: _Budget = _Budget()
    field: _Budget = _Budget()

    def plain(self) -> Budgets:
        usual = Budgets()
        return Budgets(self.deletes.over(usual.deletes), self.blanked.over(usual.blanked), self.field.over(usual.field))


class _Master(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: RecordType
    field: str
    system: str


class _ExportRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: RecordType
    field: str
    value: bool | str
    reason: str = ""

    def plain(self) -> ExportRule:
        kind = bool if shape(self.field) is Shape.FLAG else str
        if shape(self.field) not in (Shape.FLAG, Shape.TEXT) or not isinstance(self.value, kind):
            raise Usage(f"an export rule compares a text with a text or a flag with true or false: {self.field}")
        shown = "" if self.value is True else "not " if self.value is False else f" is {self.value}"
        said = self.reason or (f"{shown}{self.field}" if kind is bool else f"{self.field}{shown}")
        return ExportRule(self.type, self.field, self.value, said)


class _Tui(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    theme: str = ""
    marks: Literal["unicode", "ascii"] = "unicode"
    language: Literal["", "en", "it"] = ""
    keys: dict[str, str] = {}

    def plain(self) -> TuiConfig:
        return TuiConfig(self.theme, self.marks, self.language, self.keys)


_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class _Daemon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    every: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,5}[smh]$")] = "15m"
    push_after: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,5}[smh]$")] = "5s"
    quiet_hours: Annotated[
        str, msgspec.Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$")
    ] = ""
    drop_folder: str = ""
    notify: list[str] = []

    def plain(self) -> DaemonConfig:
        hours = None
        if self.quiet_hours:
            start, end = (int(time[:2]) * 60 + int(time[3:]) for time in self.quiet_hours.split("-"))
            hours = (start, end)
        return DaemonConfig(
            _seconds(self.every), _seconds(self.push_after), hours, self.drop_folder, tuple(self.notify)
        )


def _seconds(text: str) -> float:
    return int(text[:-1]) * _SECONDS[text[-1]]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    region: Annotated[str, msgspec.Meta(pattern="^([A-Z]{2})?$")] = ""
    user: str = ""
    policy: _Policy = _Policy()
    accounts: dict[str, _Account] = {}
    budgets: _Budgets = _Budgets()
    masters: list[_Master] = []
    own: list[str] = []
    export: dict[str, list[_ExportRule]] = {}
    tui: _Tui = _Tui()
    daemon: _Daemon = _Daemon()


def parse(text: bytes, path: Path) -> Config:
    """The config in a file's bytes. Raises `BadConfig` with the line, or the key."""
    try:
        return _plain(msgspec.convert(tomllib.loads(text.decode("utf-8")), _File))
    except UnicodeDecodeError as error:
        raise BadConfig("it is not UTF-8 text", thing=str(path), next_step="Save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(str(error), thing=str(path), next_step="Mend that line, see https://toml.io") from error
    except (msgspec.ValidationError, Usage) as error:
        what = error.what if isinstance(error, Usage) else str(error)
        raise BadConfig(what, thing=str(path), next_step="See `python -m pydoc crmsync.config`") from error


def _plain(file: _File) -> Config:
    if built_in := sorted(file.export.keys() & RULE_SETS.keys()):
        raise Usage(f"a set of export rules goes by this name already: {built_in[0]}")
    sets = {**RULE_SETS, **file.export}
    for account in file.accounts.values():
        if account.export not in sets:
            raise Usage(f"there is no set of export rules {account.export}; there are {', '.join(sorted(sets))}")
    return Config(
        file.region,
        file.user,
        file.policy.plain(),
        {name: account.plain() for name, account in file.accounts.items()},
        file.budgets.plain(),
        tuple(Master(one.type, one.field, one.system) for one in file.masters),
        frozenset(file.own),
        {name: tuple(rule.plain() for rule in rules) for name, rules in file.export.items()},
        file.tui.plain(),
        file.daemon.plain(),
    )
