"""The daemon's log: lines on standard error, for a person, for journald, or as JSON."""

from __future__ import annotations

import json
import logging
import sys
from enum import StrEnum

from crmsync.safe import safe


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
        text = safe(record.getMessage())
        if record.exc_info:
            text += " | " + safe(self.formatException(record.exc_info).replace("\n", " | "))
        match self._shape:
            case Style.JOURNAL:
                return f"<{_PRIORITIES.get(record.levelno, 6)}>{text}"
            case Style.JSON:
                at = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
                return json.dumps({"at": at, "level": record.levelname.lower(), "message": text}, ensure_ascii=False)
            case Style.PLAIN:
                return f"{self.formatTime(record, '%Y-%m-%d %H:%M:%S')} {record.levelname.lower():7} {text}"


def begin(style: Style) -> None:
    """From now on what `crmsync` logs goes to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(style))
    ours = logging.getLogger("crmsync")
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
