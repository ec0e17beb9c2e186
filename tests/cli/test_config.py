"""`crmsync config`."""

from __future__ import annotations

import stat

from tests.cli.terminal import Terminal


def test_a_setting_is_read_said_and_taken_back(crm: Terminal) -> None:
    usual = {"schema": 1, "key": "policy.on_conflict", "value": "ask", "in_file": False}
    assert crm.json("config", "get", "policy.on_conflict") == usual
    said = crm.json("config", "set", "policy.on_conflict", "newest")
    assert (said["value"], said["in_file"]) == ("newest", True)
    assert stat.S_IMODE(crm.home.config.stat().st_mode) == 0o600
    assert "# What can stand here" in crm.home.config.read_text()
    assert "newest" in crm("config", "get").out
    lines = {one["key"]: one for one in crm.json("config", "get")["settings"]}
    assert lines["policy.on_conflict"]["in_file"] and not lines["tui.marks"]["in_file"]
    assert crm.json("config", "unset", "policy.on_conflict") == usual


def test_what_cannot_be_used_changes_nothing(crm: Terminal) -> None:
    crm("config", "set", "region", "IT")
    before = crm.home.config.read_bytes()
    assert "on_conflict" in crm("config", "set", "policy.on_conflict", "maybe", code=78).err
    assert "no key" in crm("config", "set", "a b", "1", code=2).err
    assert crm.home.config.read_bytes() == before
