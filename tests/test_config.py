"""The config file: what it means, and that what it cannot mean is said by its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync import config
from crmsync.config import AccountConfig, Config, content
from crmsync.config_file import parse
from crmsync.core.plan import Budget, Budgets
from crmsync.core.selection import EXPORT_RULES, Export, ExportRule
from crmsync.errors import BadConfig
from crmsync.model import Mode, OnConflict, OnDelete, RecordType, Side

HERE = Path("/home/ada/config.toml")


def read(text: str) -> Config:
    return parse(text.encode(), HERE)


def test_an_empty_file_means_the_defaults() -> None:
    assert read("") == Config()
    policy = Config().policies("work", Mode.TWO_WAY)
    assert (policy.default.on_conflict, policy.default.on_delete) == (OnConflict.ASK, OnDelete.ASK)
    assert "da cancellare" in policy.default.deletion_words
    assert policy.by_type == ()
    assert Config().account("work") == AccountConfig()


def test_each_account_has_its_own_words_for_what_is_to_go() -> None:
    config = read("""
        [policy]
        deletion_words = ["weg"]
        [accounts.work.policy]
        deletion_words = []
    """)
    assert config.policies("home", Mode.TWO_WAY).default.deletion_words == ("weg",)
    assert config.policies("work", Mode.TWO_WAY).default.deletion_words == ()


def test_half_a_budget_leaves_the_other_half_as_it_is() -> None:
    budgets = read("[budgets.deletes]\nfloor = 3").budgets
    assert (budgets.deletes, budgets.blanked) == (Budget(3, Budgets().deletes.share), Budgets().blanked)


def test_the_example_in_the_documentation_is_read() -> None:
    text = (config.__doc__ or "").partition("\n\n")[2]
    found = read(text)
    assert (found.region, found.user) == ("IT", "anna")
    assert found.policy.fields == {"phones": OnConflict.BOTH}
    assert found.accounts["work"].policy.on_conflict is OnConflict.CRM
    assert found.accounts["work"].types[RecordType.LEAD].on_conflict is OnConflict.REMOTE
    assert found.exports("phone") == Export(
        (ExportRule(RecordType.LEAD, "privacy", "denied", "privacy is denied"),),
        frozenset({"<id of a record>"}),
        linked_contacts=True,
    )
    assert found.exports("work") == Export(EXPORT_RULES, frozenset({"<id of a record>"}))
    assert found.budgets.deletes == Budget(10, 0.2)
    assert [(one.type, one.field, one.system) for one in found.masters] == [(RecordType.COMPANY, "vat_number", "erp")]


def test_an_account_overrides_the_rest_and_a_type_overrides_its_account() -> None:
    found = read(
        """
        [policy]
        on_conflict = "newest"
        on_delete = "archive"
        fields = { note = "crm", phones = "both" }
        [accounts.work.policy]
        on_conflict = "crm"
        fields = { note = "remote" }
        [accounts.work.types.lead]
        on_delete = "delete"
        """
    )
    work = found.policies("work", Mode.IMPORT)
    lead = dict(work.by_type)[RecordType.LEAD]
    assert (work.default.mode, work.default.on_conflict, work.default.on_delete) == (
        Mode.IMPORT, OnConflict.CRM, OnDelete.ARCHIVE,
    )  # fmt: skip
    assert work.default.on_conflict_field == {"note": OnConflict.REMOTE, "phones": OnConflict.BOTH}
    assert (lead.on_conflict, lead.on_delete) == (OnConflict.CRM, OnDelete.DELETE)
    other = found.policies("other", Mode.TWO_WAY)
    assert (other.default.on_conflict, other.by_type) == (OnConflict.NEWEST, ())


def test_a_master_is_a_side_of_each_account_and_who_contradicts_himself_is_told() -> None:
    found = read('[[masters]]\ntype = "company"\nfield = "vat_number"\nsystem = "erp"\n')
    (erp,) = dict(found.policies("erp", Mode.TWO_WAY).by_type).values()
    (work,) = dict(found.policies("work", Mode.TWO_WAY).by_type).values()
    assert (erp.masters, work.masters) == ({"vat_number": Side.REMOTE}, {"vat_number": Side.CRM})
    assert found.contradictions(["erp"]) == ()
    assert found.contradictions(["work"]) == ('company.vat_number: no account is called "erp"',)


def test_a_budget_that_is_not_named_keeps_its_default() -> None:
    found = read("[budgets.blanked]\nfloor = 3\nshare = 0.5\n")
    assert found.budgets == Budgets(blanked=Budget(3, 0.5))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('region = "IT"\nuser = \n', "line 2"),
        ("x = 1", "x"),
        ("region = 1", r"\$.region"),
        ('[policy]\non_conflict = "sometimes"', r"\$.policy.on_conflict"),
        ('[policy]\nfields = { note = "sometimes" }', r"\$.policy.fields"),
        ("[policy]\nunknown = 1", "unknown"),
        ("[accounts.work]\nmode = 1", "mode"),
        ('[accounts.work.types.nonsense]\non_delete = "ask"', r"\$.accounts\[...\].types"),
        ('[accounts.work]\nsecret_command = "pass"', "secret_command"),
        ("[budgets.deletes]\nfloor = -1\nshare = 0.2", "floor"),
        ("[budgets.deletes]\nfloor = 1\nshare = 2", "share"),
        ('[[masters]]\ntype = "company"\nfield = "x"', "system"),
        ('[policy]\nfields = { nonsense = "crm" }', "nonsense"),
        ('region = "Italy"', "region"),
    ],
)
def test_what_it_cannot_mean_is_said_with_the_line_or_the_key(text: str, place: str) -> None:
    with pytest.raises(BadConfig, match=place) as caught:
        read(text)
    assert caught.value.thing == str(HERE)
    assert caught.value.next_step


def test_a_file_that_is_no_text_is_said() -> None:
    with pytest.raises(BadConfig, match="not UTF-8"):
        parse(b'region = "\xff"', HERE)


def test_comments_alone_are_nothing_and_a_missing_file_is_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert content(path) == b""
    path.write_text("# a\n\n  # b\n")
    assert content(path) == b""
    path.write_text('# a\nregion = "IT"\n')
    assert content(path).endswith(b'"IT"\n')
    path.unlink()
    path.mkdir()
    with pytest.raises(BadConfig, match="cannot be read"):
        content(path)


def test_an_account_may_let_out_everything_or_what_rules_of_ones_own_say() -> None:
    found = read(
        """
        [accounts.work]
        export = "all"
        [accounts.phone]
        export = "mine"
        [[export.mine]]
        type = "contact"
        field = "not_interested"
        value = true
        [[export.mine]]
        type = "contact"
        field = "not_interested"
        value = false
        reason = "said so"
        """
    )
    assert found.exports("work").rules == ()
    assert [(rule.value, rule.reason) for rule in found.exports("phone").rules] == [
        (True, "not_interested"),
        (False, "said so"),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[accounts.work]\nexport = "mine"', "no set of export rules mine; there are all, nts"),
        ('[[export.nts]]\ntype = "lead"\nfield = "status"\nvalue = "x"', "by this name already: nts"),
        ('[[export.x]]\ntype = "lead"\nfield = "status"\nvalue = true', "compares a text with a text"),
        ('[[export.x]]\ntype = "lead"\nfield = "not_interested"\nvalue = "yes"', "compares a text with a text"),
        ('[[export.x]]\ntype = "lead"\nfield = "orders"\nvalue = "1"', "compares a text with a text"),
        ('[[export.x]]\ntype = "lead"\nfield = "nonsense"\nvalue = "1"', "nonsense"),
    ],
)
def test_export_rules_that_mean_nothing_are_told(text: str, complaint: str) -> None:
    with pytest.raises(BadConfig, match=complaint):
        read(text)
