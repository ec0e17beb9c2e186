"""The contract of a connector, kept against real servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmsync.connectors.base import Connector, Secret, Settings
from crmsync.connectors.dav import DavConnector
from tests.contract.suite import Backend, ConnectorContract
from tests.live.servers import PASSWORD, USER, Server

pytestmark = [pytest.mark.live, pytest.mark.timeout(60)]
_ENDINGS = {"vcard": ".vcf", "ical": ".ics"}


class DavBackend(Backend):
    """One new collection on a real server; the account is set up with its very address."""

    def __init__(self, server: Server, format: str) -> None:
        self.server, self.format = server, format
        self.collection = server.collection(format)

    def connect(self) -> Connector:
        url = f"http://127.0.0.1:{self.server.port}{self.collection}"
        return DavConnector(Settings(url, USER, Secret(PASSWORD)))

    def put(self, name: str, raw: bytes) -> str:
        href = f"{self.collection}{name}{_ENDINGS[self.format]}"
        self.server.put(href, raw, self.format)
        return href

    def edit(self, href: str, raw: bytes) -> None:
        self.server.put(href, raw, self.format)

    def remove(self, href: str) -> None:
        self.server.delete(href)

    def raw(self, href: str) -> bytes | None:
        return self.server.get(href)


_NEITHER = {
    "test_one_bad_item_does_not_stop_the_others": "both servers refuse an item that cannot be read",
    "test_a_read_only_collection_says_so_and_refuses_every_write": "neither server was set up with rights",
}


_RADICALE = {
    **_NEITHER,
    "test_uids_from_elsewhere_may_hold_any_character": "Radicale 3.9 stores what vobject writes: a UID ends at a comma",
}


class TestXandikosCards(ConnectorContract):
    exempt = _NEITHER

    @pytest.fixture
    def backend(self, at_xandikos: Server) -> Iterator[Backend]:
        yield DavBackend(at_xandikos, self.format)


class TestXandikosEvents(TestXandikosCards):
    format = "ical"


class TestRadicaleCards(ConnectorContract):
    exempt = _RADICALE

    @pytest.fixture
    def backend(self, at_radicale: Server) -> Iterator[Backend]:
        yield DavBackend(at_radicale, self.format)


class TestRadicaleEvents(TestRadicaleCards):
    format = "ical"
