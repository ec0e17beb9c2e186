"""A guided tour: the commands that people type, run one after the other in a throw-away home, and shown."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from crmsync.cli.answers import say
from crmsync.demo.server import Address
from crmsync.errors import Bug


class Tour:
    """One home, and what is done in it."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def chapter(self, title: str) -> None:
        """A headline."""
        say("")
        say(f"== {title}")

    def answer(self, command: str, more: str = "") -> None:
        """How a person would answer."""
        say(f"   -> {command}  {more}".rstrip())

    def connects(self, name: str, address: Address) -> None:
        """Adds the account of a server."""
        with _typed(address.password):
            self.does(
                *("account", "add", "dav", name, "--url", address.url),
                *("--username", address.username, "--password-stdin"),
            )

    def asks(self, *words: str) -> dict[str, Any]:
        """The JSON that a command answers with, as a script would read it; nothing is shown."""
        with redirect_stdout(io.StringIO()) as out:
            self._command(*words, "--json")
        return dict(json.loads(out.getvalue()))

    def does(self, *words: str) -> None:
        """Runs one command as it would be typed, and shows it."""
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        say(f"$ crmsync {shown}")
        self._command(*words)

    def id_of(self, name: str) -> str:
        """The id of a record, asked for as a script would."""
        return str(self.asks("records", "list", "--search", name)["records"][0]["id"])

    def _command(self, *words: str) -> None:
        from crmsync.cli.frame import SOME_FAILED, run

        sys.stdout.flush()
        code = run(["--home", str(self._home), *words])
        if code not in (0, SOME_FAILED):
            raise Bug(f"a command of the demo ended with {code}", thing=" ".join(words))


@contextmanager
def _typed(text: str) -> Iterator[None]:
    """Standard input as if somebody had typed this."""
    before = sys.stdin
    sys.stdin = io.StringIO(text + "\n")
    try:
        yield
    finally:
        sys.stdin = before
