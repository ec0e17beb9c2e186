"""A home with three remotes and people who edit on all four sides."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.live.servers import PASSWORD, USER
from tests.soak.ledger import Ledger
from tests.soak.sides import FIELDS, Book, Folder, Side, card, edited, name_of, shown
from tests.soak.told import Told

CONFIG = '[daemon]\nevery = "5s"\npush_after = "1s"\n[policy]\non_delete = "delete"\n'
ANSWERS = ("--crm", "--remote", "--newest", "--both")


class Town:
    """`act` is one edit of somebody; `tidy` what the person at the CRM does now and then."""

    def __init__(self, folder: Path, sides: Sequence[Side], people: int, chance: random.Random) -> None:
        self.crm = Told(folder / "home")
        self.sides = sides
        self.chance = chance
        self.ledger = Ledger(chance)
        self.did: Counter[str] = Counter()
        self._ids: dict[str, str] = {}
        self._move_in(folder, people)

    def _move_in(self, folder: Path, people: int) -> None:
        self.crm("init", "--yes")
        (self.crm.home / "config.toml").write_text(CONFIG)
        (self.crm.home / "config.toml").chmod(0o600)
        text = b"".join(self._newcomer("crm") for _ in range(people))
        (folder / "people.vcf").write_bytes(text)
        self.crm("import", str(folder / "people.vcf"), "--type", "contact", "--sync", "--json")
        self.look()
        for side in self.sides:
            match side:
                case Book():
                    url = f"http://127.0.0.1:{side.server.port}{side.path}"
                    words = ("--url", url, "--username", USER, "--password-stdin")
                    self.crm("account", "add", "dav", side.name, *words, typed=PASSWORD + "\n")
                case Folder():
                    self.crm("account", "add", "folder", side.name, "--url", str(side.path))

    def _newcomer(self, side: str) -> bytes:
        name = self.ledger.name()
        values = {what: self.ledger.token() for what in FIELDS}
        raw = card(name, **values)
        for what, token in values.items():
            self.ledger.wrote(side, name, what, token)
        return raw

    def look(self) -> dict[str, dict[str, Any]]:
        """The CRM's records by name."""
        records = {str(one["name"]).split()[-1]: one for one in self.crm("records", "list", "--json")["records"]}
        self._ids = {name: str(one["id"]) for name, one in records.items()}
        return records

    def act(self) -> None:
        """One edit by somebody, somewhere."""
        dice = self.chance.random()
        side = self.chance.choice(self.sides)
        if dice < 0.25:
            self._types()
        elif dice < 0.26:
            self._adds_record()
        elif dice < 0.263:
            self._deletes_record()
        elif dice < 0.275:
            raw = self._newcomer(side.name)
            assert side.add(name_of(raw), raw)
            self.did[f"{side.name} adds"] += 1
        elif dice < 0.28:
            self._removes(side)
        else:
            self._edits(side)

    def _types(self) -> None:
        name = self.chance.choice(list(self._ids))
        what, token = self.chance.choice(list(FIELDS)), self.ledger.token()
        if self.crm("records", "set", self._ids[name], f"{what}={shown(what, token)}", codes=(0, 1, 2)) is None:
            return
        self.ledger.wrote("crm", name, what, token)
        self.did["crm edits"] += 1

    def _adds_record(self) -> None:
        name, token = self.ledger.name(), self.ledger.token()
        words = (f"name=Person {name}", f"note={shown('note', token)}")
        found = self.crm("records", "add", "--type", "contact", *words, "--json")
        self.ledger.wrote("crm", name, "note", token)
        self._ids[name] = str(found["id"])
        self.crm("records", "flag", str(found["id"]), "--on")
        self.did["crm adds"] += 1

    def _deletes_record(self) -> None:
        name = self.chance.choice(list(self._ids))
        if self.crm("records", "delete", self._ids.pop(name), codes=(0, 1, 2)) is not None:
            self.ledger.removed("crm", name)
            self.did["crm deletes"] += 1

    def _edits(self, side: Side) -> None:
        item = side.pick(self.chance)
        found = side.read(item) if item else None
        if not item or not found or not (name := name_of(found[0])):
            return
        what, token = self.chance.choice(list(FIELDS)), self.ledger.token()
        if side.write(item, edited(found[0], what, token), found[1]):
            self.ledger.wrote(side.name, name, what, token)
            self.did[f"{side.name} edits"] += 1
        else:
            self.did["too late"] += 1

    def _removes(self, side: Side) -> None:
        item = side.pick(self.chance)
        found = side.read(item) if item else None
        if item and found and side.remove(item, found[1]):
            self.ledger.removed(side.name, name_of(found[0]))
            self.did[f"{side.name} deletes"] += 1

    def tidy(self) -> None:
        """Answers what waits."""
        counts = self.crm("status", "--json")["counts"]
        if counts["queue"]:
            self.crm("queue", "assign", "--all", "--type", "contact", "--import", codes=(0, 5))
        if counts["conflicts"]:
            words = ("--field", self.chance.choice([*FIELDS, "deleted"]), self.chance.choice(ANSWERS[:2]))
            self.crm("conflicts", "resolve", *words, codes=(0, 1, 2, 5))
            self.did["answers"] += 1
        self.plans(counts["held"])
        self.look()

    def plans(self, held: int) -> None:
        """Lets happen what was held."""
        for plan in self.crm("plans", "list", "--json")["plans"] if held else ():
            self.crm("plans", "apply", str(plan["id"]), codes=(0, 1, 2, 5, 75))
            self.did["plans"] += 1

    def settles(self, rounds: int = 20) -> tuple[int, list[dict[str, Any]]]:
        """Syncs and answers until nothing is left; after how many rounds, and what the last one did."""
        runs: list[dict[str, Any]] = []
        for number in range(1, rounds + 1):
            runs = self.crm("sync", "--json", codes=(0, 5))["runs"]
            counts = self.crm("status", "--json")["counts"]
            if counts["queue"]:
                self.crm("queue", "assign", "--all", "--type", "contact", "--import", codes=(0, 5))
            if counts["conflicts"]:
                self.crm("conflicts", "resolve", "--all", "--crm", codes=(0, 1, 2, 5))
            self.plans(counts["held"])
            waits = counts["queue"] + counts["conflicts"] + counts["held"]
            if not waits and all(quiet(run) for run in runs):
                return number, runs
            time.sleep(0.1)
        return rounds, runs


def quiet(run: dict[str, Any]) -> bool:
    """Whether a cycle wrote nothing anywhere."""
    return run["state"] == "done" and not sum(run["pushed"].values()) and not sum(run["pulled"].values())
