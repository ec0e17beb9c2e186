"""Who acts, out of the config file, for commands that need nothing else of it: the parser takes longer to load."""

from __future__ import annotations

import re
from pathlib import Path

_LINE = re.compile(r'user\s*=\s*"([^"\\]*)"\s*(?:#.*)?')


def user_in(path: Path) -> str | None:
    """The user that the file names, `""` for none; `None` where only a real look at it can tell.

    The name stands before the first table, on a line of its own.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        return None
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") or '"""' in line or "'''" in line:
            return "" if line.startswith("[") else None
        if line.startswith("#") or "user" not in line:
            continue
        found = _LINE.fullmatch(line)
        return found[1] if found else None
    return ""
