"""The config file: TOML, read and checked. `crmsync config set` changes one value of it, and nothing else.

region = "IT"                 # what phone numbers without a country code belong to
user = "anna"                 # who acts when nobody is named
own = ["<id of a record>"]    # the own organisation: every account gets it

[policy]                      # for every account
on_conflict = "ask"           # ask | crm | remote | newest | both
on_delete = "ask"             # ask | unflag | archive | delete
fields = { phones = "both" }  # for single fields
deletion_words = ["da cancellare"] # words in a note that make crmsync ask whether to delete; [] for none

[accounts.work.policy]        # the same for one account, and there for one record type
on_conflict = "crm"
[accounts.work.types.lead]
on_conflict = "remote"

[accounts.phone]
export = "careful"            # what may leave the CRM there: "nts" (the default), "all", or a set of your own
linked_contacts = true        # contacts of the leads, companies and suppliers that go there go along
delivery_addresses = true     # addresses with the label "delivery" go there too; otherwise they stay in the CRM

[[export.careful]]            # such a set: records of this type stay while the field has this value
type = "lead"                 # "nts" keeps leads with privacy "denied", not_interested true or status "inactive"
field = "privacy"
value = "denied"

[budgets.deletes]             # more than this is held for a person; what is left out is as here
floor = 10
share = 0.2

[[masters]]                   # one system is master of a field; the others are put back
type = "company"
field = "vat_number"
system = "erp"                # an account, "crm" or "any"

[tui]                         # how the terminal UI looks and listens
theme = "ansi-dark"           # a theme of Textual; ansi-dark and ansi-light use the terminal's own colours
marks = "unicode"             # or "ascii"
language = "it"               # en | it; left out: what the environment says
keys = { "queue.contact" = "p" } # other keys, by the names that F1 shows

[daemon]                      # `crmsync daemon run`
every = "15m"                 # how often each account is synced: "90s", "15m", "6h"
push_after = "5s"             # how soon after a change of the CRM
quiet_hours = "22:00-06:00"   # when nothing is synced by itself, in the machine's time; "" for never
drop_folder = "~/crm-drop"    # what is put there is imported; "" for none
notify = ["notify-send", "crmsync"] # a command that is told, as its last argument, what needs a person
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from crmsync.core.declarations import Master, contradictions, masters_for
from crmsync.core.deletion_words import DELETION_WORDS
from crmsync.core.plan import Budgets
from crmsync.core.reconcile import Policies
from crmsync.core.selection import RULE_SETS, Export, ExportRule
from crmsync.errors import BadConfig
from crmsync.model import Mode, OnConflict, OnDelete, Policy, RecordType, Side


@dataclass(frozen=True, slots=True)
class PolicyConfig:
    """What happens to conflicts and deletions; what is not said (`None`) is inherited."""

    on_conflict: OnConflict | None = None
    on_delete: OnDelete | None = None
    fields: Mapping[str, OnConflict] = field(default_factory=dict)
    deletion_words: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """One account: its policy, what differs for single record types, how to get its secret, and what goes there."""

    policy: PolicyConfig = field(default_factory=PolicyConfig)
    types: Mapping[RecordType, PolicyConfig] = field(default_factory=dict)
    secret_command: Sequence[str] = ()
    export: str = "nts"
    linked_contacts: bool = False
    delivery_addresses: bool = False


@dataclass(frozen=True, slots=True)
class TuiConfig:
    """How the terminal UI looks and listens; empty where its own default holds."""

    theme: str = ""
    marks: str = "unicode"
    language: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DaemonConfig:
    """When the daemon does what. Times in seconds; quiet hours in minutes of the day, `None`: never quiet."""

    every: float = 900.0
    push_after: float = 5.0
    quiet_hours: tuple[int, int] | None = None
    drop_folder: str = ""
    notify: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file."""

    region: str = ""
    user: str = ""
    policy: PolicyConfig = field(default_factory=PolicyConfig)
    accounts: Mapping[str, AccountConfig] = field(default_factory=dict)
    budgets: Budgets = field(default_factory=Budgets)
    masters: tuple[Master, ...] = ()
    own: frozenset[str] = frozenset()
    export: Mapping[str, tuple[ExportRule, ...]] = field(default_factory=dict)
    tui: TuiConfig = field(default_factory=TuiConfig)
    daemon: DaemonConfig = field(default_factory=DaemonConfig)

    def account(self, name: str) -> AccountConfig:
        """What the file says about an account; nothing where it says nothing."""
        return self.accounts.get(name, AccountConfig())

    def policies(self, account: str, mode: Mode) -> Policies:
        """What governs an account, for every record type that differs from the rest."""
        own = self.account(account)
        by_type: list[tuple[RecordType, Policy]] = []
        for kind in RecordType:
            masters = masters_for(account, kind, self.masters)
            if masters or kind in own.types:
                layers = (self.policy, own.policy, own.types.get(kind, PolicyConfig()))
                by_type.append((kind, replace(_policy(mode, layers, masters), delivery=own.delivery_addresses)))
        usual = replace(_policy(mode, (self.policy, own.policy), {}), delivery=own.delivery_addresses)
        return Policies(usual, tuple(by_type))

    def exports(self, account: str) -> Export:
        """What an account lets out."""
        own = self.account(account)
        return Export({**self.export, **RULE_SETS}[own.export], self.own, own.linked_contacts)

    def contradictions(self, accounts: Sequence[str]) -> tuple[str, ...]:
        """What contradicts itself, in sentences."""
        return contradictions(self.masters, accounts)


def content(path: Path) -> bytes:
    """The text of the file; empty where there is no file, or nothing but comments in it. Raises `BadConfig`."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise BadConfig(f"it cannot be read: {error.strerror}", thing=str(path)) from error
    says_nothing = all(line.lstrip().startswith(b"#") for line in text.splitlines() if line.strip())
    return b"" if says_nothing else text


def _policy(mode: Mode, layers: Sequence[PolicyConfig], masters: Mapping[str, Side]) -> Policy:
    on_conflict, on_delete, fields = OnConflict.ASK, OnDelete.ASK, dict[str, OnConflict]()
    words = DELETION_WORDS
    for layer in layers:
        on_conflict = layer.on_conflict or on_conflict
        on_delete = layer.on_delete or on_delete
        fields |= layer.fields
        words = words if layer.deletion_words is None else layer.deletion_words
    return Policy(mode, masters, on_conflict, fields, on_delete, words)
