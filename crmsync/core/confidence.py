"""From which score on a match is how sure."""

from __future__ import annotations

from crmsync.model import Confidence

STRONG, MEDIUM, LOW = 80, 50, 20
BEST = 100
"""No match scores more."""


def confidence(score: int) -> Confidence:
    """How sure a score is."""
    if score >= STRONG:
        return Confidence.STRONG
    if score >= MEDIUM:
        return Confidence.MEDIUM
    return Confidence.LOW if score >= LOW else Confidence.NONE
