"""Changing the config file as a person would: one value, while comments, order and all else stay as they are.

What comes out is read and checked before it is written, and must say what was said before but for that one value; so a
layout that tomlkit does not understand as we do is refused, never spoiled.
"""

from __future__ import annotations

import fcntl
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmsync.config_file import parse
from crmsync.core.plan import Budgets
from crmsync.errors import BadConfig, Usage
from crmsync.home import write_private
from crmsync.model import OnConflict, OnDelete

_BY_HAND = "Edit the file by hand, see `python -m pydoc crmsync.config`"
_CHOICES, _DELETIONS = tuple(OnConflict), tuple(OnDelete)


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that the file can say. `default` holds where it does not; `choices` are all there are, if any."""

    key: str
    default: object
    choices: tuple[str, ...] = ()


def settings() -> tuple[Setting, ...]:
    """What the file can say for every account, in the order of a reader."""
    usual = Budgets()
    limits = {"deletes": usual.deletes, "blanked": usual.blanked, "field": usual.field}
    return (
        Setting("region", ""),
        Setting("user", ""),
        Setting("policy.on_conflict", OnConflict.ASK.value, _CHOICES),
        Setting("policy.on_delete", OnDelete.ASK.value, _DELETIONS),
        *(
            Setting(f"budgets.{name}.{part}", getattr(limit, part))
            for name, limit in limits.items()
            for part in ("floor", "share")
        ),
        Setting("daemon.every", "15m"),
        Setting("daemon.push_after", "5s"),
        Setting("daemon.quiet_hours", ""),
        Setting("daemon.drop_folder", ""),
        Setting("tui.theme", ""),
        Setting("tui.marks", "unicode", ("unicode", "ascii")),
        Setting("tui.language", "", ("", "en", "it")),
    )


def of_key(key: str) -> Setting:
    """The setting of a key, also of those that only a field, an account or a binding has: they have no default."""
    known = next((one for one in settings() if one.key == key), None)
    if known is not None:
        return known
    parts = _parts(key)
    policy = parts[:1] == ["policy"] or parts[:1] == ["accounts"]
    if policy and (parts[-1] == "on_conflict" or parts[-2:-1] == ["fields"]):
        return Setting(key, None, _CHOICES)
    if policy and parts[-1] == "on_delete":
        return Setting(key, None, _DELETIONS)
    return Setting(key, None)


def read(path: Path) -> str:
    """The text of the file; empty where there is none. Raises `BadConfig`."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise BadConfig("it is not UTF-8 text", thing=str(path), next_step="Save it as UTF-8") from error
    except OSError as error:
        raise BadConfig(f"it cannot be read: {error.strerror}", thing=str(path)) from error


def said(text: str, path: Path) -> dict[str, object]:
    """Every value in the text, by its key and in its order. Raises `BadConfig` for what is no TOML."""
    return dict(_flat(_loaded(text, path), ()))


def value_of(text: str, path: Path, key: str) -> object:
    """What the text says under a key, which may be a table; `None` for nothing. Raises `BadConfig`, `Usage`."""
    return _at(_loaded(text, path), _parts(key))


def set_value(path: Path, key: str, value: str) -> None:
    """Writes a value into the file. Raises `BadConfig` or `Usage` when it cannot be; nothing was written then."""
    _rewrite(path, lambda text: with_value(text, path, key, value))


def unset(path: Path, key: str) -> None:
    """Takes a value out of the file, so that the default holds. Raises `BadConfig`, `Usage`."""
    _rewrite(path, lambda text: without(text, path, key))


def with_value(text: str, path: Path, key: str, value: str) -> str:
    """The text with another value under a key.

    A value is TOML (`10`, `true`, `["a", "b"]`, `"10"`) or, where that is not accepted, a text as it stands.
    Raises `BadConfig` for one that the file cannot have there, `Usage` for a key that is none.
    """
    parts = _parts(key)
    refused: BadConfig | None = None
    for one in _readings(value):
        try:
            return _checked(text, _put(text, path, parts, one), path, parts, one)
        except BadConfig as error:
            refused = refused or error
    assert refused is not None
    raise refused


