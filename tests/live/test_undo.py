"""Undo on real servers: whatever a run did is gone from the CRM and from both servers; later edits are there."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cycle.bench_of import card
from tests.live.crm import Crm
from tests.live.servers import Server

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
PEOPLE = 14
_NO_VALUES = re.compile(r"^(REV|PRODID|END|BEGIN|VERSION)\b")


@dataclass(frozen=True, slots=True)
class State:
    """What all three hold: fields by name of the record, lines of each card by its name on either server."""

    hub: dict[str, object]
    desk: dict[str, Counter[str]]
    phone: dict[str, Counter[str]]


@dataclass(slots=True)
class Office:
    """One CRM in step with a collection on each server."""

    crm: Crm
    servers: tuple[Server, Server]
    paths: tuple[str, str]

    def cards(self, which: int) -> dict[str, Counter[str]]:
        """The lines of each card, without those that hold no value of anybody."""
        found = {}
        for raw in self.servers[which].dump(self.paths[which]).values():
            lines = raw.decode().replace("\r\n ", "").splitlines()
            (name,) = (line[3:] for line in lines if line.startswith("FN:"))
            # a mail address is written with the type that it has by default (RFC 2426 section 3.3.2)
            lines = [line.replace(";TYPE=INTERNET:", ":") for line in lines]
            found[name] = Counter(line for line in lines if not _NO_VALUES.match(line))
        return found

    def state(self) -> State:
        hub = {record["name"]: record["fields"] for record in self.crm.records().values()}
        return State(hub, self.cards(0), self.cards(1))

    def edit(self, which: int, name: str, old: str, new: str) -> None:
        """Another client edits a card."""
        server = self.servers[which]
        for href, raw in server.dump(self.paths[which]).items():
            if f"FN:{name}\r\n".encode() in raw:
                assert old.encode() in raw
                server.put(href, raw.replace(old.encode(), new.encode(), 1), "vcard")
                return
        raise AssertionError(f"{name} is not there")


@pytest.fixture
def office(at_radicale: Server, at_xandikos: Server, tmp_path: Path) -> Office:
    servers = at_radicale, at_xandikos
    desk, phone = (server.collection("vcard") for server in servers)
    for n in range(PEOPLE):
        text = card(f"p{n}", f"Anna{n} Rossi{n}", f"EMAIL:anna{n}@x.example", "NOTE:old", f"X-SKI-PASS:{n}")
        at_radicale.put(f"{desk}p{n}.vcf", text, "vcard")
    crm = Crm(tmp_path / "home")
    for name, server, path in (("desk", at_radicale, desk), ("phone", at_xandikos, phone)):
        crm.account(name, f"http://127.0.0.1:{server.port}{path}")
    crm.sync()
    crm.imports()
    crm.settles()
    return Office(crm, servers, (desk, phone))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_is_gone_from_the_crm_and_from_both_servers_and_later_edits_stay(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    crm = office.crm
    before = office.state()
    assert len(before.desk) == len(before.phone) == PEOPLE
    names = chance.sample(sorted(before.hub), PEOPLE)
    ids = {record["name"]: record["id"] for record in crm.records().values()}
    for name in names[:6]:  # edits on both sides, of different fields
        crm("records", "set", ids[name], f"title=Wrong {chance.random()}", "phones=+39 02 999999")
        office.edit(0, name, "NOTE:old", "NOTE:vandalised")
    for name in names[6:8]:
        crm("records", "delete", ids[name])
    office.edit(0, names[8], f"EMAIL:{names[8].split()[0].lower()}@x.example\r\n", "")
    made = crm("records", "add", "--type", "contact", "name=Otto Weber", "--json")["id"]
    crm("records", "flag", made, "--on")
    (run,) = crm.sync("desk")
    assert sum(run["pushed"].values()) == 9, run
    assert sum(run["pulled"].values()) == 7, run
    if seed == 2:
        crm.sync()  # the other server has it all as well
    changed = office.state()
    assert sum(changed.hub[name] != before.hub[name] for name in names[:6]) == 6
    assert names[6] not in changed.desk

    crm("records", "set", ids[names[0]], "department=Sales")
    office.edit(0, names[9], "NOTE:old", "NOTE:later")
    undone = crm("undo", str(run["id"]), "--json")
    assert undone["survived"] == []
    crm.settles()

    after = office.state()
    assert after.hub.pop("Otto Weber") == {"name": "Otto Weber"}
    assert after.phone.pop("Otto Weber")
    assert "Otto Weber" not in after.desk  # it was made there by the run
    for held in (after.desk, after.phone):
        assert held[names[0]].pop(next(line for line in held[names[0]] if line.startswith("ORG"))) == 1
        assert held[names[9]]["NOTE:later"] == 1
        held[names[9]]["NOTE:old"] = held[names[9]].pop("NOTE:later")
    assert dict(after.hub[names[0]]).pop("department") == "Sales"  # type: ignore[call-overload]
    for name in set(before.hub) - {names[0], names[9]}:
        assert after.hub[name] == before.hub[name], name
    assert after.desk == before.desk
    assert after.phone == before.phone
    crm("redo")
    crm.settles()
    again = office.state()
    assert again.desk["Otto Weber"]
    assert names[6] not in again.desk | again.phone | again.hub
    crm("doctor", "--offline", "--json")


def test_a_link_that_was_pushed_is_undone_and_the_card_is_as_it_was_but_for_what_others_wrote_there_since(
    at_radicale: Server, tmp_path: Path
) -> None:
    book = at_radicale.collection("vcard")
    href = f"{book}anna.vcf"
    text = card("anna", "Anna Rossi", "NOTE:theirs", "TEL:+39 02 111111", "X-SKI-PASS:42")
    at_radicale.put(href, text, "vcard")
    crm = Crm(tmp_path / "home")
    crm.account("desk", f"http://127.0.0.1:{at_radicale.port}{book}")
    anna = crm("records", "add", "--type", "contact", "name=Anna Rossi", "title=CEO", "note=ours", "--json")["id"]
    crm.sync()
    (row,) = crm("queue", "list", "--json")["items"]

    def lines() -> set[str]:
        (raw,) = at_radicale.dump(book).values()
        return {line for line in raw.decode().splitlines() if not _NO_VALUES.match(line)}

    before = lines()
    crm("queue", "link", str(row["id"]), anna)
    run = max(run["id"] for run in crm("runs", "list", "--json")["runs"])
    crm.settles()
    assert {"TITLE:CEO", "NOTE:ours"} <= lines()
    at_radicale.put(href, at_radicale.dump(book)[href].replace(b"TITLE:CEO", b"TITLE:CEO\r\nNICKNAME:Anni"), "vcard")
    undone = crm("undo", str(run), "--json")
    assert (undone["items"], undone["survived"]) == (1, [])
    crm.sync()
    assert lines() == before | {"NICKNAME:Anni"}
    crm.settles()
    assert lines() == before | {"NICKNAME:Anni"}
    assert [one["name"] for one in crm("queue", "list", "--json")["items"]] == ["Anna Rossi"]
    assert crm.record("Anna Rossi")["fields"]["note"] == "ours"
    crm("redo")
    crm.settles()
    assert {"TITLE:CEO", "NOTE:ours", "NICKNAME:Anni", "X-SKI-PASS:42"} <= lines()
    crm("doctor", "--offline", "--json")
