"""`crmsync demo`: real syncs on sample data, in a folder that is gone afterwards.

The commands are the ones that people type, run one after the other; only the colleague with the phone is played.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from crmsync.cli.answers import say
from crmsync.cli.arguments import Arguments
from crmsync.cli.tour import Tour
from crmsync.demo import crowd
from crmsync.demo.colleague import Colleague
from crmsync.demo.samples import FILES, shelves
from crmsync.demo.server import Address, running
from crmsync.desk import Desk
from crmsync.home import at

_CRM = (
    ("company", "name=Officine Bianchi S.r.l.", "phones=work:+39 02 5550 1420", "vat_number=IT01234567897"),
    ("company", "name=Krämer Werkzeugbau GmbH", "phones=work:+49 711 5550 130"),
    ("contact", "given=Tomas", "family=Ruzicka", "emails=work:ruzicka@uzvonu.example", "title=Pekař"),
)
"""What the CRM knows already; the last one is on the phone too, in another spelling."""


def run(_desk: Desk, argv: list[str]) -> int:
    """Shows every command and what it said, then, on a terminal, all of it on the screen; leaves nothing behind."""
    parser = Arguments("crmsync demo", description="A real sync with a server on this machine, in a throw-away folder.")
    parser.add_argument("--no-tui", action="store_true", help="only the summary, also on a terminal")
    options = parser.parse_args(argv)
    watched = sys.stdin.isatty() and sys.stdout.isatty() and not options.no_tui
    code = 0
    with tempfile.TemporaryDirectory(prefix="crmsync-demo-") as folder, _no_keyring():
        home = Path(folder)
        with running(home / "server", shelves()) as address:
            FirstCompany(home / "home").walk(address)
            with running(home / "desk", crowd.desk()) as desk, running(home / "phone", crowd.phone()) as phone:
                _Crowd(home / "crowd").walk(desk, phone)
            if watched:
                code = _on_the_screen(home / "home")
    if watched:
        say("the demo's folder is removed; `crmsync init` sets up your own")
    return code


def _on_the_screen(home: Path) -> int:
    """The first company in the terminal UI, for as long as the user likes: its server still runs."""
    say("")
    say("now the first company on the whole screen: q leaves")
    desk = Desk(at(home), "")
    code: int = import_module("crmsync_tui.start").start(desk, desk.another)
    return code


class FirstCompany(Tour):
    """One server, one colleague, and what waits for a person in the end."""

    def walk(self, address: Address) -> None:
        """From an empty home to a match, a conflict, a parked card and a deletion that wait for a person."""
        say("A CRM, a phone server and a colleague, all in a throw-away folder on this machine.")
        self.chapter("The CRM knows three customers")
        self.does("init", "--yes")
        for kind, *values in _CRM:
            self.does("records", "add", "--type", kind, *values)
        self.chapter("A server with an address book, a calendar and a task list is connected and read")
        self.connects("phone", address)
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


class _Crowd(Tour):
    """Two servers that know the same people in other spellings."""

    def walk(self, desk: Address, phone: Address) -> None:
        """From two full servers to one record for each person, in five commands."""
        count = len(crowd.PEOPLE)
        self.chapter(f"Another company: {count} people on two servers, spelled in three ways")
        self.does("init", "--yes")
        self.connects("desk", desk)
        self.connects("phone", phone)
        first, *_, last = (crowd.spellings(person) for person in crowd.PEOPLE)
        say(f"   such as {' | '.join(first)}, to {' | '.join(last)}")
        say("   five commands:")
        self.does("sync", "desk")
        self.does("queue", "assign", "--all", "--type", "contact", "--import")
        self.does("sync", "phone")
        self.does("queue", "accept", "--min-score", "50")
        self.does("sync")
        self.chapter("Nobody is there twice")
        status = self.asks("status")
        items = ", ".join(f"{one['name']}: {one['items']} cards" for one in status["accounts"])
        say(f"records: {status['counts']['records']}, waiting: {status['counts']['queue']}, {items}")


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
