"""The first agreement between a record and an item that nobody has synced before.

Linking never overwrites what the CRM holds: its values win, empty fields are filled from the item, lists are joined.
The answer is a base (see `core.merge`), so the very next merge does exactly that, with no conflict to ask about.
"""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.core.keys import same
from crmsync.core.merge import Lost, Ruling
from crmsync.model import Side
from crmsync.values import Fields, Value, is_list


@dataclass(frozen=True, slots=True)
class Adoption:
    """`base` is what to pretend both had agreed on; `lost` the item's values that will give way to the CRM's."""

    base: Fields
    lost: tuple[Lost, ...]


def adopt(crm: Fields, remote: Fields) -> Adoption:
    """The agreement from which a merge fills the CRM's gaps and brings the CRM's values to the remote."""
    base: dict[str, Value] = {}
    lost: list[Lost] = []
    for name in sorted(crm.keys() & remote.keys()):
        mine, theirs = crm[name], remote[name]
        if same(name, mine, theirs):
            base[name] = mine
        elif not is_list(name):
            base[name] = theirs
            lost.append(Lost(name, Side.REMOTE, theirs, Ruling.OVERRULED, "linked: the CRM's value stays"))
    return Adoption(base, tuple(lost))
