"""Where a value came from, as the journal's reason spells it: the rule that decided, and the item that held it.

`conflict 7: remote; from phone: /book/ada.vcf` for people and programs alike. An account's name has no colon in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPELLED = re.compile(r"(?:(?P<rule>.*?); )?from (?P<account>[^\s:]+): (?P<item>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Origin:
    """`account` and `item` are empty for what did not come out of an item, `rule` where nothing had to be decided."""

    rule: str = ""
    account: str = ""
    item: str = ""

    def spelled(self) -> str:
        """The reason for the journal."""
        if not self.account:
            return self.rule
        place = f"from {self.account}: {self.item}"
        return f"{self.rule}; {place}" if self.rule else place


def read(reason: str) -> Origin:
    """Reads `spelled` back; any other reason is a rule alone."""
    found = _SPELLED.fullmatch(reason)
    return Origin(reason) if found is None else Origin(found["rule"] or "", found["account"], found["item"])
