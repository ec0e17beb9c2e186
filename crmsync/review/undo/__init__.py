"""Taking a run back: a decision, a bulk decision, a sync, also after it was pushed.

Nothing is rewound. What the run changed in the hub becomes new changes of the hub, and the next cycle brings them to
the remotes as it brings any edit, guarded by etags. What was edited after the run stays and is told. The undo is a run
itself, so it can be taken back in turn: that is the redo.

| module    | what it takes back                                                            |
|-----------|-------------------------------------------------------------------------------|
| take_back | a run: in which order the others do their part                                |
| made      | records that the run made                                                     |
| decisions | whatever a decision changed beside the fields of records, by kind             |
| merges    | (what a merge between the run and now means for it)                           |
| links     | which item is which record                                                    |
| rows      | what was said about items of the queue                                        |
| settings  | saved filters, rules for the queue, and users                                 |
| answers   | answers to conflicts                                                          |
| policies  | what was said to be done with conflicts from now on                           |
| values    | fields, and deletions of records                                              |
| items     | items that the run made or removed at a remote                                |
| changes   | (what the run changed, read from the journal and the write log)               |
| outcome   | (what an undo did, and what stayed)                                           |
"""

from __future__ import annotations

from crmsync.review.undo.outcome import Survivor, Undone
from crmsync.review.undo.take_back import undo, undoable

__all__ = ["Survivor", "Undone", "undo", "undoable"]
