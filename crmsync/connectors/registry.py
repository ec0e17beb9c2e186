"""Which kinds of account there are. Ours are found like anybody else's: by entry points in `crmsync.connectors`."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from crmsync.connectors.base import Connector, Settings
from crmsync.errors import BadConfig

GROUP = "crmsync.connectors"


def kinds() -> tuple[str, ...]:
    """The names of all kinds, sorted. Imports none of them."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def create(kind: str, settings: Settings) -> Connector:
    """A connector of this kind; only its own module is imported.

    Raises `BadConfig` for an unknown kind, for two distributions that offer the same one, for one whose code cannot be
    loaded or is no connector, and for settings the connector cannot read.
    """
    return _load(_only(kind))(settings)


def _only(kind: str) -> EntryPoint:
    points = list(entry_points(group=GROUP, name=kind))
    if not points:
        raise BadConfig(f'there is no kind of account "{kind}"', next_step=f"There are: {', '.join(kinds())}")
    rivals = {_offer(point) for point in points} if len(points) > 1 else ()
    if len(rivals) > 1:
        named = ", ".join(sorted(rivals))
        raise BadConfig(f"more than one package offers it: {named}", thing=kind, next_step="Uninstall all but one")
    return points[0]


def _load(point: EntryPoint) -> type[Connector]:
    try:
        found = point.load()
    except Exception as error:  # whatever a stranger's module does when it is imported, the account is named
        raise BadConfig(
            f"the connector {_offer(point)} cannot be loaded: {type(error).__name__}: {error}",
            thing=point.name,
            next_step="Install or update that package",
        ) from error
    if not (isinstance(found, type) and issubclass(found, Connector)):
        raise BadConfig(f"{_offer(point)} is no connector", thing=point.name, next_step="Report it to its authors")
    return found


def _offer(point: EntryPoint) -> str:
    """What it is and whose. Reads the package's description, so only where a person is told."""
    return f"{point.value} from {point.dist.name if point.dist is not None else 'an unknown package'}"
