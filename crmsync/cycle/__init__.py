"""One cycle of one account: recover, pull, match, reconcile, guard, apply. The only package that knows all parts.

| module    | what it does                                                                     |
|-----------|----------------------------------------------------------------------------------|
| recover   | finishes what a cycle that was cut off has left                                  |
| intake    | the remote's changes into the mirror, page by page                               |
| triage    | each new item: ours, known, queued, parked, or none of our business              |
| suggest   | the queue's suggestions, and the guard of first contact                          |
| arrival   | what a person's rules make of new items                                          |
| choose    | what the account's filter selects                                                |
| gather    | which pairs of record and item need a decision                                   |
| mails     | how many mails to participants of meetings each action could cause         |
| hold      | what the guard holds back, and what a person said about it                       |
| apply     | the plan, one action at a time (prepare, send, readback)                         |
| put_back  | items whose link was undone                                                      |
| eject     | apart from any cycle: removes from a remote what we wrote there                  |
"""

from __future__ import annotations

from crmsync.cycle.eject import Ejected, eject
from crmsync.cycle.job import record_of, uid_of
from crmsync.cycle.rules import Clock, Enrolment, Progress, Rules, RunResult, Tally
from crmsync.cycle.run import run

__all__ = [
    "Clock",
    "Ejected",
    "Enrolment",
    "Progress",
    "Rules",
    "RunResult",
    "Tally",
    "eject",
    "record_of",
    "run",
    "uid_of",
]
