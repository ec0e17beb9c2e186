"""Runs every benchmark of this folder and writes docs/benchmarks.md from what they print."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
BENCHMARKS = (
    "first_sync",
    "idle",
    "idle_daemon",
    "import_cards",
    "codec",
    "store_bulk",
    "matching",
    "match_speed",
    "febrl",
    "explaining",
    "undo_bulk",
    "long_lists",
    "records_screen",
)

INTRODUCTION = """\
# Benchmarks

Written by `make bench`: each block is what its script in `tests/bench/` printed. Programs that stand beside each other
were measured in one run and took turns, so the ratios hold on other machines; seconds are those of this one. CPU is
user and system time of the client process alone; servers run in processes of their own. Memory is the peak resident
size.

"""


def processor() -> str:
    """What this machine calls its processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def main() -> None:
    """All benchmarks, or those named on the command line (then docs/benchmarks.md stays as it is)."""
    named = sys.argv[1:]
    today = datetime.datetime.now(datetime.UTC).date()
    machine = f"{os.cpu_count()} cores, {processor()}, {platform.system()}, CPython {platform.python_version()}"
    page = [INTRODUCTION, f"Measured on {today} on {machine}.\n"]
    for name in named or BENCHMARKS:
        title = (import_module(f"tests.bench.{name}").__doc__ or name).splitlines()[0]
        print(f"\n== {name}: {title}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"tests.bench.{name}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        print(done.stdout, flush=True)
        if done.returncode:
            raise SystemExit(f"tests/bench/{name}.py ended with {done.returncode}; docs/benchmarks.md is as it was")
        page.append(f"\n## {title}\n\n`tests/bench/{name}.py`\n\n```text\n{done.stdout.strip()}\n```\n")
    if not named:
        (ROOT / "docs/benchmarks.md").write_text("".join(page), "utf-8")


if __name__ == "__main__":
    main()
