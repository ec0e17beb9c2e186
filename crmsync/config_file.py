"""The text of the config file, read and checked.

Apart from `config`, because the library that checks it costs more time to import than an idle sync has to spare.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from crmsync.config import AccountConfig, Config, PolicyConfig
from crmsync.core.declarations import Master
from crmsync.core.plan import Budget, Budgets
from crmsync.errors import BadConfig, Usage
from crmsync.model import OnConflict, OnDelete, RecordType
from crmsync.values import shape


class _Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on_conflict: OnConflict | None = None
    on_delete: OnDelete | None = None
    fields: dict[str, OnConflict] = {}

    def plain(self) -> PolicyConfig:
        for field in self.fields:
            shape(field)
        return PolicyConfig(self.on_conflict, self.on_delete, self.fields)


class _Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    policy: _Policy = _Policy()
    types: dict[RecordType, _Policy] = {}
    secret_command: list[str] = []

    def plain(self) -> AccountConfig:
        types = {kind: policy.plain() for kind, policy in self.types.items()}
        return AccountConfig(self.policy.plain(), types, tuple(self.secret_command))


class _Budget(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    floor: Annotated[int, msgspec.Meta(ge=0)]
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]

    def plain(self) -> Budget:
        return Budget(self.floor, self.share)


class _Budgets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    deletes: _Budget | None = None
    blanked: _Budget | None = None
    field: _Budget | None = None

    def plain(self) -> Budgets:
        usual = Budgets()
        return Budgets(
            self.deletes.plain() if self.deletes else usual.deletes,
            self.blanked.plain() if self.blanked else usual.blanked,
            self.field.plain() if self.field else usual.field,
        )


class _Master(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: RecordType
    field: str
    system: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    region: Annotated[str, msgspec.Meta(pattern="^([A-Z]{2})?$")] = ""
    user: str = ""
    policy: _Policy = _Policy()
    accounts: dict[str, _Account] = {}
    budgets: _Budgets = _Budgets()
    masters: list[_Master] = []


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
    return Config(
        file.region,
        file.user,
        file.policy.plain(),
        {name: account.plain() for name, account in file.accounts.items()},
        file.budgets.plain(),
        tuple(Master(one.type, one.field, one.system) for one in file.masters),
    )
