"""What somebody with a limited view may see, as SQL conditions: the one place where scope meets the tables.

A record is seen when its type and its owner are. An account is seen when it is that of somebody whose records are, and
so is what was imported from files, which is nobody's. An item is seen when its account is, and it is not the item of a
record that is not. What is not seen is not there: not by id, not in a list, not in a count. The conditions bind no
parameters, so they fit into any statement; the names in them are spelled as hexadecimal digits and can close no quote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmsync.core.selection import UserView

_ALL = "1"


@dataclass(frozen=True, slots=True)
class Sight:
    """The conditions for one user; `None` and a user who sees all have conditions that always hold."""

    user: UserView | None = None

    @property
    def limited(self) -> bool:
        """Whether anything is kept from this user."""
        return self.user is not None

    def row(self, alias: str) -> str:
        """Whether a row of `records` is seen: `core.selection.sees`, in SQL. The `+` keeps the order of lists."""
        if self.user is None:
            return _ALL
        types = f"+{alias}.type IN ({_listed(str(kind) for kind in self.user.types)})"
        if self.user.owners is None:
            return types
        return f"{types} AND coalesce(json_extract({alias}.fields, '$.owner'), '') IN ({_listed(self.user.owners)})"

    def record(self, id: str) -> str:
        """Whether the record with this id is there and seen."""
        if self.user is None:
            return _ALL
        return f"EXISTS (SELECT 1 FROM records s_r WHERE s_r.id = {id} AND {self.row('s_r')})"

    def account(self, id: str) -> str:
        """Whether the account with this id is seen."""
        if self.user is None or self.user.owners is None:
            return _ALL
        return f"{id} IN (SELECT s_a.id FROM accounts s_a WHERE {self._mine(self.user.owners)})"

    def account_named(self, name: str) -> str:
        """Whether the account of this name is there and seen; `account` for what knows names only."""
        if self.user is None:
            return _ALL
        mine = self._mine(self.user.owners) if self.user.owners is not None else _ALL
        return f"{name} IN (SELECT s_a.name FROM accounts s_a WHERE {mine})"

    def collection(self, id: str) -> str:
        """Whether the account of the collection with this id is seen."""
        if self.user is None or self.user.owners is None:
            return _ALL
        return f"EXISTS (SELECT 1 FROM collections s_c WHERE s_c.id = {id} AND {self.account('s_c.account')})"

    def item(self, collection: str, href: str) -> str:
        """Whether the item is seen; also for what a remote refused, which is known by the id of its record."""
        if self.user is None:
            return _ALL
        linked = f"""EXISTS (SELECT 1 FROM links s_l JOIN records s_r ON s_r.id = s_l.record
            WHERE s_l.collection = {collection} AND s_l.href = {href} AND s_l.href <> '' AND NOT ({self.row("s_r")}))"""
        refused = f"EXISTS (SELECT 1 FROM records s_r WHERE s_r.id = {href} AND NOT ({self.row('s_r')}))"
        return f"{self.collection(collection)} AND NOT {linked} AND NOT {refused}"

    @staticmethod
    def _mine(owners: Iterable[str]) -> str:
        users = f"SELECT s_u.id FROM users s_u WHERE s_u.name IN ({_listed(owners)})"
        return f"(s_a.kind = 'files' OR s_a.user IN ({users}))"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(f"CAST(x'{text.encode('utf-8', 'surrogatepass').hex()}' AS TEXT)" for text in sorted(texts))
