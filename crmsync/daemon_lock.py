"""Whether a daemon runs for this home, and what it says of itself: for everybody who only wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmsync.home import Home
from crmsync.lock import Lock


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon. `since` and `next` (by account: when it is synced next) are ISO 8601 in UTC; `message` is one line.

    `drop_folder`: its `path`, how many files are `waiting` in it, and how many `failed`; empty where there is none.
    """

    pid: int
    since: str
    message: str
    next: Mapping[str, str]
    version: str = ""
    drop_folder: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """What `status` and `daemon status` say of it."""
        drop = {"drop_folder": dict(self.drop_folder)} if self.drop_folder else {}
        return {"pid": self.pid, "since": self.since, "message": self.message, "next": dict(self.next), **drop}


def daemon_lock(home: Home) -> Lock:
    """What the one daemon of a home holds while it lives. Not beside those of accounts: one may be called daemon."""
    return Lock(home.store.parent / "daemon.lock")


def running(home: Home) -> Running | None:
    """The daemon of this home; `None` when there is none. Costs two small reads."""
    said = daemon_lock(home).owner()
    if said is None:
        return None
    following, drop = said.get("next"), said.get("drop_folder")
    return Running(
        _number(said.get("pid")),
        str(said.get("since", "")),
        str(said.get("message", "")),
        {str(name): str(at) for name, at in following.items()} if isinstance(following, dict) else {},
        str(said.get("version", "")),
        drop if isinstance(drop, dict) else {},
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
