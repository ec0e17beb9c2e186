"""Stopped at any step and started again, the end is the same as without: nothing lost, doubled or half done.

Every step is tried, not some: each commit of the store and each thing asked of the remote, before it and after it (see
`mortal`), in every scene (see `scenes`). With `CRMSYNC_SOAK=1` each scene also meets every kind of remote, and a second
end at each step of the recovery; that takes a quarter of an hour.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crmsync import cycle
from crmsync.connectors import tempers
from crmsync.connectors.tempers import Deltas, Etags, Tempers
from crmsync.cycle import apply
from tests.cycle.bench_of import BOOK, Hub, Spoke, card
from tests.cycle.mortal import Fate, Scene, Stage, differences
from tests.cycle.scenes import SCENES, push, refused

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
SOAK = bool(os.environ.get("CRMSYNC_SOAK"))

SMALL = Tempers(page_size=2, batch_size=2)
"""Several pages and batches, with a handful of items."""
REMOTES = {
    "polite": SMALL,
    "chooses hrefs": replace(SMALL, chooses_hrefs=True, etags=Etags.WITH_ITEM),
    "flaky etags": replace(SMALL, etags=Etags.FLAKY),
    "no etags": replace(SMALL, etags=Etags.NULL),
    "only listings": replace(SMALL, etags=Etags.REUSED, deltas=Deltas.NONE),
    "etag not told": replace(SMALL, put_hides_etag=True),
    "no preconditions": replace(SMALL, ignores_if_none_match=True, ignores_if_match=True),
    "no tokens": replace(SMALL, refuses_tokens=True, omits_missing=True, respells_hrefs=True),
    "radicale": tempers.RADICALE,
    "graph": tempers.GRAPH,
    "late": Tempers(late_by=2),
    "forgetful": Tempers(
        rewrites=tempers.in_turn(tempers.lower_case_emails, tempers.forgets("TITLE")), put_hides_etag=True
    ),
}
# A remote that spells etags anew at each listing cannot tell that a refused item is still the one that was refused.
MEETINGS = [
    pytest.param(stage, remote, id=f"{stage.__name__}-{remote}")
    for stage in SCENES
    for remote in REMOTES
    if (stage, remote) != (refused, "flaky etags") and (SOAK or remote == "polite" or stage is push)
]
ENDS = pytest.mark.parametrize("power_cut", [False, True], ids=["killed", "power cut"])


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a handful of actions has several read-backs, and something between them."""
    monkeypatch.setattr(apply, "CHUNK", 2)


@ENDS
@pytest.mark.parametrize(("stage", "remote"), MEETINGS)
def test_an_end_at_any_step_leaves_nothing_to_see(tmp_path: Path, stage: Stage, remote: str, power_cut: bool) -> None:
    scene = Scene(tmp_path, stage, REMOTES[remote])
    steps, expected = undisturbed(scene)
    for at in range(1, len(steps) + 1):
        trial = scene.trial()
        fate = trial.live(at, power_cut=power_cut)
        assert (fate.died, fate.steps) == (True, steps[:at])
        same(expected, trial.end(), fate)
    assert not scene.trial().live(len(steps) + 1).died, "there are steps beyond the last one that was tried"
    print(f"{stage.__name__}, {remote}: all {len(steps)} steps")


@ENDS
@pytest.mark.parametrize("stage", SCENES)
def test_a_second_end_during_the_recovery_leaves_nothing_to_see_either(
    tmp_path: Path, stage: Stage, power_cut: bool
) -> None:
    scene = Scene(tmp_path, stage)
    steps, expected = undisturbed(scene)
    tried: set[str] = set()
    for at in range(1, len(steps) + 1):
        for then in range(1, len(steps) + 30) if SOAK else [3 + at * 7 % 17]:
            trial = scene.trial()
            trial.live(at, power_cut=power_cut)
            again = trial.live(then, power_cut=power_cut)
            tried |= set(again.steps[-1:] if again.died else [])
            same(expected, trial.end(), again, f"after {steps[at - 1]}, ")
            if not again.died:
                break
    assert tried


