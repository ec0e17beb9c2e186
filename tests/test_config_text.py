"""One value of the config file is changed, and nothing else is."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from crmsync import config_text
from crmsync.config import Config
from crmsync.config_file import parse
from crmsync.errors import BadConfig, Usage
from crmsync.model import Mode

TEXT = """\
# mine
region = "IT" # the country

[tui]
# dark for the night
theme = "nord"
keys = { "queue.contact" = "p" }

[policy]   # for all
on_conflict = "ask"

[accounts."my.work".policy]
on_delete = "unflag"
"""
HERE = Path("/home/ada/config.toml")


def changed(key: str, value: str, text: str = TEXT) -> str:
    return config_text.with_value(text, HERE, key, value)


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ("region", "DE", 'region = "IT" # the country', 'region = "DE" # the country'),
        ("tui.theme", "dracula", 'theme = "nord"', 'theme = "dracula"'),
        ("policy.on_conflict", "newest", 'on_conflict = "ask"', 'on_conflict = "newest"'),
        ('accounts."my.work".policy.on_delete', "archive", 'on_delete = "unflag"', 'on_delete = "archive"'),
    ],
)
def test_only_the_value_is_another_one(key: str, value: str, old: str, new: str) -> None:
    assert changed(key, value) == TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("user", "10", "10"),
        ("policy.fields.phones", "both", "both"),
        ("accounts.phone.linked_contacts", "true", True),
        ("policy.deletion_words", '["weg", "fort"]', ["weg", "fort"]),
        ('tui.keys."queue.lead"', "z", "z"),
        ('accounts."my.work".types.lead.on_conflict', "crm", "crm"),
    ],
)
def test_what_was_not_said_is_added_and_every_comment_stays(key: str, value: str, found: object) -> None:
    after = changed(key, value)
    assert config_text.value_of(after, HERE, key) == found
    for comment in ("# mine", "# the country", "# dark for the night", "# for all"):
        assert comment in after
    assert config_text.without(after, HERE, key).count("#") == TEXT.count("#")


def test_a_setting_goes_into_an_empty_file_and_out_again() -> None:
    after = changed("region", "IT", "# only a comment\n")
    assert config_text.said(after, HERE) == {"region": "IT"}
    assert config_text.said(config_text.without(after, HERE, "region"), HERE) == {}


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("policy.on_conflict", "maybe", "on_conflict"),
        ("region", "Italia", "region"),
        ("nonsense", "1", "nonsense"),
        ("budgets.deletes.share", "7", "share"),
        ("region.x", "1", "no table"),
        ("policy.fields.nonsense", "crm", "nonsense"),
    ],
)
def test_what_the_file_cannot_say_is_refused_with_its_key(key: str, value: str, why: str) -> None:
    text = TEXT + "[budgets.deletes]\nfloor = 10\nshare = 0.2\n"
    with pytest.raises(BadConfig, match=why):
        changed(key, value, text)


@pytest.mark.parametrize("key", ["", "a b", "a = 1", "a\nb", "[x]", "x.", "a = 1 #", 'x"'])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(Usage, match="no key"):
        changed(key, "1")


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ('policy = { on_conflict = "ask" } # short\n', "policy.fields.emails", "crm"),
        ("# short\n", "budgets.deletes.floor", "3"),
        ('[policy.fields]\nphones = "both"\n[policy] # short\non_delete = "ask"\n', "policy.on_conflict", "crm"),
        ('policy.on_conflict = "ask" # short\n[tui]\n', "policy.on_delete", "archive"),
        ('[tui]\ntheme = "x" # short', "region", "IT"),
    ],
)
def test_every_way_to_write_a_table_is_kept(text: str, key: str, value: str) -> None:
    after = changed(key, value, text)
    assert str(config_text.value_of(after, HERE, key)) == value and "# short" in after
    assert config_text.said(config_text.without(after, HERE, key), HERE) == config_text.said(text, HERE)


def test_a_layout_that_would_be_spoiled_is_left_alone() -> None:
    text = 'accounts.a.export = "all"\naccounts.b.export = "all"\n'
    with pytest.raises(BadConfig, match=r"cannot change it. Edit the file by hand"):
        changed("accounts.c.export", "all", text)


def test_a_broken_file_is_refused_with_its_line_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("region = \n")
    with pytest.raises(BadConfig, match="line 1"):
        config_text.set_value(path, "region", "IT")
    assert path.read_text() == "region = \n"


def test_a_value_with_toml_in_it_is_a_text(tmp_path: Path) -> None:
    after = changed("user", 'x"\nregion = "FR')
    assert config_text.said(after, HERE)["region"] == "IT"


def test_the_file_is_private_and_a_link_to_it_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles", tmp_path / "config.toml"
    real.write_text(TEXT)
    real.chmod(0o600)
    link.symlink_to(real)
    config_text.set_value(link, "region", "FR")
    assert link.is_symlink()
    assert real.read_text() == TEXT.replace('"IT"', '"FR"')
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_what_holds_by_default_is_what_the_parser_says() -> None:
    for setting in config_text.settings():
        if setting.choices:
            assert setting.default in setting.choices
        found = parse(changed(setting.key, str(setting.default), "").encode(), HERE)
        assert found.policies("work", Mode.TWO_WAY) == Config().policies("work", Mode.TWO_WAY)
        assert replace(found, policy=Config().policy) == Config()
