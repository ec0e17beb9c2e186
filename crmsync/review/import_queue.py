"""The import queue: what each found item is to become (M1.2). All of a person's decisions about it, in one place."""

from __future__ import annotations

from crmsync.admission.sorting import Done, assign, bring_in, leave_out
from crmsync.review.linking import accept, link, weigh

__all__ = ["Done", "accept", "assign", "bring_in", "leave_out", "link", "weigh"]
