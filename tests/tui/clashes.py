"""Homes with conflicts in them, made by real cycles against a remote in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmsync.model import Policy
from crmsync.values import Value
from tests.cycle.bench_of import BOOK, Hub, Spoke, settled
from tests.tui.stage import Crm

LINES = {"note": "NOTE", "title": "TITLE", "nickname": "NICKNAME", "birthday": "BDAY", "department": "ORG"}


def hub_of(crm: Crm, policy: Policy | None = None) -> tuple[Hub, Spoke]:
    """The store of the stage, and a phone that is in step with it."""
    hub = Hub(crm.folder, crm.home.store)
    return hub, Spoke(hub, "phone", policy=policy)


def there(phone: Spoke, record: str, changes: Mapping[str, str]) -> None:
    """Somebody edits the item of a record at the phone: one line for each field."""
    href = next(href for href in phone.hrefs() if record in href)
    names = tuple(LINES[field] for field in changes)
    lines = [line for line in _unfolded(phone.text(href)) if not line.startswith(names)]
    new = [f"{LINES[field]}:{_value(field, value)}" for field, value in changes.items()]
    phone.remote.edit(BOOK, href, "\r\n".join([*lines[:-2], *new, *lines[-2:]]).encode())


def _value(field: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")
    return f"Firm;{escaped}" if field == "department" else escaped


def _unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def clash(
    crm: Crm,
    people: Sequence[tuple[Mapping[str, Value], Mapping[str, Value], Mapping[str, str]]],
    policy: Policy | None = None,
) -> tuple[list[str], Hub, Spoke]:
    """People as both sides know them, as the CRM changes them, and as the phone does; synced until all is asked."""
    hub, phone = hub_of(crm, policy)
    ids = [hub.add(**agreed) for agreed, _, _ in people]
    settled(phone)
    for id, (_, here, elsewhere) in zip(ids, people, strict=True):
        if elsewhere:
            there(phone, id, elsewhere)
        if here:
            hub.set(id, **here)
    phone.sync()
    return ids, hub, phone
