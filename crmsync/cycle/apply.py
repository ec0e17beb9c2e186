"""Second half of a cycle: a plan becomes true, one action at a time.

Each action that writes at the remote takes three steps, so that stopping after any of them loses and doubles nothing:

1. what is about to be sent is written down with the link, together with the hub's own changes (one transaction);
2. it is sent, guarded by the etag;
3. the answer is written down (one transaction); after some fifty of them, what the remote kept is read back.

`cycle.recover` finishes what a crash left between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmsync.core.plan import Action
from crmsync.cycle.job import Job
from crmsync.cycle.prepare import prepare
from crmsync.cycle.readback import read_back
from crmsync.cycle.send import send
from crmsync.errors import Skip
from crmsync.store.collections_of import Collection

CHUNK = 50


def apply(job: Job, collection: Collection, actions: Sequence[Action], touched: Mapping[int, int]) -> None:
    """Does what the actions say. One that fails is left for the next cycle; the others go on.

    Raises what ends the whole account (`Retry`, `Halt`); everything done until then is written down.
    """
    done = 0
    for chunk in _chunks(actions):
        written: list[int] = []
        for step in prepare(job, collection, chunk, touched):
            try:
                link = send(job, collection, step)
                written += [] if link is None else [link]
            except Skip as error:
                job.result.failed += 1
                job.result.notes.append(f"{step.title}: {error}")
            done += 1
            job.progress(f"{job.account.name}: writing {collection.name}", done, len(actions))
        read_back(job, collection, written)


def _chunks(actions: Sequence[Action]) -> Iterator[Sequence[Action]]:
    for start in range(0, len(actions), CHUNK):
        yield actions[start : start + CHUNK]
