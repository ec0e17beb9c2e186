"""The daemon while nothing happens: five folders, 100,000 records, a drop folder.

python -m tests.bench.idle_daemon [MINUTES [RECORDS]]

Each folder holds a thousand cards. When each has had its first turn the daemon is watched for so many minutes; then
all have one more turn, whose cost is spread over the time between two turns. Linux only, since /proc says the figures.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmsync.config import DaemonConfig
from crmsync.home import find
from crmsync.store.record_list import Selection
from crmsync.store.store import Store
from tests.bench.measure import MEGABYTE, verdict
from tests.bench.programs import Crm
from tests.bench.servers import BIN, fresh
from tests.bench.store_bulk import STAMP, people

FOLDERS, CARDS = 5, 1000
PATIENCE = 600.0


class Watched:
    """A daemon in a process of its own."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self._log = log

    def cpu(self) -> float:
        """CPU seconds so far, user and system (proc(5): stat)."""
        figures = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(figures[11]) + int(figures[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self, name: str) -> float:
        """A figure of /proc/PID/status in MB: `VmRSS` is resident now, `VmHWM` was at most."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024 / MEGABYTE

    def turns(self) -> int:
        """How many have ended."""
        return self._log.read_text("utf-8").count(": done, in ")

    def wait(self, wanted: int) -> None:
        """Until so many turns have ended."""
        end = time.monotonic() + PATIENCE
        while self.turns() < wanted:
            if time.monotonic() > end:
                raise SystemExit(f"there were not {wanted} turns:\n{self._log.read_text('utf-8')[-2000:]}")
            time.sleep(0.5)


def main(minutes: float = 3, records: int = 100_000) -> None:
    """Prints the figures beside their goals."""
    with tempfile.TemporaryDirectory() as folder:
        crm = furnished(Path(folder), records)
        with daemon(crm, Path(folder) / "daemon.log") as seen:
            seen.wait(FOLDERS)
            time.sleep(20)  # the folders hear of each other's writes
            began, before = time.monotonic(), seen.cpu()
            time.sleep(minutes * 60)
            quiet = (seen.cpu() - before) / (time.monotonic() - began)
            resident, before, so_far = seen.memory("VmRSS"), seen.cpu(), seen.turns()
            os.kill(seen.pid, signal.SIGHUP)
            seen.wait(so_far + FOLDERS)
            again = seen.cpu() - before
            most = seen.memory("VmHWM")
    every = DaemonConfig().every
    share = 100 * (quiet + again / every)
    print(f"{records:,} records, {FOLDERS} folders with {CARDS:,} cards each, {minutes:g} minutes")
    print(f"  between turns {100 * quiet:.3f} % of a core; a turn of all five {again:.3f} s CPU, every {every:g} s")
    verdict("share of a core", share, 0.5, " %")
    verdict("resident memory", resident, 150, " MB")
    print(f"  at most so far, with the first turns: {most:.0f} MB")


def furnished(work: Path, records: int) -> Crm:
    """A home with the records, the first of them flagged, and the accounts."""
    crm = Crm(fresh(work / "home"))
    crm.init()
    with Store.open(find(str(crm.home), {}).store) as store:
        with store.transaction(STAMP, durable=False) as tx:
            tx.records.create_many(map(tx.records.made, people(records)))
        with store.transaction(STAMP) as tx:
            tx.flags.set(tx.users.all()[0].id, tx.records.ids(Selection())[:CARDS], True)
    for number in range(FOLDERS):
        (work / f"book{number}").mkdir()
        crm("account", "add", "folder", f"book{number}", "--url", work / f"book{number}")
    config = crm.home / "config.toml"
    config.write_text(f'[daemon]\ndrop_folder = "{work / "drop"}"\n')
    config.chmod(0o600)
    return crm


@contextmanager
def daemon(crm: Crm, log: Path) -> Iterator[Watched]:
    """Runs until the end of the block."""
    with log.open("wb") as out:
        child = subprocess.Popen([BIN / "crmsync", "daemon", "run"], env=os.environ | crm.env, stdout=out, stderr=out)
    try:
        yield Watched(child.pid, log)
    finally:
        child.terminate()
        child.wait(60)


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]), *map(int, sys.argv[2:]))
