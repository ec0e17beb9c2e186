"""What is typed above the list of runs: words to search for, and short words that filter.

`rossi by:eva account:work kind:sync state:failed`: words are looked for in what a run is called and in the names of
the records it changed; everything must hold. A short word that means nothing is searched for as it stands.
"""

from __future__ import annotations

from crmsync.store.log import LogSelection
from crmsync.store.runs import RunSelection

_SHORT = {"by": "actor", "account": "account", "kind": "kind", "state": "state"}


def read(line: str) -> RunSelection:
    """The runs that are meant."""
    words: list[str] = []
    chosen: dict[str, str] = {}
    for part in line.split():
        key, _, value = part.partition(":")
        if value and key.casefold() in _SHORT:
            chosen[_SHORT[key.casefold()]] = value
        else:
            words.append(part)
    return RunSelection(" ".join(words), **chosen)


def for_log(line: str, run: int | None = None) -> LogSelection:
    """The lines of the log that are meant, of one run where given."""
    meant = read(line)
    return LogSelection(meant.text, meant.actor, run)
