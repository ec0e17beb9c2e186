"""The Containerfile, as far as it can be read without a build: what it takes exists, and it runs as nobody special."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from crmsync.cli import VERBS

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()


def values(instruction: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in LINES if line.startswith(instruction + " ")]


def test_what_it_copies_is_there_and_is_all_that_a_build_needs() -> None:
    copied = [word for line in values("COPY") if not line.startswith("--from") for word in line.split()[:-1]]
    assert not [word for word in copied if not (ROOT / word).exists()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    needed = {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    assert needed | {package.split("/")[0] for package in packages} <= set(copied)


def test_it_runs_as_a_user_of_its_own_with_its_home_in_a_volume() -> None:
    assert values("USER") == ["crmsync"]
    (volume,) = values("VOLUME")
    environment = values("ENV")[0]
    assert f"CRMSYNC_HOME={volume}" in environment
    assert re.search(rf"install -d -m 0700 -o crmsync -g crmsync {volume}$", values("RUN")[1])


def test_what_it_starts_and_asks_are_commands_of_ours() -> None:
    (start,) = values("CMD")
    asked = json.loads(values("HEALTHCHECK")[0].partition(" CMD ")[2])
    assert asked == ["crmsync", "daemon", "status"]
    assert set(re.findall(r"\bcrmsync (\w+)", json.loads(start)[-1])) == {"init", "daemon"} <= VERBS.keys()
