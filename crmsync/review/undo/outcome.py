"""What an undo did, and what stayed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Survivor:
    """Something that was edited after the run and therefore stays. `field` is `""` for a record or item as a whole."""

    record: str
    field: str
    reason: str


@dataclass(slots=True)
class Undone:
    """What an undo did: fields put back, records removed or restored, decisions taken back, and what stayed.

    `policies` says of each policy what is done by it from now on.
    """

    run: int
    fields: int = 0
    removed: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    decisions: int = 0
    items: int = 0
    policies: list[str] = field(default_factory=list)
    survived: list[Survivor] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Everything that was put back."""
        return self.fields + len(self.removed) + len(self.restored) + self.decisions + self.items

    @property
    def reason(self) -> str:
        """What the journal says of every change that the undo makes."""
        return f"undo of run {self.run}"

    def stays(self, record: str, field: str, reason: str) -> None:
        """Tells of something that is not put back."""
        self.survived.append(Survivor(record, field, reason))
