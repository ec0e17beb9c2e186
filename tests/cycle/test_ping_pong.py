"""Remotes that insist on their own spelling for ever: quiet after two rounds, with one conflict to look at."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from crmsync.connectors.tempers import Tempers, lower_case_emails, reorder_lines, strip_plus
from crmsync.model import Mode, Policy, Side
from crmsync.review import conflicts as decide
from crmsync.review.conflicts import Choice
from crmsync.values import Labelled
from tests.cycle.bench_of import BOOK, Hub, Spoke


def insists(spoke: Spoke, pattern: str, text: str) -> Callable[[], bool]:
    """A server whose nightly job rewrites what it holds; calling it says whether it found something to rewrite."""

    def nightly() -> bool:
        found = False
        for href, raw in spoke.remote.contents(BOOK).items():
            if (kept := re.sub(pattern.encode(), text.encode(), raw)) != raw:
                spoke.remote.edit(BOOK, href, kept)
                found = True
        return found

    return nightly


def rounds(spokes: list[Spoke], jobs: list[Callable[[], bool]], n: int) -> list[bool]:
    """Some days; whether anything was written at a remote on each."""
    result = []
    for _ in range(n):
        pushed = 0
        for spoke, job in zip(spokes, jobs, strict=True):
            pushed += spoke.sync().pushed.total
            job()
        result.append(bool(pushed))
    return result


def test_two_servers_that_normalise_differently_later_are_quiet_after_two_rounds(hub: Hub) -> None:
    one, two = Spoke(hub, "one"), Spoke(hub, "two")
    record = hub.add(name="Anna Rossi", title="buyer")
    one.sync()
    two.sync()
    jobs = [insists(one, "TITLE:.*", "TITLE:BUYER\r"), insists(two, "TITLE:.*", "TITLE:Buyer\r")]
    jobs[0]()
    days = rounds([one, two], jobs, 10)
    assert days[6:] == [False] * 4, days  # each round takes three days: there, back, and the other one answers
    (open_one,) = hub.conflicts()
    assert (open_one.conflict.field, open_one.conflict.record) == ("title", record)
    assert "one and two" in open_one.conflict.why
    hub.set(record, note="other fields go on")
    assert rounds([one, two], jobs, 3) == [True, False, False]
    assert all("other fields go on" in spoke.text(spoke.hrefs()[0]) for spoke in (one, two))
    assert len(hub.conflicts()) == 1


def test_a_list_that_goes_back_and_forth_is_stopped_and_no_entry_of_it_is_lost(hub: Hub) -> None:
    drops = re.compile(rb"TEL[^\r\n]*111111\r\n")
    one, two = Spoke(hub, "one"), Spoke(hub, "two", tempers=Tempers(rewrites=lambda raw: drops.sub(b"", raw)))
    record = hub.add(name="Anna Rossi", phones=(Labelled("+39 02 111111"), Labelled("+39 02 222222")))
    one.sync()
    two.sync()
    jobs = [insists(one, "(?s)(?<!333\r\n)END:V", "TEL:+39 02 333333\r\nEND:V"), insists(two, "TEL.*333\r\n", "")]
    jobs[0]()
    assert rounds([one, two], jobs, 14)[10:] == [False] * 4
    (asked,) = hub.conflicts()
    assert asked.conflict.field == "phones"
    with hub.typing() as tx:
        decide.resolve(tx, asked.id, Choice.CRM)
    two.sync()
    two.sync()
    assert {entry.value for entry in hub.fields(record)["phones"]} >= {"+39 02 111111", "+39 02 222222"}  # type: ignore[union-attr]


@pytest.mark.parametrize("choice", [Choice.CRM, Choice.REMOTE])
def test_a_decision_about_it_holds_or_is_one_conflict_again(hub: Hub, choice: Choice) -> None:
    one, two = Spoke(hub, "one"), Spoke(hub, "two")
    hub.add(name="Anna Rossi", title="buyer")
    one.sync()
    two.sync()
    jobs = [insists(one, "TITLE:.*", "TITLE:BUYER\r"), insists(two, "TITLE:.*", "TITLE:Buyer\r")]
    jobs[0]()
    rounds([one, two], jobs, 8)
    with hub.typing() as tx:
        decide.resolve(tx, tx.conflicts.list()[0].id, choice)
    assert rounds([one, two], jobs, 12)[8:] == [False] * 4
    assert len(hub.conflicts()) <= 1


@pytest.mark.parametrize("mode", [Mode.TWO_WAY, Mode.EXPORT])
def test_a_mastered_field_that_the_remote_always_changes_back_is_put_back_twice_and_then_asked(
    hub: Hub, mode: Mode
) -> None:
    masters = {} if mode is Mode.EXPORT else {"title": Side.CRM}
    phone = Spoke(hub, "phone", mode=mode, policy=Policy(mode, masters))
    hub.add(name="Anna Rossi", title="buyer")
    phone.sync()
    job = insists(phone, "TITLE:.*", "TITLE:BUYER\r")
    job()
    days = rounds([phone], [job], 8)
    assert days == [True, True, *[False] * 6]
    (open_one,) = hub.conflicts()
    assert (open_one.conflict.crm, open_one.conflict.remote) == ("buyer", "BUYER")
    assert "the CRM and phone" in open_one.conflict.why


def test_two_people_who_correct_each_other_once_are_not_stopped(hub: Hub) -> None:
    one, two = Spoke(hub, "one"), Spoke(hub, "two")
    record = hub.add(name="Anna Rossi", title="A")
    one.sync()
    two.sync()
    for spoke, other, title in ((one, two, "B"), (two, one, "A")):
        (href,) = spoke.hrefs()
        spoke.remote.edit(BOOK, href, re.sub(b"TITLE:.*", f"TITLE:{title}\r".encode(), spoke.text(href).encode()))
        spoke.sync()
        other.sync()
    assert hub.fields(record)["title"] == "A"
    assert hub.conflicts() == []


def test_two_servers_that_rewrite_at_once_are_quiet_after_two_rounds(hub: Hub) -> None:
    one = Spoke(hub, "one", tempers=Tempers(rewrites=lower_case_emails))
    two = Spoke(hub, "two", tempers=Tempers(rewrites=lambda raw: reorder_lines(strip_plus(raw))))
    hub.add(name="Anna Rossi", emails=(Labelled("Anna@ACME.it"),), phones=(Labelled("+39 02 111111"),))
    days = rounds([one, two], [lambda: False] * 2, 6)
    assert days == [True, *[False] * 5]
    assert hub.conflicts() == []
