"""Meetings are synced without mail to anybody, unless the account allows it or a person lets a held plan pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crmsync import cycle
from crmsync.connectors.memory import MemoryConnector
from crmsync.connectors.memory_remote import MemoryRemote
from crmsync.connectors.tempers import Tempers
from crmsync.core.plan import Budgets
from crmsync.core.reconcile import Policies
from crmsync.model import Mode, Policy, RecordType
from crmsync.review import plans, report
from crmsync.store.accounts import Account
from crmsync.values import Participant
from tests.cycle.bench_of import Hub, bring_in

CAL = "/cal/"
PEOPLE = ("ORGANIZER:mailto:me@x.example", "ATTENDEE:mailto:anna@x.example", "ATTENDEE:mailto:bert@x.example")


def meeting(uid: str, *lines: str) -> bytes:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{uid}", "DTSTART:20260301T100000Z", "SUMMARY:Talk")
    return "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


class Calendar:
    """An account with one calendar, on a server that mails participants."""

    def __init__(self, hub: Hub, *, schedules: bool = True) -> None:
        self.hub = hub
        self.remote = MemoryRemote(Tempers(schedules=schedules))
        about = self.remote.add_collection(CAL, "ical")
        self.rules = cycle.Rules(Policies(Policy(mode=Mode.TWO_WAY)), Budgets())
        with hub.typing() as tx:
            account = tx.accounts.add(Account(0, "work", "memory", Mode.TWO_WAY))
            tx.collections.upsert(
                account.id, about.href, about.kind, about.name, about.format, about.accepts, read_only=False
            )

    def sync(self, *, dry_run: bool = False) -> cycle.RunResult:
        with MemoryConnector.to(self.remote) as connector:
            return cycle.run(self.hub.store, "work", connector, self.rules, clock=self.hub.now, dry_run=dry_run)

    def text(self, href: str) -> str:
        raw = self.remote.raw(CAL, href)
        assert raw is not None
        return raw.decode()


def known(hub: Hub, calendar: Calendar, *lines: str) -> str:
    """A meeting that somebody made at the server, and that the CRM has."""
    calendar.remote.seed(CAL, "m", meeting("m", *lines))
    calendar.sync()
    (id,) = bring_in(hub, RecordType.APPOINTMENT)
    assert calendar.sync().pushed.total == 0
    return id


def test_a_change_of_anothers_meeting_is_counted_held_and_not_done(hub: Hub) -> None:
    calendar = Calendar(hub)
    id = known(hub, calendar, *PEOPLE)
    hub.set(id, location="Room 2")
    dry = calendar.sync(dry_run=True)
    assert dry.to_json()["mails"] == 2
    assert dry.plan is not None
    assert [line["mails"] for line in dry.plan] == [2]
    result = calendar.sync()
    assert (result.state, result.held, result.pushed.total, result.mails) == ("held", 1, 0, 2)
    assert "2 mails could be sent to participants (meetings changed: 1)" in result.notes[0]
    assert "Room 2" not in calendar.text("/cal/m.ics")
    with hub.store.view() as view:
        shown = report.of_plan(view, 1)
    assert shown.mails == 2


def test_a_removal_of_anothers_meeting_is_held_too(hub: Hub) -> None:
    calendar = Calendar(hub)
    id = known(hub, calendar, *PEOPLE)
    hub.delete(id)
    assert (calendar.sync().held, sorted(calendar.remote.contents(CAL))) == (1, ["/cal/m.ics"])


def test_a_person_may_let_it_pass_once_and_an_account_may_allow_it_for_good(hub: Hub) -> None:
    calendar = Calendar(hub)
    id = known(hub, calendar, *PEOPLE)
    hub.set(id, location="Room 2")
    calendar.sync()
    with hub.typing() as tx:
        plans.approve(tx, 1)
    assert calendar.sync().pushed.updated == 1
    assert "Room 2" in calendar.text("/cal/m.ics")
    assert calendar.sync().mails == 0
    hub.set(id, location="Room 3")
    assert calendar.sync().pushed.updated == 0
    calendar.rules = replace(calendar.rules, budgets=Budgets(mails=True))
    allowed = calendar.sync()
    assert (allowed.pushed.updated, allowed.mails) == (1, 2)


@pytest.mark.parametrize(
    ("schedules", "lines"),
    [
        (False, PEOPLE),
        (True, ()),
        (True, tuple(line.replace(":", ";SCHEDULE-AGENT=CLIENT:", 1) for line in PEOPLE)),
    ],
)
def test_where_nobody_would_be_mailed_nothing_is_held(hub: Hub, schedules: bool, lines: tuple[str, ...]) -> None:
    calendar = Calendar(hub, schedules=schedules)
    id = known(hub, calendar, *lines)
    hub.set(id, location="Room 2")
    result = calendar.sync()
    assert (result.pushed.updated, result.held, result.mails) == (1, 0, 0)


def test_a_meeting_that_we_make_goes_there_and_mails_nobody(hub: Hub) -> None:
    calendar = Calendar(hub)
    people = (Participant("me@x.example", role="ORGANIZER"), Participant("anna@x.example"))
    id = hub.add(RecordType.APPOINTMENT, summary="Talk", start="2026-03-01T10:00:00Z", participants=people)
    assert calendar.sync().pushed.created == 1
    hub.set(id, location="Room 2")
    assert calendar.sync().pushed.updated == 1
    hub.delete(id)
    assert calendar.sync().pushed.deleted == 1


def test_what_comes_from_the_server_is_no_mail(hub: Hub) -> None:
    calendar = Calendar(hub)
    id = known(hub, calendar, *PEOPLE)
    calendar.remote.edit(CAL, "/cal/m.ics", meeting("m", *PEOPLE, "LOCATION:Room 5"))
    result = calendar.sync()
    assert (result.mails, result.held, hub.fields(id)["location"]) == (0, 0, "Room 5")
