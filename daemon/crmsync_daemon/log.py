"""The daemon's log: lines on standard error, for a person, for journald, or as JSON. See `redact` for what is in none.

What other packages log, and what ends a thread, comes through here too: its kind and place, never its text.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from enum import StrEnum
from types import TracebackType

from crmsync.safe import safe
from crmsync_daemon.redact import redacted, told, where

_OURS = "crmsync"


class Style(StrEnum):
    """How a line looks."""

    PLAIN = "plain"
    JOURNAL = "journal"  # systemd's priority in front (sd-daemon(3)); the journal knows the time
    JSON = "json"


_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}


class _Lines(logging.Formatter):
    def __init__(self, style: Style) -> None:
        super().__init__()
        self._shape = style

    def format(self, record: logging.LogRecord) -> str:
        text = safe(_said(record))
        match self._shape:
            case Style.JOURNAL:
                return f"<{_PRIORITIES.get(record.levelno, 6)}>{text}"
            case Style.JSON:
                at = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
                return json.dumps({"at": at, "level": record.levelname.lower(), "message": text}, ensure_ascii=False)
            case Style.PLAIN:
                return f"{self.formatTime(record, '%Y-%m-%d %H:%M:%S')} {record.levelname.lower():7} {text}"


def begin(style: Style) -> None:
    """From now on what is logged goes to standard error: of ours all, of others that there was a warning."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(style))
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a log that cannot be written would print what it could not write
    sys.excepthook = _fault
    threading.excepthook = _fault_of_thread


def _said(record: logging.LogRecord) -> str:
    if record.name != _OURS:
        text = f"a warning of {record.name}"
    elif isinstance(record.args, tuple):
        shown = tuple(told(one) if isinstance(one, BaseException) else one for one in record.args)
        text = redacted(record.msg % shown if shown else str(record.msg))
    else:
        text = redacted(record.getMessage())
    if record.exc_info and record.exc_info[1] is not None:
        text += f" | {where(record.exc_info[1])}"
    return text


def _fault(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    logging.getLogger(_OURS).critical("a fault of our own", exc_info=error)


def _fault_of_thread(what: threading.ExceptHookArgs) -> None:
    logging.getLogger(_OURS).critical("a fault of our own in a thread", exc_info=what.exc_value)
