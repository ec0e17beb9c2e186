"""How many different people have one number, mailbox or name: what many have says little about each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import chain

from crmsync.core.probe import Profile

MANY = 3
"""A number or mailbox of as many people is a switchboard's, a desk's or a family's."""
COMMON = 5
"""As many records with one name make it say less."""


class Spread:
    """Gathered from the records that are compared. Copies of one person count once for a number, not for a name."""

    def __init__(self, shared: Collection[str] = ()) -> None:
        """`shared`: mail and phone keys of which it is known that very many records have them."""
        self._known = shared
        self._owners: dict[str, set[tuple[str, ...]]] = {}
        self._names: Counter[tuple[str, ...]] = Counter()

    def add(self, profile: Profile) -> None:
        """Counts one record."""
        who = profile.names[0].words if profile.names else tuple(profile.organizations)
        for key in chain(profile.emails, profile.phones):
            owners = self._owners.setdefault(key, set())
            if len(owners) < MANY:
                owners.add(who)
        for name in profile.names:
            self._names[name.words] += 1

    def shared(self, profile: Profile) -> Collection[str]:
        """Those of its mail and phone keys that many people have."""
        return [
            key
            for key in chain(profile.emails, profile.phones)
            if key in self._known or len(self._owners.get(key, ())) >= MANY
        ]

    def common(self, profile: Profile) -> bool:
        """Whether many records have its name."""
        return any(self._names[name.words] >= COMMON for name in profile.names)
