"""The config file: TOML, read and checked, never rewritten by us.

region = "IT"                 # what phone numbers without a country code belong to
user = "anna"                 # who acts when nobody is named

[policy]                      # for every account
on_conflict = "ask"           # ask | crm | remote | newest | both
on_delete = "ask"             # ask | unflag | archive | delete
fields = { phones = "both" }  # for single fields

[accounts.work.policy]        # the same for one account, and there for one record type
on_conflict = "crm"
[accounts.work.types.lead]
on_conflict = "remote"

[budgets.deletes]             # more than this is held for a person
floor = 10
share = 0.2

[[masters]]                   # one system is master of a field; the others are put back
type = "company"
field = "vat_number"
system = "erp"                # an account, "crm" or "any"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from crmsync.core.declarations import Master, contradictions, masters_for
from crmsync.core.plan import Budget, Budgets
from crmsync.core.reconcile import Policies
from crmsync.errors import BadConfig
from crmsync.model import Mode, OnConflict, OnDelete, Policy, RecordType


class PolicyTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens to conflicts and deletions; what is not said is inherited."""

    on_conflict: OnConflict | None = None
    on_delete: OnDelete | None = None
    fields: dict[str, OnConflict] = {}


class AccountTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account: its policy, and what differs for single record types."""

    policy: PolicyTable = PolicyTable()
    types: dict[RecordType, PolicyTable] = {}
    secret_command: list[str] = []


class BudgetTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The larger of a number and a share."""

    floor: int
    share: float


class BudgetsTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of the guard."""

    deletes: BudgetTable | None = None
    blanked: BudgetTable | None = None
    field: BudgetTable | None = None


class MasterTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is master of a field."""

    type: RecordType
    field: str
    system: str


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    region: str = ""
    user: str = ""
    policy: PolicyTable = PolicyTable()
    accounts: dict[str, AccountTable] = {}
    budgets: BudgetsTable = BudgetsTable()
    masters: list[MasterTable] = []

    def policies(self, account: str, mode: Mode) -> Policies:
        """What governs an account, for every record type that differs from the rest."""
        own = self.accounts.get(account, AccountTable())
        by_type = []
        for kind in RecordType:
            masters = masters_for(account, kind, self._masters())
            if masters or kind in own.types:
                layers = [self.policy, own.policy, own.types.get(kind, PolicyTable())]
                by_type.append((kind, _policy(mode, layers, masters)))
        return Policies(_policy(mode, [self.policy, own.policy], {}), tuple(by_type))

    def limits(self) -> Budgets:
        """The guard's budgets."""
        usual = Budgets()
        return Budgets(
            _budget(self.budgets.deletes, usual.deletes),
            _budget(self.budgets.blanked, usual.blanked),
            _budget(self.budgets.field, usual.field),
        )

    def check(self, accounts: list[str]) -> tuple[str, ...]:
        """What contradicts itself, in sentences."""
        return contradictions(self._masters(), accounts)

    def _masters(self) -> list[Master]:
        return [Master(one.type, one.field, one.system) for one in self.masters]


def read(path: Path) -> Config:
    """The config in this file; the defaults when there is no file. Raises `BadConfig` with the line or the key."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise BadConfig(f"it cannot be read: {error.strerror}", thing=str(path)) from error
    try:
        data: Mapping[str, Any] = tomllib.loads(text.decode("utf-8"))
        return msgspec.convert(data, Config)
    except UnicodeDecodeError as error:
        raise BadConfig("it is not UTF-8 text", thing=str(path), next_step="Save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(str(error), thing=str(path), next_step="Mend that line, see https://toml.io") from error
    except msgspec.ValidationError as error:
        raise BadConfig(str(error), thing=str(path), next_step="`crmsync.config` lists what can stand there") from error


def _policy(mode: Mode, layers: list[PolicyTable], masters: Mapping[str, Any]) -> Policy:
    on_conflict, on_delete, fields = OnConflict.ASK, OnDelete.ASK, dict[str, OnConflict]()
    for layer in layers:
        on_conflict = layer.on_conflict or on_conflict
        on_delete = layer.on_delete or on_delete
        fields |= layer.fields
    return Policy(mode, masters, on_conflict, fields, on_delete)


def _budget(table: BudgetTable | None, usual: Budget) -> Budget:
    return usual if table is None else Budget(table.floor, table.share)
