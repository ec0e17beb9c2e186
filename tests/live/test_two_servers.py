"""Radicale and Xandikos through one CRM, by the command line: what is promised to people, on real servers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cycle.bench_of import card
from tests.live.crm import Crm
from tests.live.servers import Server

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


@dataclass(frozen=True, slots=True)
class Place:
    """One collection on a server, which is one account of the CRM."""

    server: Server
    path: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}{self.path}"

    def texts(self) -> dict[str, str]:
        return {href: raw.decode() for href, raw in self.server.dump(self.path).items()}

    def holding(self, text: str) -> str:
        (href,) = (href for href, shown in self.texts().items() if text in shown)
        return href

    def add(self, href: str, line: str) -> None:
        """A line more, as another client writes it."""
        raw = self.server.get(href)
        assert raw is not None
        end = b"END:VCARD" if b"END:VCARD" in raw else b"END:VEVENT" if b"END:VEVENT" in raw else b"END:VTODO"
        kind = "vcard" if end == b"END:VCARD" else "ical"
        self.server.put(href, raw.replace(end, line.encode() + b"\r\n" + end, 1), kind)


def new(server: Server, kind: str) -> Place:
    """An empty collection."""
    return Place(server, server.collection(kind))


@dataclass(frozen=True, slots=True)
class Office:
    """A CRM with an account on each server, three people known to all three."""

    crm: Crm
    desk: Place
    phone: Place


@pytest.fixture
def office(at_radicale: Server, at_xandikos: Server, tmp_path: Path) -> Office:
    desk, phone = (
        Place(at_radicale, at_radicale.collection("vcard")),
        Place(at_xandikos, at_xandikos.collection("vcard")),
    )
    for name in ("Anna Rossi", "Luca Verdi", "Petr Novák"):
        uid = name.split()[0].lower()
        at_radicale.put(f"{desk.path}{uid}.vcf", card(uid, name, f"EMAIL:{uid}@x.example", "X-KEEP:theirs"))
    crm = Crm(tmp_path / "home")
    crm.account("desk", desk.url)
    crm.sync()
    crm.imports()
    crm.account("phone", phone.url)
    crm.settles()
    assert len(phone.texts()) == 3
    return Office(crm, desk, phone)


def test_what_was_only_read_and_imported_is_not_written(office: Office) -> None:
    before = (office.desk.texts(), office.phone.texts())
    office.crm.settles(0)
    assert (office.desk.texts(), office.phone.texts()) == before
    assert all("X-KEEP:theirs" in text for text in before[0].values())


def test_edits_of_different_fields_on_both_servers_and_in_the_crm_merge(office: Office) -> None:
    office.desk.add(office.desk.holding("Anna"), "TITLE:Buyer")
    office.phone.add(office.phone.holding("Anna"), "NOTE:call her")
    office.crm("records", "set", office.crm.record("Anna Rossi")["id"], "department=Sales", "organization=ACME")
    office.crm.settles()
    for place in (office.desk, office.phone):
        text = place.texts()[place.holding("Anna")]
        assert all(part in text for part in ("Buyer", "call her", "Sales", "ACME"))
    assert "X-KEEP:theirs" in office.desk.texts()[office.desk.holding("Anna")]
    assert office.crm.conflicts() == []


@pytest.mark.parametrize(("side", "stands"), [("--remote", "from the phone"), ("--crm", "from the office")])
def test_two_edits_of_one_field_are_one_conflict_the_rest_is_synced_and_the_answer_reaches_all(
    office: Office, side: str, stands: str
) -> None:
    record = office.crm.record("Luca Verdi")["id"]
    office.phone.add(office.phone.holding("Luca"), "NOTE:from the phone")
    office.phone.add(office.phone.holding("Luca"), "TITLE:Driver")
    office.crm("records", "set", record, "note=from the office")
    office.crm.sync("phone")
    (conflict,) = office.crm.conflicts()
    assert (conflict["field"], conflict["crm"], conflict["remote"]) == ("note", "from the office", "from the phone")
    assert office.crm.record("Luca Verdi")["fields"]["title"] == "Driver"
    office.crm.settles()
    office.crm("conflicts", "resolve", str(conflict["id"]), side)
    office.crm.settles()
    for place in (office.desk, office.phone):
        assert f"NOTE:{stands}" in place.texts()[place.holding("Luca")]
    assert office.crm.record("Luca Verdi")["fields"]["note"] == stands
    assert office.crm.conflicts() == []


@pytest.mark.parametrize(("side", "left"), [("--crm", 3), ("--remote", 2)])
def test_an_edit_beats_a_deletion_which_becomes_a_question(office: Office, side: str, left: int) -> None:
    record = office.crm.record("Petr Novák")["id"]
    office.phone.server.delete(office.phone.holding("Petr"))
    office.crm("records", "set", record, "note=still a customer")
    office.crm.settles()
    (question,) = office.crm.conflicts()
    assert (question["record"], question["field"], question["remote"]) == (record, "deleted", True)
    assert office.crm.record("Petr Novák")["fields"]["note"] == "still a customer"
    assert "still a customer" in office.desk.texts()[office.desk.holding("Petr")]
    office.crm("conflicts", "resolve", str(question["id"]), side)
    office.crm.settles()
    assert (len(office.phone.texts()), len(office.desk.texts()), len(office.crm.records())) == (left, left, left)


@pytest.mark.parametrize("answer", ["apply", "discard"])
def test_a_server_that_suddenly_lists_nothing_is_held(
    at_radicale: Server, at_xandikos: Server, tmp_path: Path, answer: str
) -> None:
    desk, phone = (
        Place(at_radicale, at_radicale.collection("vcard")),
        Place(at_xandikos, at_xandikos.collection("vcard")),
    )
    for n in range(12):
        at_radicale.put(f"{desk.path}a{n}.vcf", card(f"a{n}", f"Anna{n} Rossi{n}"))
    crm = Crm(tmp_path / "home")
    crm.account("desk", desk.url)
    crm.sync()
    crm.imports()
    crm.account("phone", phone.url)
    crm.settles()
    for href in desk.texts():
        at_radicale.delete(href)
    runs = {run["account"]: run for run in crm.sync()}
    assert (runs["desk"]["state"], runs["desk"]["held"]) == ("held", 12)
    assert (len(phone.texts()), len(crm.records())) == (12, 12)
    (plan,) = crm("plans", "list", "--json")["plans"]
    assert crm("plans", "show", str(plan["id"]), "--json")["lines"] == 12
    crm("plans", answer, str(plan["id"]), "--json")
    crm.settles()
    assert (len(phone.texts()), len(crm.records())) == (12, 12)
    assert len(desk.texts()) == (12 if answer == "discard" else 0)
    assert len(crm.conflicts()) == (0 if answer == "discard" else 12)


SERIES = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//somebody//else//EN
BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Rome:20260302T100000
DTEND;TZID=Europe/Rome:20260302T110000
RRULE:FREQ=WEEKLY;COUNT=6
SUMMARY:Weekly
END:VEVENT
BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
RECURRENCE-ID;TZID=Europe/Rome:20260309T100000
DTSTART;TZID=Europe/Rome:20260309T140000
DTEND;TZID=Europe/Rome:20260309T150000
SUMMARY:Weekly (moved)
END:VEVENT
END:VCALENDAR
"""
TASK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//somebody//else//EN
BEGIN:VTODO
UID:offer
DTSTAMP:20260101T000000Z
SUMMARY:Send the offer
DUE;VALUE=DATE:20260401
PERCENT-COMPLETE:20
END:VTODO
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("text", "kind", "marks", "changed"),
    [
        (SERIES, "appointment", ("RRULE:FREQ=WEEKLY;COUNT=6", "RECURRENCE-ID", "Weekly (moved)"), "LOCATION:Room 2"),
        (TASK, "task", ("DUE;VALUE=DATE:20260401", "PERCENT-COMPLETE:20"), "LOCATION:Room 2"),
    ],
)
def test_a_series_with_an_exception_and_a_task_travel_whole_and_edits_come_back(
    at_radicale: Server, at_xandikos: Server, tmp_path: Path, text: str, kind: str, marks: tuple[str, ...], changed: str
) -> None:
    desk, phone = new(at_radicale, "ical"), new(at_xandikos, "ical")
    at_radicale.put(f"{desk.path}one.ics", text.replace("\n", "\r\n").encode(), "ical")
    crm = Crm(tmp_path / "home")
    crm.account("desk", desk.url)
    crm.sync()
    crm.imports(kind)
    crm.account("phone", phone.url)
    crm.settles()
    (there,) = phone.texts().values()
    assert all(mark in there for mark in marks)
    phone.add(next(iter(phone.texts())), changed)
    crm.settles()
    (back,) = desk.texts().values()
    assert changed in back
    assert all(mark in back for mark in marks)


