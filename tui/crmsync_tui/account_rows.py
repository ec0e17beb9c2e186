"""What the accounts wizard makes of an address, and of what the commands answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from textual.content import Content

from crmsync.errors import Usage
from crmsync_tui.shown import shown
from crmsync_tui.words import _, count

_APPLE = ("icloud.com", "me.com", "mac.com")
_PATH = re.compile(r"[/~.]")
_LOOKED_AT = 1000
"""So many files of a folder are looked at to see what it holds."""

KINDS = ("dav", "icloud", "folder", "csv")


class Hidden:
    """A secret on its way from a form to a command. It cannot be printed by mistake."""

    __slots__ = ("reveal",)

    def __init__(self, secret: str) -> None:
        self.reveal: Callable[[], str] = lambda: secret

    def __repr__(self) -> str:
        """Nothing of it."""
        return "<hidden>"


@dataclass(slots=True)
class Draft:
    """What the user has said so far."""

    address: str = ""
    kind: str = ""
    username: str = ""
    secret: Hidden | None = None
    asks: bool = False
    name: str = ""
    mode: str = "two-way"
    found: Sequence[Mapping[str, Any]] = ()
    chosen: Sequence[str] = ()
    trace: list[str] = field(default_factory=list)

    def signed(self) -> list[str]:
        """The options of a command that say who the user is; the password itself goes by another way."""
        words = [f"--username={self.username}"] if self.username else []
        return [*words, "--password-stdin"] if self.secret is not None else words

    def added(self) -> list[str]:
        """The words of `account add`."""
        url = [] if self.kind == "icloud" else [f"--url={self.address}"]
        every = len(self.chosen) == len(self.found)
        only = [] if every else [f"--collection={href}" for href in self.chosen]
        return ["account", "add", self.kind, self.name, *url, *self.signed(), f"--mode={self.mode}", *only]


def check_address(text: str) -> None:
    """Raises `Usage` for what cannot be asked, or would show a password to whoever lists the processes."""
    if not text.strip() or text.startswith("-"):
        raise Usage(_("type an e-mail address, a web address, or the path of a folder"))
    if re.match(r"\w+://[^/]*:[^/]*@", text):
        raise Usage(_("leave the password out of the address: it is asked for in a moment"))


def kind_of(address: str) -> str:
    """The kind of account behind an address; `""` where it could be several. Looks at the disk. Raises `Usage`."""
    if not _PATH.match(address):
        return "icloud" if address.rpartition("@")[2].lower() in _APPLE else "dav"
    path = Path(address).expanduser()
    if path.is_file() and path.suffix.lower() == ".csv":
        return "csv"
    if not path.is_dir():
        raise Usage(_("there is no such folder, and no such CSV file"), thing=address)
    kinds = {"csv" if one.suffix.lower() == ".csv" else "folder" for one in _files(path)}
    return kinds.pop() if len(kinds) == 1 else ""


def _files(path: Path) -> Sequence[Path]:
    wanted = (".csv", ".vcf", ".ics")
    return [one for one in islice(path.rglob("*"), _LOOKED_AT) if one.suffix.lower() in wanted]


def whole(address: str) -> str:
    """The address as it is given to a command, which may run elsewhere."""
    return str(Path(address).expanduser().absolute()) if _PATH.match(address) else address.strip()


def name_for(address: str, taken: Sequence[str]) -> str:
    """A name for the account that nobody has: the host's own word, or the folder's."""
    host = re.sub(r"^\w+://|[/:].*$", "", address.rpartition("@")[2]) if not _PATH.match(address) else ""
    words = [word for word in host.split(".") if word not in ("www", "dav", "carddav", "caldav")]
    word = (words[0] if words and words[0] else Path(address).stem) or "account"
    word = re.sub(r"[^A-Za-z0-9._-]+", "-", word).strip("-._")[:50] or "account"
    names = [word, *(f"{word}-{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def because(text: str) -> str:
    """Why a command failed, without its own name."""
    last = text.strip().splitlines()[-1:] or [_("the command ended without a word")]
    return last[0].removeprefix("crmsync: ")


def box(one: Mapping[str, Any]) -> Content:
    """A collection beside its check box."""
    words = {
        "addressbook": _("contacts"),
        "calendar": _("appointments"),
        "tasklist": _("tasks"),
    }
    kind = words.get(str(one["kind"]), str(one["kind"]))
    locked = ", " + _("read-only") if one["read_only"] else ""
    return shown(f"{one['name']}  ({kind}{locked})")


def previewed(run: Mapping[str, Any]) -> list[Content]:
    """What a first sync would do, from a dry run."""
    plan = run.get("plan") or []
    actions = [str(one["action"]) for one in plan]
    there = sum(1 for one in plan if one["action"] == "update" and one.get("remote"))
    here = sum(1 for one in plan if one["action"] == "update" and one.get("crm"))
    lines = [
        count("{n} item goes into the queue, and waits for a type", "{n} items go into the queue, and wait for a type",
              int(run.get("queued", 0))),
        count("{n} record would be changed here", "{n} records would be changed here", here),
        count("{n} item would be added there", "{n} items would be added there", actions.count("create")),
        count("{n} item would be changed there", "{n} items would be changed there", there),
        count("{n} item would be deleted there", "{n} items would be deleted there", actions.count("delete")),
    ]  # fmt: skip
    names = [str(one["name"]) for one in plan if one["action"] == "create"]
    if names:
        more = "" if len(names) <= _NAMED else ", ..."
        lines.append(_("added there: {names}").format(names=", ".join(names[:_NAMED])) + more)
    if parked := int(run.get("parked", 0)):
        lines.append(
            count("{n} item cannot be read, and is parked", "{n} items cannot be read, and are parked", parked)
        )
    if error := run.get("error"):
        lines.append(str(error))
    return [shown(one) for one in lines]


_NAMED = 8
