"""`crmsync records`."""

from __future__ import annotations

import pytest

from crmsync.connectors.memory_remote import MemoryRemote
from tests.cli.terminal import BOOK, HOSTILE, Terminal, card


def test_a_record_is_added_listed_and_shown_in_the_shapes_of_the_contract(crm: Terminal) -> None:
    id = crm.add("given=Ada", "family=Lovelace", "emails=work:ada@example.org, home@example.org", "not_interested=no")
    listed = crm.json("records", "list")
    assert listed == {
        "schema": 1,
        "total": 1,
        "records": [
            {
                "id": id,
                "type": "contact",
                "name": "Ada Lovelace",
                "sync": False,
                "fields": {
                    "name": "Ada Lovelace",
                    "given": "Ada",
                    "family": "Lovelace",
                    "not_interested": False,
                    "emails": [
                        {"value": "ada@example.org", "label": "work", "preferred": False},
                        {"value": "home@example.org", "label": "", "preferred": False},
                    ],
                },
            }
        ],
    }
    assert crm.json("records", "show", id) == {"schema": 1, **listed["records"][0], "links": []}
    assert "ada@example.org, home@example.org" in crm("records", "show", id).out


def test_a_new_family_name_renames_who_was_named_after_it(crm: Terminal) -> None:
    id = crm.add("given=Ada", "family=Byron")
    assert crm.json("records", "set", id, "family=King")["changed"] == ["family", "name"]
    assert crm.json("records", "show", id)["name"] == "Ada King"


def test_setting_a_value_twice_changes_nothing_the_second_time(crm: Terminal) -> None:
    id = crm.add("name=Ada")
    assert crm.json("records", "set", id, "title=CTO")["changed"] == ["title"]
    assert crm.json("records", "set", id, "title=CTO")["changed"] == []
    assert crm.json("records", "set", id, "title=")["changed"] == ["title"]
    assert "title" not in crm.json("records", "show", id)["fields"]


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (["nonsense=1"], 'no field "nonsense"'),
        (["custom.=1"], 'no field "custom."'),
        (["no sign"], "FIELD=VALUE"),
        (["name="], "every value is empty"),
        (["not_interested=perhaps"], "neither yes nor no"),
        (["orders=many"], "no whole number"),
        (["emails=[1"], "no JSON"),
        (["emails=[1]"], "is not a value"),
        (["addresses=[{}]"], "is not a value"),
        (["name=\udcff"], "UTF-8"),
        ([], "required"),
    ],
)
def test_what_no_record_can_hold_is_refused_by_name_and_adds_nothing(
    crm: Terminal, values: list[str], complaint: str
) -> None:
    assert complaint in crm.refuses("records", "add", "--type", "contact", *values, "--json")
    assert crm.json("records", "list")["total"] == 0


def test_a_wrong_value_among_right_ones_sets_none_of_them(crm: Terminal) -> None:
    id = crm.add("name=Ada")
    crm.refuses("records", "set", id, "title=CTO", "orders=many")
    assert "title" not in crm.json("records", "show", id)["fields"]


def test_help_names_every_field(crm: Terminal) -> None:
    assert "vat_number" in crm("records", "set", "--help").out


def test_lists_are_filtered_searched_and_cut_and_the_total_is_of_all(crm: Terminal) -> None:
    for name in ("Ada", "Bob", "Cleo"):
        crm.add(f"name={name}", f"title=T{name}")
    crm.add("name=ACME", type="company")
    assert crm.json("records", "list", "--type", "company")["total"] == 1
    some = crm.json("records", "list", "--type", "contact", "--limit", "2")
    assert ([one["name"] for one in some["records"]], some["total"]) == (["Ada", "Bob"], 3)
    assert [one["name"] for one in crm.json("records", "list", "--where", "title = 'TBob'")["records"]] == ["Bob"]
    assert [one["name"] for one in crm.json("records", "list", "--search", "cle")["records"]] == ["Cleo"]
    assert crm.json("records", "list", "--search", "nobody") == {"schema": 1, "records": [], "total": 0}
    assert "No record matches" in crm("records", "list", "--search", "nobody").out


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_is_a_number_from_one_on(crm: Terminal, limit: str) -> None:
    crm.refuses("records", "list", f"--limit={limit}")


@pytest.mark.parametrize(
    "where",
    ["nothing = 1", "name =", "1; DROP TABLE records", "(SELECT secret_place FROM accounts)", "load_extension('x')"],
)
def test_an_expression_that_is_wrong_or_reaches_further_is_refused(crm: Terminal, where: str) -> None:
    crm.add("name=Ada")
    crm.refuses("records", "list", "--where", where, "--json")
    crm.refuses("records", "flag", "--where", where, "--on")
    crm.refuses("export", "--format", "json", "--where", where)
    assert crm.json("records", "list")["total"] == 1


def test_flags_are_set_by_id_and_by_expression_and_twice_is_once(crm: Terminal) -> None:
    ada, bob = crm.add("name=Ada"), crm.add("name=Bob")
    assert crm.json("records", "flag", ada, "--on")["flagged"] == 1
    assert crm.json("records", "flag", "--where", "true", "--on")["flagged"] == 1
    assert all(one["sync"] for one in crm.json("records", "list")["records"])
    assert crm.json("records", "flag", bob, bob, "--off")["flagged"] == 1
    crm.refuses("records", "flag", "--on")
    crm.refuses("records", "flag", ada, "nobody", "--off")
    assert crm.json("records", "show", ada)["sync"] is True


def test_each_user_has_flags_of_their_own(crm: Terminal) -> None:
    ada = crm.add("name=Ada")
    crm("user", "add", "bea")
    crm("records", "flag", ada, "--on", "--user", "bea")
    assert crm.json("records", "show", ada)["sync"] is False
    assert crm.json("--user=bea", "records", "show", ada)["sync"] is True


