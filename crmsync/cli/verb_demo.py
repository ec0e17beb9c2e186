"""`crmsync demo`: one real sync on sample data, in a folder that is gone afterwards.

The commands are the ones that people type, run one after the other; only the colleague with the phone is played.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from crmsync.cli.arguments import Arguments
from crmsync.cli.desk import Desk, say
from crmsync.demo.colleague import Colleague
from crmsync.demo.samples import FILES, shelves
from crmsync.demo.server import Address, running
from crmsync.errors import Bug

_CRM = (
    ("company", "name=Officine Bianchi S.r.l.", "phones=work:+39 02 5550 1420", "vat_number=IT01234567897"),
    ("company", "name=Krämer Werkzeugbau GmbH", "phones=work:+49 711 5550 130"),
    ("contact", "given=Tomas", "family=Ruzicka", "emails=work:ruzicka@uzvonu.example", "title=Pekař"),
)
"""What the CRM knows already; the last one is on the phone too, in another spelling."""


def run(_desk: Desk, argv: list[str]) -> int:
    """Shows every command and what it said; leaves nothing behind."""
    parser = Arguments("crmsync demo", description="A real sync with a server on this machine, in a throw-away folder.")
    parser.add_argument("--no-tui", action="store_true", help="only the summary (there is no TUI yet)")
    parser.parse_args(argv)
    with (
        tempfile.TemporaryDirectory(prefix="crmsync-demo-") as folder,
        _no_keyring(),
        running(Path(folder) / "server", shelves()) as address,
    ):
        _Tour(Path(folder) / "home").walk(address)
    return 0


class _Tour:
    def __init__(self, home: Path) -> None:
        self._home = home

    def walk(self, address: Address) -> None:
        """From an empty home to a match, a conflict, a parked card and a deletion that wait for a person."""
        say("A CRM, a phone server and a colleague, all in a throw-away folder on this machine.")
        self.chapter("The CRM knows three customers")
        self.does("init", "--yes")
        for kind, *values in _CRM:
            self.does("records", "add", "--type", kind, *values)
        self.chapter("A server with an address book, a calendar and a task list is connected and read")
        with _typed(address.password):
            self.does(
                *("account", "add", "dav", "phone", "--url", address.url),
                *("--username", address.username, "--password-stdin"),
            )
        self.does("sync", "phone")
        self.chapter("What was found gets a type; whoever the CRM may know already waits")
        new = "kind = 'individual' AND suggestion IS NULL"
        self.does("queue", "assign", "--where", new, "--type", "contact", "--import")
        self.does("queue", "assign", "--where", "kind = 'event'", "--type", "appointment", "--import")
        self.does("queue", "assign", "--where", "kind = 'todo'", "--type", "task", "--import")
        self.chapter("Office and phone both edit, somebody is deleted on the phone, a file comes from a fair")
        self.does("records", "set", self.id_of("Jana Dvořáková"), "note=Volat dopoledne")
        self.does("records", "set", self.id_of("Dr. Jürgen Krämer"), "title=Inhaber", "department=Leitung")
        with Colleague(address) as colleague:
            colleague.edits("Jana Dvořáková", title="Majitelka")
            colleague.edits("Dr. Jürgen Krämer", title="Geschäftsführender Gesellschafter")
            colleague.deletes("Tom Harrow")
        self.does("import", str(FILES / "fair.vcf"))
        self.does("sync", "phone")
        self.chapter("Different fields were merged; what needs a person waits, each with the command that answers it")
        self.does("queue", "list")
        self.answer("crmsync queue accept ID", "or: crmsync queue assign ID --type contact --import")
        self.does("conflicts", "list")
        self.answer("crmsync conflicts resolve ID --crm | --remote", "(for a deletion: --crm keeps, --remote deletes)")
        self.does("parked", "list")
        self.answer("crmsync parked show ID")
        self.does("sync", "phone")
        self.does("status")

    def chapter(self, title: str) -> None:
        """A headline."""
        say("")
        say(f"== {title}")

    def answer(self, command: str, more: str = "") -> None:
        """How a person would answer."""
        say(f"   -> {command}  {more}".rstrip())

    def does(self, *words: str) -> None:
        """Runs one command as it would be typed, and shows it."""
        shown = " ".join(f'"{word}"' if " " in word else word for word in words)
        say(f"$ crmsync {shown}")
        self._command(*words)

    def id_of(self, name: str) -> str:
        """The id of a record, asked for as a script would."""
        with redirect_stdout(io.StringIO()) as out:
            self._command("records", "list", "--search", name, "--json")
        found: list[dict[str, Any]] = json.loads(out.getvalue())["records"]
        return str(found[0]["id"])

    def _command(self, *words: str) -> None:
        from crmsync.cli.frame import SOME_FAILED, run

        sys.stdout.flush()
        code = run(["--home", str(self._home), *words])
        if code not in (0, SOME_FAILED):
            raise Bug(f"a command of the demo ended with {code}", thing=" ".join(words))


@contextmanager
def _no_keyring() -> Iterator[None]:
    """The demo's password stays in the demo's folder."""
    name, before = "PYTHON_KEYRING_BACKEND", os.environ.get("PYTHON_KEYRING_BACKEND")
    os.environ[name] = "keyring.backends.fail.Keyring"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def _typed(text: str) -> Iterator[None]:
    """Standard input as if somebody had typed this."""
    before = sys.stdin
    sys.stdin = io.StringIO(text + "\n")
    try:
        yield
    finally:
        sys.stdin = before
