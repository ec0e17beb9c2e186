"""The difference report: the lines of the plan, each field before and after, and nothing that was typed ever runs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from crmsync.core.plan import Budget, Budgets
from crmsync.cycle import Rules
from crmsync.errors import Usage
from crmsync.model import Policy, Side
from crmsync.review import import_queue, report, report_csv, report_html, report_json, report_markdown
from crmsync.review.report import Change, Line, Report, Section
from crmsync.safe import safe
from crmsync.values import Address, Labelled, to_json
from tests.cycle.bench_of import BOOK, Hub, Spoke, bring_in, card, edit

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><h1>owned",
    '" onmouseover="alert(1)',
    "&lt;b&gt; &amp; <!-- x -->",
    '=HYPERLINK("http://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "[x](javascript:alert(1)) ![i](http://evil.example/p.png)",
    "a | b | c\n\n# Heading\n- item",
    "https://evil.example www.evil.example me@evil.example",
    "`code` **bold** _it_ ~~gone~~ $x$ \\",
    "red\x1b[31m \u202etxt.exe nul\x00 \u2028 end",
    "\ud800 lone",
)


def pending(hub: Hub, phone: Spoke) -> Report:
    result = phone.sync(dry_run=True)
    assert result.error is None
    with hub.store.view() as view:
        return report.of_pending(view, view.accounts.get(phone.name), result.plan or [], result.notes)


def of_run(hub: Hub, run: int) -> Report:
    with hub.store.view() as view:
        return report.of_run(view, run)


def lines(one: Report) -> dict[str, list[Line]]:
    return {section.title: list(section.lines) for section in one.sections}


def test_before_the_first_write_a_report_lists_what_is_new_at_the_remote_and_writes_nothing(
    hub: Hub, phone: Spoke
) -> None:
    id = hub.add(name="Ada", title="CTO", emails=(Labelled("ada@x.example", "work"),))
    shown = pending(hub, phone)
    (line,) = lines(shown)["New at the remote"]
    assert (line.record, line.name, line.account, line.collection) == (id, "Ada", "phone", "book")
    assert Change("title", None, "CTO") in line.changes
    assert phone.hrefs() == []
    done = of_run(hub, phone.sync().id)
    (written,) = lines(done)["New at the remote"]
    assert {change.field: change.after for change in written.changes} == {
        change.field: change.after for change in line.changes
    }
    assert not pending(hub, phone).sections


def test_a_change_is_told_with_what_was_there_before_on_each_side(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "x", card("x", "Ada", "TITLE:Clerk", "NOTE:old"))
    phone.sync()
    (id,) = bring_in(hub)
    phone.sync()
    edit(phone, "/book/x.vcf", "NICKNAME:Countess")
    hub.set(id, title="CTO")
    expected = {
        "Changed at the remote": [Change("title", "Clerk", "CTO")],
        "Changed in the CRM": [Change("nickname", None, "Countess")],
    }
    planned = pending(hub, phone)
    assert {title: found[0].changes for title, found in lines(planned).items()} == expected
    done = of_run(hub, phone.sync().id)
    assert {title: found[0].changes for title, found in lines(done).items()} == expected
    (line,) = lines(done)["Changed in the CRM"]
    assert (line.account, line.href) == ("phone", "/book/x.vcf")


def test_a_value_that_nobody_had_agreed_on_is_told_with_what_stood_at_the_remote(hub: Hub, phone: Spoke) -> None:
    ours, theirs = (Labelled("ada@acme.example"),), (Labelled("ada@home.example"),)
    id = hub.add(name="Ada", emails=ours, flag=False)
    phone.remote.seed(BOOK, "x", card("x", "Ada", "EMAIL:ada@home.example"))
    phone.sync()
    with hub.typing() as tx:
        import_queue.link(tx, tx.queue.list()[0].id, id, 1)
    (line,) = lines(of_run(hub, phone.sync().id))["Changed at the remote"]
    (change,) = line.changes
    assert change.before == to_json(theirs)
    assert sorted(entry["value"] for entry in change.after) == ["ada@acme.example", "ada@home.example"]


def test_a_value_that_was_put_back_is_told_with_what_stood_at_the_remote(hub: Hub) -> None:
    phone = Spoke(hub, "phone", policy=Policy(masters={"title": Side.CRM}))
    hub.add(name="Ada", title="CTO")
    phone.sync()
    (href,) = phone.hrefs()
    phone.remote.edit(BOOK, href, phone.text(href).replace("CTO", "Boss").encode())
    (line,) = lines(of_run(hub, phone.sync().id))["Changed at the remote"]
    assert line.changes == [Change("title", "Boss", "CTO")]


def test_what_no_sync_does_by_itself_is_listed_for_a_person(hub: Hub, phone: Spoke) -> None:
    phone.remote.seed(BOOK, "x", card("x", "Ada"))
    phone.sync()
    (id,) = bring_in(hub)
    phone.sync()
    edit(phone, "/book/x.vcf", "TITLE:CFO")
    hub.set(id, title="CTO")
    phone.remote.seed(BOOK, "broken", b"BEGIN:VCARD\r\nno colon")
    (asked,) = lines(pending(hub, phone))["For you to decide"]
    assert asked.reason == "both sides changed title"
    phone.sync()
    told = lines(pending(hub, phone))
    (asked,) = told["For you to decide"]
    assert (asked.changes, asked.name) == ([Change("title", "CTO", "CFO")], "Ada")
    (parked,) = told["Cannot be read, or was refused"]
    assert parked.href == "/book/broken.vcf"


def test_a_held_plan_a_removal_and_a_vanished_item_are_told(hub: Hub, phone: Spoke) -> None:
    phone.rules = Rules(phone.rules.policies, Budgets(deletes=Budget(0, 0.0)))
    for name in ("x", "y"):
        phone.remote.seed(BOOK, name, card(name, f"Ada {name}", "TITLE:CTO"))
    phone.sync()
    ids = bring_in(hub)
    phone.sync()
    with hub.typing() as tx:
        tx.flags.set(1, ids[:1], on=False)
    phone.remote.remove(BOOK, "/book/y.vcf")
    phone.sync()
    with hub.store.view() as view:
        shown = report.of_plan(view, 1)
    told = lines(shown)
    (removed,), (gone,) = told["Removed at the remote"], told["Gone at the remote"]
    assert removed.reason == "no longer selected for this account"
    assert Change("title", "CTO", None) in removed.changes
    assert gone.reason == "deleted at the remote; you are asked what that means"
    assert dict(shown.facts)["held because"].startswith("1 of 2")
    with pytest.raises(Usage), hub.store.view() as view:
        report.of_plan(view, 7)


def test_the_report_of_a_decision_tells_what_became_of_records(hub: Hub) -> None:
    id = hub.add(name="Ada", flag=False)
    with hub.typing() as tx:
        tx.begin_run("decision")
        tx.records.delete(id)
        tx.flags.set(1, [id], on=True)
        run = tx.runs.list(limit=1)[0].id
    told = lines(of_run(hub, run))
    assert Change("name", "Ada", None) in told["Removed in the CRM"][0].changes
    assert told["Changed in the CRM"][0].changes == [Change("sync to mobile", False, True)]
    with hub.store.view() as view:
        assert report.newest_run(view) == run


def test_before_anything_was_done_there_is_no_run_to_report(hub: Hub) -> None:
    with hub.store.view() as view, pytest.raises(Usage, match="nothing was done"):
        report.newest_run(view)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (True, "yes"),
        (7, "7"),
        (to_json((Labelled("+39 02 1", "work"), Labelled("+39 02 2"))), "+39 02 1 (work), +39 02 2"),
        (to_json((Address("Via Roma 1", "Roma", label="home"),)), "Via Roma 1 Roma (home)"),
        ([{"email": "a@x.example", "role": "chair"}], "a@x.example"),
        ({"name": "Ada", "note": ""}, "Ada"),
    ],
)
def test_values_are_told_in_one_line(value: object, words: str) -> None:
    assert report.in_words(value) == words


# --- what anybody typed, in each format


def hostile(name: str) -> Report:
    change = Change(name, name, [{"value": name, "label": name, "preferred": False}])
    line = Line("update", "crm", name, name, name, name, name, [change], name)
    bare = Line("ask", "crm", name, name, name, "", name)
    return Report(name, [(name, name)], [Section("Changed in the CRM", [line, bare])], 3, [name])


class Tags(HTMLParser):
    """What a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.text = ""
        self.comments: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_was_typed_is_markup_in_html(name: str) -> None:
    harmless = Tags("".join(report_html.render(hostile("Ada"))))
    shown = Tags("".join(report_html.render(hostile(name))))
    assert shown.tags == harmless.tags
    assert shown.comments == []
    assert shown.text.count(safe(name)) >= 15, "and all of it is there to be read"
    assert not {"\x1b", "\u202e", "\x00", "\u2028"} & set(shown.text)
    attributes = [value for _, attrs in shown.tags for value in attrs.values() if value]
    assert not [value for value in attributes if "//" in value or "javascript" in value], "nothing is loaded"


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_was_typed_is_markup_in_markdown(name: str) -> None:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    skeleton = [(token.type, token.tag) for token in parser.parse("".join(report_markdown.render(hostile("Ada"))))]
    text = "".join(report_markdown.render(hostile(name)))
    found = parser.parse(text)
    assert [(token.type, token.tag) for token in found] == skeleton
    inner = {child.type for token in found for child in token.children or ()}
    assert inner <= {"text", "text_special", "strong_open", "strong_close"}
    told = ["".join(child.content for child in token.children or ()) for token in found]
    wanted = " ".join(safe(name).split(" ")).strip()
    assert sum(cell == wanted for cell in told) >= 5, "and all of it is there to be read"
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_cell_is_a_formula_and_every_row_has_all_columns(name: str) -> None:
    text = "".join(report_csv.render(hostile(name)))
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in table] == [len(report_csv.HEADER)] * 3
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("name", HOSTILE)
def test_json_keeps_every_value_as_it_is(name: str) -> None:
    told: Any = json.loads("".join(report_json.render(hostile(name))))
    assert told["schema"] == 1
    line = told["sections"][0]["lines"][0]
    assert (line["name"], line["reason"], line["changes"][0]["before"]) == (name, name, name)


def test_an_empty_report_says_so() -> None:
    empty = Report("Plan 1 for phone", [("account", "phone")], [])
    assert "Nothing to do" in "".join(report_html.render(empty))
    assert "Nothing to do" in "".join(report_markdown.render(empty))
    assert "".join(report_csv.render(empty)).count("\n") == 1
    assert json.loads("".join(report_json.render(empty)))["sections"] == []


def test_a_csv_report_holds_no_control_character_that_a_terminal_obeys() -> None:
    assert report_csv._row(("\x1b[2J\x07name", "two\nlines")) == '␛[2J␇name,"two\nlines"\r\n'


@pytest.mark.parametrize("page", [report_html, report_markdown])
def test_a_page_says_aloud_what_a_server_would_mail_and_that_there_is_nothing_to_do(page: Any) -> None:
    said = "".join(page.render(Report("Plan", (), (), mails=1200)))
    assert "1,200 invitations" in said
    assert "Nothing to do" in said
    some = Report("Plan", (), [Section("New in the CRM", [Line("create", "crm", "", "", "r", "Ada")])])
    said = "".join(page.render(some))
    assert "invitations" not in said
    assert "Nothing to do" not in said
