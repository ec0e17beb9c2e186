"""A terminal for every test of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Before `init`."""
    return Terminal(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def crm(bare: Terminal) -> Terminal:
    """After `init`."""
    bare("init", "--yes")
    return bare