def test_an_export_only_account_is_written_and_never_believed(office: Office, at_xandikos: Server) -> None:
    mirror = Place(at_xandikos, at_xandikos.collection("vcard"))
    office.crm.account("mirror", mirror.url, "export")
    office.crm.settles()
    assert len(mirror.texts()) == 3
    mirror.add(mirror.holding("Anna"), "NOTE:nobody asked")
    office.crm.settles()
    assert "NOTE" not in mirror.texts()[mirror.holding("Anna")]
    assert "note" not in office.crm.record("Anna Rossi")["fields"]


def test_an_import_only_account_is_read_and_never_written(office: Office, at_xandikos: Server) -> None:
    source = Place(at_xandikos, at_xandikos.collection("vcard"))
    at_xandikos.put(f"{source.path}s.vcf", card("s", "Sara Conti"))
    office.crm.account("source", source.url, "import")
    office.crm.sync()
    office.crm.imports()
    office.crm("records", "set", office.crm.record("Sara Conti")["id"], "note=ours")
    before = source.texts()
    office.crm.settles()
    assert source.texts() == before
    assert "ours" in office.desk.texts()[office.desk.holding("Sara")]


def test_an_ejection_leaves_what_was_there_before_and_the_edits_of_its_people(
    at_radicale: Server, tmp_path: Path
) -> None:
    place = new(at_radicale, "vcard")
    for name in ("Anna", "Luca"):
        at_radicale.put(f"{place.path}{name}.vcf", card(name, f"{name} Rossi", "X-KEEP:theirs", "NOTE:before"))
    before = place.texts()
    crm = Crm(tmp_path / "home")
    crm.account("desk", place.url)
    crm.sync()
    crm.imports()
    for record in crm.records():
        crm("records", "set", record, "note=ours", "title=Buyer")
    made = crm("records", "add", "--type", "contact", "name=Petr Novak", "--json")["id"]
    crm("records", "flag", made, "--on")
    crm.settles()
    assert sum("NOTE:ours" in text for text in place.texts().values()) == 2
    place.add(place.holding("FN:Luca"), "TEL:+39 02 111111")
    report = crm("account", "remove", "desk", "--eject", "--json")["report"]
    assert (len(report["removed"]), len(report["restored"]), report["kept"], report["failed"]) == (1, 2, [], [])
    after = place.texts()
    assert after.keys() == before.keys()
    for href, text in before.items():
        edits = ["TEL:+39 02 111111"] if "FN:Luca" in text else []
        assert sorted(after[href].splitlines()) == sorted([*text.splitlines(), *edits])