def without(text: str, path: Path, key: str) -> str:
    """The text without what stands under a key. Raises `Usage` when nothing does."""
    import tomlkit

    parts = _parts(key)
    if _at(_loaded(text, path), parts) is None:
        raise Usage("the config file does not say it, so there is nothing to take out", thing=key)
    document: Any = tomlkit.parse(text)
    table = document
    for part in parts[:-1]:
        table = table[part]
    del table[parts[-1]]
    return _checked(text, tomlkit.dumps(document), path, parts, None)


def _parts(key: str) -> list[str]:
    """`accounts."my.work".export` as its words."""
    words: list[str] = []
    try:
        found: Any = tomllib.loads(f"{key} = 0") if key.isprintable() else {}
    except tomllib.TOMLDecodeError:
        found = {}
    while isinstance(found, dict) and len(found) == 1:
        ((word, found),) = found.items()
        words.append(word)
    if found != 0 or not words or "=" in key:
        raise Usage("this is no key", thing=key, next_step="Keys look like policy.on_conflict or accounts.work.export")
    return words


def _readings(value: str) -> Iterator[object]:
    try:
        found = tomllib.loads(f"x = {value}")
    except tomllib.TOMLDecodeError:
        found = {}
    if found.keys() == {"x"}:
        yield found["x"]
    yield value


def _put(text: str, path: Path, parts: Sequence[str], value: object) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError
    from tomlkit.items import InlineTable

    _loaded(text, path)
    document: Any = tomlkit.parse(text)
    table = document
    try:
        for n, part in enumerate(parts[:-1], 2):
            if part not in table:
                inside = isinstance(table, InlineTable)
                table[part] = tomlkit.inline_table() if inside else tomlkit.table(is_super_table=n < len(parts))
            table = table[part]
            if not isinstance(table, dict):
                raise BadConfig(f"{part} is no table there", thing=".".join(parts), next_step=_BY_HAND)
        table[parts[-1]] = value
        return tomlkit.dumps(document)
    except (ValueError, TypeError, TOMLKitError) as error:  # of layouts that tomlkit does not write
        raise _out_of_reach(parts) from error


def _checked(before: str, after: str, path: Path, parts: Sequence[str], value: object) -> str:
    """`after`, when it can be used and differs from `before` in this one value only."""
    wanted, found = _loaded(before, path), _loaded(after, path)
    _pruned(_place(wanted, parts, value))
    if wanted != _pruned(found):
        raise _out_of_reach(parts)
    parse(after.encode(), path)
    return after


def _out_of_reach(parts: Sequence[str]) -> BadConfig:
    return BadConfig("it stands where crmsync cannot change it", thing=".".join(parts), next_step=_BY_HAND)


def _place(tree: dict[str, Any], parts: Sequence[str], value: object) -> dict[str, Any]:
    at = tree
    for part in parts[:-1]:
        at = at.setdefault(part, {})
    if value is None:
        del at[parts[-1]]
    else:
        at[parts[-1]] = value
    return tree


def _pruned(tree: dict[str, Any]) -> dict[str, Any]:
    """Without tables that say nothing: they come and go with their last value."""
    for name, value in list(tree.items()):
        if isinstance(value, dict) and not _pruned(value):
            del tree[name]
    return tree


def _loaded(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(str(error), thing=str(path), next_step="Mend that line, see https://toml.io") from error


def _at(tree: Mapping[str, Any], parts: Sequence[str]) -> object:
    found: Any = tree
    for part in parts:
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def _flat(tree: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, (*above, name))
        else:
            yield ".".join(_word(part) for part in (*above, name)), value


def _word(part: str) -> str:
    """A word of a key as TOML writes it."""
    import tomlkit

    return (
        part
        if part.isascii() and part.replace("-", "").replace("_", "").isalnum()
        else tomlkit.string(part).as_string()
    )


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    """Reads, changes and replaces the file, one of us at a time. A link to it stays a link."""
    real = path.resolve()
    with _alone_in(real.parent):
        text = read(real)
        after = change(text)
        if after != text:
            write_private(real, after)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise BadConfig(f"{error.strerror}", thing=str(folder), next_step="Run `crmsync init`") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