@ENDS
@pytest.mark.parametrize(("stage", "remote"), MEETINGS)
def test_one_end_after_the_other_each_a_step_later_is_survived(
    tmp_path: Path, stage: Stage, remote: str, power_cut: bool
) -> None:
    scene = Scene(tmp_path, stage, REMOTES[remote])
    steps, expected = undisturbed(scene)
    trial = scene.trial()
    at = 1
    while trial.live(at, power_cut=power_cut).died:
        at += 1
        assert at < 3 * len(steps), "no process gets any further than the one before it"
    same(expected, trial.end(), Fate(at))


@ENDS
@pytest.mark.parametrize("remote", ["polite", "chooses hrefs", "no etags", "no tokens", "forgetful"])
def test_what_people_type_between_the_end_and_the_next_start_is_neither_lost_nor_a_conflict(
    tmp_path: Path, remote: str, power_cut: bool
) -> None:
    scene = Scene(tmp_path, push, REMOTES[remote])
    steps, _ = undisturbed(scene)

    def typed(at: int) -> tuple[Fate, dict[str, list[str]]]:
        trial = scene.trial()
        fate = trial.live(at, power_cut=power_cut) if at else Fate()
        trial.meanwhile("rec1", {"note": "newest", "organization": "ACME"}, "TEL:+39 02 111111")
        return fate, trial.end()

    _, expected = typed(0)
    assert any("newest" in item and "111111" in item and "ACME" in item for item in expected["remote"])
    for at in range(1, len(steps) + 1):
        fate, found = typed(at)
        same(expected, found, fate)


def written(hub: Hub, phone: Spoke) -> None:
    """A stranger's item, and three that we made."""
    phone.remote.seed(BOOK, "s", card("s", "Otto Weber"))
    for n in range(3):
        hub.add(name=f"Anna{n} Rossi{n}")
    phone.sync()


def test_taking_back_what_we_wrote_can_be_stopped_anywhere_and_called_again(tmp_path: Path) -> None:
    scene = Scene(tmp_path, written)
    whole = scene.trial()
    steps = whole.eject().steps
    assert [step for step in steps if "before deleting" in step] == ["eject._take_back: before deleting"] * 3
    expected = whole.dump()
    assert (len(expected["remote"]), expected["links"]) == (1, [])
    for at in range(1, len(steps) + 1):
        trial = scene.trial()
        assert trial.eject(at).died
        trial.eject()
        same(expected, trial.dump(), Fate(at))


def test_no_part_of_the_engine_writes_or_asks_without_being_stopped_here(tmp_path: Path) -> None:
    stopped = functions_of(Scene(tmp_path / "eject", written).trial().eject().steps)
    stopped |= functions_of(Scene(tmp_path / "no etags", push, REMOTES["no etags"]).trial().live().steps)
    for number, stage in enumerate(SCENES):
        scene = Scene(tmp_path / str(number), stage)
        steps, _ = undisturbed(scene)
        stopped |= functions_of(steps)
        if stage is push:
            for at in range(1, len(steps) + 1):
                trial = scene.trial()
                trial.live(at)
                stopped |= functions_of(trial.live().steps)
    acting = set(functions_that_act())
    assert len(acting) > 12
    assert acting - stopped == set()


def undisturbed(scene: Scene) -> tuple[list[str], dict[str, list[str]]]:
    """The steps when nothing happens to them, and what there is in the end."""
    trial = scene.trial()
    steps = trial.live().steps
    return steps, trial.end()


def same(expected: dict[str, list[str]], found: dict[str, list[str]], fate: Fate, before: str = "") -> None:
    assert found == expected, f"{before}at step {fate.at} ({fate.steps[-1:]})\n{differences(expected, found)}"


def functions_of(steps: list[str]) -> set[str]:
    return {step.partition(":")[0] for step in steps}


def functions_that_act() -> Iterator[str]:
    """Every function of the engine that commits, or asks the remote for something."""
    asks = {"pull", "listing", "fetch", "find", "create", "update", "delete"}
    is_commit: Callable[[ast.Attribute], bool] = lambda call: call.attr == "transaction"  # noqa: E731
    is_question: Callable[[ast.Attribute], bool] = lambda call: (  # noqa: E731
        call.attr in asks and ast.unparse(call.value) in ("connector", "job.connector", "self.connector")
    )
    for path in sorted(Path(cycle.__file__).parent.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
                if any(isinstance(call, ast.Attribute) and (is_commit(call) or is_question(call)) for call in calls):
                    yield f"{path.stem}.{function.name}"