def test_deleting_twice_says_that_there_is_no_such_record(crm: Terminal) -> None:
    id = crm.add("name=Ada")
    assert crm.json("records", "delete", id, "--dry-run") == {"schema": 1, "deleted": None, "items": []}
    assert crm.json("records", "delete", id)["deleted"] == id
    assert "there is no such record" in crm.refuses("records", "delete", id)
    assert crm.json("records", "list")["total"] == 0
    assert crm.json("records", "history", id)["entries"][-1]["reason"] == "deleted by hand"


@pytest.mark.parametrize("action", [["show"], ["set"], ["delete"], ["why"], ["history"]])
def test_an_id_that_nobody_has_is_named(crm: Terminal, action: list[str]) -> None:
    words = ["title=x"] if action == ["set"] else []
    assert "zzz" in crm.refuses("records", *action, "zzz", *words, "--json")


def test_every_value_says_where_it_comes_from(crm: Terminal) -> None:
    id = crm.add("name=Ada")
    crm("records", "set", id, "title=CTO")
    fields = {one["field"]: one for one in crm.json("records", "why", id)["fields"]}
    assert (fields["title"]["value"], fields["title"]["origin"], fields["title"]["actor"]) == ("CTO", "cli", "me")
    assert [one["field"] for one in crm.json("records", "why", id, "name")["fields"]] == ["name"]
    assert crm.json("records", "why", id, "note")["fields"] == []
    crm("records", "set", id, "emails=ada@x.example")
    crm("records", "set", id, "emails=ada@x.example,work:b@x.example", "title=CEO")
    fields = {one["field"]: one for one in crm.json("records", "why", id)["fields"]}
    assert (fields["title"]["replaced"], fields["title"]["rule"], fields["title"]["account"]) == ("CTO", "typed", None)
    first, second = fields["emails"]["entries"]
    assert (first["value"]["value"], second["value"]["label"]) == ("ada@x.example", "work")
    assert first["at"] <= second["at"]
    assert "title" in crm("records", "why", id).out
    assert "CTO" in crm("records", "history", id).out
    told = crm.json("records", "history", id)["entries"]
    assert [one["field"] for one in told] == ["", "title", "emails", "emails", "title"]
    assert {"account", "item", "rule"} <= set(told[0])


def test_a_value_of_an_item_says_from_which_account_and_what_gave_way_to_it(
    phone: Terminal, remote: MemoryRemote
) -> None:
    remote.seed(BOOK, "ada", card("ada", "Ada", "TITLE:Countess").encode())
    phone("sync")
    phone("queue", "assign", "--all", "--type", "contact", "--import")
    (id,) = [one["id"] for one in phone.json("records", "list")["records"]]
    (title,) = phone.json("records", "why", id, "title")["fields"]
    assert (title["account"], title["item"], title["actor"], title["rule"]) == ("phone", "/book/ada.vcf", "me", None)
    phone("records", "set", id, "title=CTO")
    remote.edit(BOOK, "/book/ada.vcf", card("ada", "Ada", "TITLE:CFO").encode())
    phone("sync")
    phone("conflicts", "resolve", "--all", "--remote")
    (title,) = phone.json("records", "why", id, "title")["fields"]
    assert (title["value"], title["rule"], title["replaced"]) == ("CFO", "conflict 1: remote", "CTO")
    assert [(one["value"], one["account"], one["by"]) for one in title["stood_against"]] == [("CTO", "phone", "me")]
    assert "title: CTO gave way (phone, conflict 1: remote)" in phone("records", "why", id).out


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\x00" not in name])
def test_hostile_names_are_kept_whole_and_shown_harmless(crm: Terminal, name: str) -> None:
    id = crm.add(f"name={name}")
    assert crm.json("records", "show", id)["fields"]["name"] == name
    for words in (["list"], ["show", id], ["why", id], ["history", id]):
        said = crm("records", *words)
        assert not {"\x1b", "\u202e", "\a", "\r", "\u2028"} & set(said.out)
    assert "\x1b" not in crm.refuses("records", "show", f"\x1b{name}")


def test_duplicates_are_listed_with_score_and_reasons(crm: Terminal) -> None:
    first = crm.add("given=Ada", "family=Lovelace", "emails=ada@example.org")
    second = crm.add("name=Lovelace Ada", "emails=Ada@example.org")
    assert crm.json("records", "duplicates") == {
        "schema": 1,
        "duplicates": [
            {
                "records": [
                    {"id": first, "type": "contact", "name": "Ada Lovelace"},
                    {"id": second, "type": "contact", "name": "Lovelace Ada"},
                ],
                "confidence": "strong",
                "score": 95,
                "reasons": ["e-mail equal ada@example.org +60", "name equal Lovelace Ada / Ada Lovelace +35"],
            }
        ],
    }
    assert "95" in crm("records", "duplicates").out
    assert crm.json("records", "duplicates", "--min-score", "96")["duplicates"] == []
    assert "No two records look like one." in crm("records", "duplicates", "--min-score", "100").out
    assert crm("records", "duplicates", "--min-score", "5", code=2).err.endswith("a score is 20 to 100\n")


def test_half_a_character_in_json_is_refused_with_what_to_do(crm: Terminal) -> None:
    id = crm.add("name=Ada")
    for verb in (("add", "--type", "contact", "name=Bert"), ("set", id)):
        refused = crm("records", *verb, r'emails=[{"value":"zo\ud800"}]', code=2)
        assert "half a character" in refused.err
        assert "Traceback" not in refused.err
    assert crm.json("records", "list")["total"] == 1
