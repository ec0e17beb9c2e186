"""The nouns. All frozen; none of them knows SQL, network or clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import NewType

from crmsync.values import Changes, Fields, Value

Cursor = NewType("Cursor", str)
"""Where a pull left off: sync-token, syncToken, deltaLink, a time. Opaque; only its connector reads it."""

FILES = "files"
"""Kind and name of the account under which everything that came out of imported files is known."""


class RecordType(StrEnum):
    """What a record is. Customer and prospect are stages of a company, not types."""

    COMPANY = "company"
    CONTACT = "contact"
    LEAD = "lead"
    SUPPLIER = "supplier"
    APPOINTMENT = "appointment"
    TASK = "task"


PEOPLE = (RecordType.COMPANY, RecordType.CONTACT, RecordType.LEAD, RecordType.SUPPLIER)
"""The types that live in address books."""


class CollectionKind(StrEnum):
    """What sort of place a collection is."""

    ADDRESSBOOK = "addressbook"
    CALENDAR = "calendar"
    TASKS = "tasks"
    TABLE = "table"
    MAILBOX = "mailbox"
    FOLDER = "folder"


class Side(StrEnum):
    """The two sides of every reconcile: the hub, and one account."""

    CRM = "crm"
    REMOTE = "remote"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.REMOTE if self is Side.CRM else Side.CRM


class Mode(StrEnum):
    """Which way values flow between the hub and an account."""

    TWO_WAY = "two-way"
    IMPORT = "import"
    EXPORT = "export"


class OnConflict(StrEnum):
    """What happens to a field that both sides changed."""

    ASK = "ask"
    CRM = "crm"
    REMOTE = "remote"
    NEWEST = "newest"
    BOTH = "both"


class OnDelete(StrEnum):
    """What a deletion at the remote means for the record."""

    ASK = "ask"
    UNFLAG = "unflag"
    ARCHIVE = "archive"
    DELETE = "delete"


class Confidence(IntEnum):
    """How sure a match is. Ordered."""

    NONE = 0
    LOW = 1
    MEDIUM = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing at a remote, as the remote keeps it. `etag` is `None` where the remote gave none."""

    href: str
    etag: str | None
    uid: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """One thing in the hub. `edited` is when a value last changed (ISO 8601, UTC), for policies that compare times."""

    id: str
    type: RecordType
    fields: Fields
    deleted: bool = False
    edited: str = ""


class LinkState(StrEnum):
    """Where a link is in its life; everything but LINKED and GONE is the mark of a write that is under way."""

    LINKED = "linked"
    CREATING = "creating"  # a create was sent, or is about to be: look for our mark before sending it again
    UPDATING = "updating"  # an update was sent, or is about to be
    WRITTEN = "written"  # the remote took our write; what it kept of it has not been read back yet
    DELETING = "deleting"  # a delete was sent, or is about to be
    GONE = "gone"  # the item vanished at the remote; a person decides what that means


@dataclass(frozen=True, slots=True)
class Link:
    """One record is one item.

    `base` is what both sides agreed on, in the record's fields. `echo` holds only the fields which the remote shows
    differently although both agree (it dropped or rewrote them): what the remote then showed, `None` when it showed
    nothing. So the hub has changed a field when its value differs from `base`, the remote when its value differs from
    `echo` or, where that does not name the field, from `base`.
    `intent` holds the fields that a write under way changes at the remote; `previous_etag` the etag it replaced.
    """

    id: int
    record: str
    collection: int
    href: str
    uid: str
    etag: str | None
    base: Fields
    echo: Changes = field(default_factory=dict)
    state: LinkState = LinkState.LINKED
    intent: Changes | None = None
    previous_etag: str | None = None

    def shown(self) -> dict[str, Value]:
        """The fields the remote showed when both sides last agreed."""
        merged: dict[str, Value | None] = {**self.base, **self.echo}
        return {name: value for name, value in merged.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that an item may be, and why. `score` is the sum of the reasons, 0 to 100."""

    record: str
    confidence: Confidence
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that both sides changed, each in its own way, since `base`.

    The pseudo-field `deleted` (flags) holds a deletion that waits for a person. `why` says what keeps the engine from
    deciding, where that is not plain. `item`: of a question about an item, the hash of the bytes it is asked about; an
    item that changes makes it another question.
    """

    record: str
    link: int
    field: str
    base: object
    crm: object
    remote: object
    why: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """What governs one account and record type. `masters` has a side only for fields with one master.

    `deletion_words`: what in a note makes the engine ask whether its record is to be deleted. `delivery`: delivery
    addresses go there too (`core.delivery`).
    """

    mode: Mode = Mode.TWO_WAY
    masters: Mapping[str, Side] = field(default_factory=dict)
    on_conflict: OnConflict = OnConflict.ASK
    on_conflict_field: Mapping[str, OnConflict] = field(default_factory=dict)
    on_delete: OnDelete = OnDelete.ASK
    deletion_words: tuple[str, ...] = ()
    delivery: bool = True


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One change of the hub. `field` is `""` for a creation (then `after` holds all fields) or a deletion."""

    seq: int
    run: int | None
    at: str
    origin: str
    actor: str
    record: str
    field: str
    before: object
    after: object
    reason: str
