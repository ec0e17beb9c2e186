"""The habits of real remotes that a `MemoryRemote` can take on, each named after where it was met.

Tempers combine freely. `POLITE` is a server that does everything its standard says; the presets below it are whole
systems. What a temper makes impossible is listed beside it in `tests/connectors/test_memory.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

Rewrite = Callable[[bytes], bytes]
"""What a server makes of the bytes it was given. Must not change its own result again."""


class Deltas(Enum):
    """How a remote answers "what changed since?"."""

    TOKEN = "token"  # noqa: S105  sync-collection (RFC 6578), syncToken, deltaLink: changes and removals
    NONE = "none"  # only an etag listing (plain WebDAV, a folder)
    SINCE = "since"  # "modified since": removals are invisible (Business Central, Tryton)
    EVERYTHING = "everything"  # a token is answered with all that exists, and with no removals


class Etags(Enum):
    """What a remote tells about versions."""

    STRONG = "strong"
    NULL = "null"  # none anywhere: every write is unconditional
    FLAKY = "flaky"  # weak, and spelled anew at each read; a conditional write accepts each spelling of the version
    WITH_ITEM = "with item"  # only inside the item, not in listings (Google People: person.etag)
    REUSED = "reused"  # counted per href, so a deleted and re-created item has an old etag again


@dataclass(frozen=True, slots=True)
class Tempers:
    """One remote's habits. The defaults are those of a polite CardDAV server."""

    deltas: Deltas = Deltas.TOKEN
    etags: Etags = Etags.STRONG
    page_size: int = 100
    """Changes in one answer; the remote then says that there is more (507 in RFC 6578 section 3.6, nextPageToken)."""
    batch_size: int = 100
    """Items in one multiget."""

    chooses_hrefs: bool = False
    """Names new items itself (Google People, Graph): asking twice makes two. Our mark is the UID in the item."""
    put_hides_etag: bool = False
    """The answer to a write has no etag (RFC 4791 section 5.3.4 allows that, and wants it when bytes changed)."""
    etag_despite_rewrite: bool = False
    """Answers a write with a strong etag although it stored other bytes (Radicale reorders properties)."""
    rewrites: Rewrite | None = None
    """Stores something else than what it was given (every server in some way)."""

    ignores_if_none_match: bool = False
    """Overwrites what `If-None-Match: *` should protect (several small servers)."""
    ignores_if_match: bool = False
    """Overwrites and deletes whatever the stale `If-Match` says."""
    refuses_duplicate_uid: bool = False
    """A second item with a UID is a conflict (Radicale: 409); otherwise it is taken (Xandikos: 201)."""
    schedules: bool = False
    """Mails the participants of a meeting by itself (RFC 6638), unless their lines say SCHEDULE-AGENT=CLIENT."""
    largest_item: int | None = None
    """Items above so many bytes are refused (413, CARDDAV:max-resource-size)."""

    refuses_tokens: bool = False
    """Never honours a token (a server whose token store is broken or was lost)."""
    token_lasts: int | None = None
    """Tokens expire after so many pulls (Google People: 7 days after the full listing)."""
    accepts_foreign_tokens: bool = False
    """A token from the future, from before a restore or from elsewhere gets an empty answer instead of a refusal."""
    late_by: int = 0
    """Writes show in pulls and listings only after so many further pulls (Google People: minutes)."""

    omits_missing: bool = False
    """A multiget leaves out absent hrefs instead of answering 404 for each."""
    respells_hrefs: bool = False
    """Listings percent-encode hrefs otherwise than the answer to a write does."""
    repeats_rows: bool = False
    """Pages overlap: rows come again on the next page, and out of order (Graph)."""


POLITE = Tempers()


def lower_case_emails(raw: bytes) -> bytes:
    """Mail addresses in lower case, as many CRMs store them."""
    return re.sub(rb"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", lambda found: found[0].lower(), raw)


def strip_plus(raw: bytes) -> bytes:
    """Phone numbers without their `+` (met in CalDAV Synchronizer's issue 158)."""
    return re.sub(rb"\+(?=\d)", b"", raw)


def reorder_lines(raw: bytes) -> bytes:
    """Properties sorted, as Radicale serialises cards. Only for items without components inside."""
    lines = re.split(rb"\r\n(?![ \t])", raw.rstrip(b"\r\n"))
    middle = sorted(lines[2:-1]) if len(lines) > 3 else lines[2:-1]
    return b"\r\n".join([*lines[:2], *middle, *lines[-1:]]) + b"\r\n"


def forgets(*names: str) -> Rewrite:
    """Drops the properties of these names (`X-`: all extensions), with or without group (Google CardDAV)."""
    pattern = "|".join(re.escape(name) + ("[A-Z0-9-]*" if name.endswith("-") else "") for name in names)
    line = re.compile(rb"^(?:[A-Za-z0-9-]+\.)?(?:%s)[;:].*\r?\n(?:[ \t].*\r?\n)*" % pattern.encode(), re.I | re.M)
    return lambda raw: line.sub(b"", raw)


def drops_groups(raw: bytes) -> bytes:
    """`item1.TEL` becomes `TEL`, and the label that the group tied to it is lost."""
    raw = re.sub(rb"(?im)^[A-Za-z0-9-]+\.X-ABLABEL[;:].*\r?\n(?:[ \t].*\r?\n)*", b"", raw)
    return re.sub(rb"(?m)^[A-Za-z0-9-]+\.(?=[A-Za-z-]+[;:])", b"", raw)


def in_turn(*rewrites: Rewrite) -> Rewrite:
    """One rewrite after the other."""

    def all_of_them(raw: bytes) -> bytes:
        for rewrite in rewrites:
            raw = rewrite(raw)
        return raw

    return all_of_them


RADICALE = Tempers(rewrites=reorder_lines, etag_despite_rewrite=True, refuses_duplicate_uid=True)
XANDIKOS = Tempers(batch_size=50)
GOOGLE_PEOPLE = Tempers(
    chooses_hrefs=True, etags=Etags.WITH_ITEM, rewrites=forgets("X-"), token_lasts=20, late_by=2, omits_missing=True
)
GRAPH = Tempers(chooses_hrefs=True, token_lasts=50, repeats_rows=True, page_size=10, rewrites=forgets("X-"))
BUSINESS_CENTRAL = Tempers(chooses_hrefs=True, deltas=Deltas.SINCE, rewrites=lower_case_emails)
