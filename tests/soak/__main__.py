"""A daemon at work for hours, killed every half minute, with edits on all sides; then everything has to be right.

python -m tests.soak [MINUTES [RECORDS [EDITS_A_SECOND [SEED]]]]
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from crmsync.home import find
from tests.live.servers import radicale, xandikos
from tests.soak.ledger import twice
from tests.soak.lives import Lives, Sample, growth
from tests.soak.sides import Book, Folder, name_of, values_of
from tests.soak.town import Town, quiet

KILL_EVERY = 30.0
TIDY_EVERY = 20.0
TELL_EVERY = 60.0
EARLY = 0.33
"""The share of kills that are followed by one more while the next daemon is still mending what it finds."""
CALM = 0.2
"""The share of the time that one daemon is left alive, at most an hour."""


def work(town: Town, lives: Lives, seconds: float, pace: float, *, kills: bool) -> list[Sample]:
    """Edits for so long, with or without kills; what the daemon looked like every second."""
    began = told = tidied = killed = time.monotonic()
    samples: list[Sample] = []
    while (now := time.monotonic()) < began + seconds:
        town.act()
        samples.append(lives.sample())
        if now > tidied + TIDY_EVERY:
            town.tidy()
            tidied = time.monotonic()
        if kills and now > killed + KILL_EVERY:
            lives.kill()
            lives.start()
            while town.chance.random() < EARLY:
                time.sleep(town.chance.uniform(0, 4))
                lives.kill(counts=False)
                town.did["kills while recovering"] += 1
                lives.start()
            killed = time.monotonic()
            town.did["kills"] += 1
        if now > told + TELL_EVERY:
            told = now
            last = lives.sample()
            print(
                f"{now - began:6.0f} s  {sum(town.did.values()):6} edits and kills  {last.memory:6.1f} MB "
                f"{last.files:3} files  age {last.age:5.0f} s  {town.crm('status', '--json')['counts']}",
                flush=True,
            )
        time.sleep(max(0.0, 1 / pace - (time.monotonic() - now)))
    return samples


def faults(town: Town) -> list[str]:
    """What is not as it should be, now that all is quiet."""
    found = [f"lost: {token} {who}" for token, who in town.ledger.missing(find(str(town.crm.home), {}).store).items()]
    names = [str(one["name"]).split()[-1] for one in town.crm("records", "list", "--json")["records"]]
    found += [f"doubled in the CRM: {name}" for name in twice(names)]
    records = town.look()
    found += [f"nobody deleted {name}" for name in town.ledger.names - records.keys() - town.ledger.deleted]
    for side in town.sides:
        items = list(side.all().values())
        there = [name_of(raw) for raw in items]
        found += [f"doubled at {side.name}: {name}" for name in twice(there)]
        found += [f"not at {side.name}: {name}" for name in records.keys() - set(there)]
        found += [f"too much at {side.name}: {name}" for name in set(there) - records.keys()]
        for raw in items:
            if record := records.get(name_of(raw)):
                fields = record["fields"]
                here = {what: [str(fields[what])] if fields.get(what) else [] for what in ("note", "title")}
                here["emails"] = sorted(str(one["value"]) for one in fields.get("emails", ()))
                if here != values_of(raw):
                    found.append(f"half done at {side.name}: {name_of(raw)} {here} {values_of(raw)}")
    doctor = town.crm("doctor", "--json", codes=(0, 1))
    if doctor is None:
        found.append("doctor finds something")
    counts = town.crm("status", "--json")["counts"]
    found += [f"{count} {what}" for what, count in counts.items() if what != "records" and count]
    return found


def summary(town: Town, lives: Lives, calm: list[Sample], rounds: int, found: list[str]) -> bool:
    """Prints the figures; whether all goals are reached."""
    print(f"{dict(sorted(town.did.items()))}")
    print(f"  values typed and still demanded: {len(town.ledger.typed)}; persons: {len(town.ledger.names)}")
    grown = growth([one.memory for one in lives.ends[2:]]) if len(lives.ends) > 7 else 0.0
    settled = [one for one in calm if one.age > min(90.0, calm[-1].age / 4)]
    leak = growth([one.memory for one in settled])
    third = max(1, len(settled) // 3)
    files = (min(one.files for one in settled[:third]), min(one.files for one in settled[-third:]))
    most = (max(one.files for one in settled[:third]), max(one.files for one in settled[-third:]))
    print(
        f"  {len(lives.ends)} lives of full length, memory {lives.ends[0].memory:.1f} to {lives.ends[-1].memory:.1f} MB"
    )
    print(f"  the slowest start took {lives.slowest:.1f} s")
    print(f"  memory, late lives against early ones: {grown:+.1%}; goal below 10 %")
    print(f"  memory, {calm[-1].age:.0f} s without a kill: {leak:+.1%}, now {calm[-1].memory:.1f} MB; goal below 10 %")
    print(f"  open files at rest, early and late: {files}, at most: {most}; goal the same at rest")
    print(f"  quiet after {rounds} rounds; faults: {len(found)}")
    for line in found[:40]:
        print(f"    {line}")
    return not found and grown < 0.1 and leak < 0.1 and files[1] <= files[0]


def main(minutes: float = 120.0, people: float = 1000, pace: float = 3.0, seed: float = 0) -> int:
    """0 when everything was right."""
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    seed = int(seed) or random.SystemRandom().randrange(1 << 32)
    print(f"{minutes:g} minutes, {people:,.0f} records, {pace:g} edits a second, seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="crmsync-soak-"))
    with contextlib.ExitStack() as stack:
        books = [Book(stack.enter_context(start(folder / start.__name__))) for start in (radicale, xandikos)]
        town = Town(folder, [*books, Folder(folder / "book")], int(people), random.Random(seed))
        lives = Lives(town.crm.home, folder / "daemon.log")
        stack.callback(lives.abandon)
        print(f"{len(town.ledger.names)} persons in the CRM, three empty remotes; all in {folder}", flush=True)
        lives.start()
        calm = min(CALM * minutes, 60.0) * 60
        work(town, lives, minutes * 60 - calm, pace, kills=True)
        print("one daemon is left alive from here on", flush=True)
        samples = work(town, lives, calm, pace, kills=False)
        code = lives.stop()
        rounds, runs = town.settles()
        found = faults(town)
        found += [f"not quiet: {run}" for run in runs if not quiet(run)]
        found += [f"the daemon left with {code}"] if code else []
        said = lives.log.read_text("utf-8")
        found += [
            f"{said.count(word)} x {word!r} in the log"
            for word in ("Traceback", "database is locked", "writing to the store")
            if word in said
        ]
        fine = summary(town, lives, samples, rounds, found)
    print("all goals reached" if fine else f"MISSED; everything is kept in {folder}", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
