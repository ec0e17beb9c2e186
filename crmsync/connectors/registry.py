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
    points = {(point.value, _origin(point)): point for point in entry_points(group=GROUP, name=kind)}
    if not points:
        raise BadConfig(f'there is no kind of account "{kind}"', next_step=f"There are: {', '.join(kinds())}")
    if len(points) > 1:
        rivals = ", ".join(sorted(f"{value} from {origin}" for value, origin in points))
        raise BadConfig(f"more than one package offers it: {rivals}", thing=kind, next_step="Uninstall all but one")
    return next(iter(points.values()))


def _load(point: EntryPoint) -> type[Connector]:
    offer = f"{point.value} from {_origin(point)}"
    try:
        found = point.load()
    except Exception as error:  # whatever a stranger's module does when it is imported, the account is named
        raise BadConfig(
            f"the connector {offer} cannot be loaded: {type(error).__name__}: {error}",
            thing=point.name,
            next_step="Install or update that package",
        ) from error
    if not (isinstance(found, type) and issubclass(found, Connector)):
        raise BadConfig(f"{offer} is no connector", thing=point.name, next_step="Report it to its authors")
    return found


def _origin(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown package"
