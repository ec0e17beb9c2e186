"""Where an account may go: not to strangers, and to private addresses only where the user named the host."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from crmsync.connectors.base import Secret, Settings, Traffic
from crmsync.connectors.dav import DavConnector, discovery, reach
from crmsync.connectors.dav.full_wire import FullWire
from crmsync.connectors.dav.reach import Reach, is_public
from crmsync.connectors.dav.session import Session
from crmsync.connectors.dav.wire import PlainWire
from crmsync.errors import Unreachable, Untrusted
from tests.connectors.dav.directory import Directory
from tests.connectors.dav.stage import Heard, Told, multistatus, stage

PRIVATE = (
    *("127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "192.88.99.1", "198.18.0.1"),
    *("::1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "3fff::1"),
    # IPv4 in IPv6: mapped, compatible, translated, NAT64 (the last of one's own), 6to4, Teredo, ISATAP
    *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b::10.0.0.1"),
    *("64:ff9b:1::8.8.8.8", "2002:7f00:1::1", "2001:0:1:2:3:4:80ff:fffe", "2a00::5efe:10.0.0.1"),
)
PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00::5efe:8.8.8.8")
HOST = "dav.acme.example"


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_only_we_can_reach_is_private_in_any_disguise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_what_is_no_address_is_not_public() -> None:
    assert not is_public("example.org")


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every address that somebody tried to connect to; none of them answers."""
    seen: list[str] = []

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        seen.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    class Watched(socket.socket):
        pass

    Watched.connect = connect  # type: ignore[method-assign,assignment]
    monkeypatch.setattr(socket, "socket", Watched)
    yield seen
    monkeypatch.undo()


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("address", PRIVATE)
def test_no_answer_leads_to_a_private_address(
    scheme: str, address: str, directory: Directory, tried: list[str]
) -> None:
    directory.answers[HOST] = [["93.184.216.34", address]]
    for wire in (
        PlainWire(f"{scheme}://{HOST}", ("anna", "pw"), "", public=True),
        lambda: FullWire(f"{scheme}://{HOST}", ("anna", "pw"), "", digest=True, public=True),
    ):
        with pytest.raises(Untrusted, match=f"trust={HOST}"):
            (wire() if callable(wire) else wire).exchange("PROPFIND", "/", b"", {})
    assert tried == []


def test_the_address_that_was_looked_at_is_the_one_that_is_used(directory: Directory, tried: list[str]) -> None:
    """A name server may give another answer the second time, which nobody would look at."""
    directory.answers[HOST] = [["93.184.216.34", "2606:2800:220:1::1"], ["127.0.0.1"]]
    with pytest.raises(Unreachable):
        PlainWire(f"https://{HOST}", None, "", public=True).exchange("PROPFIND", "/", b"", {})
    assert tried == ["93.184.216.34", "2606:2800:220:1::1"]


@pytest.mark.parametrize("digest", [False, True])
def test_a_host_without_an_address_is_unreachable(digest: bool, directory: Directory) -> None:
    with pytest.raises(Unreachable):
        wire = FullWire(f"https://{HOST}", None, "", digest=True, public=True) if digest else None
        (wire or PlainWire(f"https://{HOST}", None, "", public=True)).exchange("PROPFIND", "/", b"", {})


def test_behind_a_proxy_names_are_the_proxys_and_addresses_are_still_looked_at(
    monkeypatch: pytest.MonkeyPatch, directory: Directory
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    directory.answers["10.0.0.1"] = [["10.0.0.1"]]
    FullWire(f"https://{HOST}", None, "", digest=False, public=True).close()
    with pytest.raises(Untrusted):
        FullWire("https://10.0.0.1", None, "", digest=False, public=True)


@pytest.mark.parametrize("named", ["127.0.0.1", "localhost"])
def test_a_private_host_that_the_user_typed_is_asked(named: str) -> None:
    with stage(lambda _: Told(404)) as at, DavConnector(Settings(f"http://{named}:{at.port}/x/")) as client:
        assert client.collections() == ()
        assert at.heard


@pytest.mark.parametrize(
    ("trust", "asked"), [("", False), (".acme.example", False), ("dav.acme.example", True), ("other.example", False)]
)
def test_a_host_below_the_one_that_was_set_up_may_be_private_only_if_it_was_named(
    trust: str, asked: bool, directory: Directory
) -> None:
    def play(heard: Heard) -> Told:
        return multistatus(f"<response><href>{heard.path}</href></response>")

    with stage(play) as at:
        directory.answers[HOST] = [["127.0.0.1"]]
        where = Reach("acme.example", True, tuple(filter(None, trust.split(","))))
        session = Session("anna", Secret("pw"), Traffic(), where, "")
        with contextlib.nullcontext() if asked else pytest.raises(Untrusted, match="private"):
            session.send("PROPFIND", f"http://{HOST}:{at.port}/")
        session.close()
        assert bool(at.heard) is asked


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("acme.example", True),
        ("dav.acme.example", True),
        ("badacme.example", False),
        ("acme.example.evil.example", False),
        ("example", False),
        ("shard.example", False),
        ("p1.shard.example", True),
        ("one.example", True),
    ],
)
def test_who_is_known_is_below_what_was_set_up_or_confirmed(host: str, known: bool) -> None:
    assert Reach("acme.example", False, (".shard.example", "one.example")).knows(host) is known
    assert not Reach().knows(host)


@pytest.mark.parametrize(
    ("typed", "host", "private"),
    [
        ("http://[::1]:8080/", "::1", True),
        ("https://NAS.Example/dav/", "nas.example", True),
        ("nas.example.", "nas.example", True),
        ("https://müller.example/", "müller.example", True),
        ("müller.example", "xn--mller-kva.example", True),
        ("https://anna@nas.example/", "nas.example", True),
        ("anna@nas.example", "nas.example", False),
        ("nas.example", "dav.nas.example", False),
    ],
)
def test_a_host_was_named_in_whatever_spelling(typed: str, host: str, private: bool) -> None:
    assert discovery.reach(typed, "").may_be_private(host) is private


def test_the_domain_of_a_mail_address_is_not_the_name_of_a_server() -> None:
    assert not Reach("acme.example", named=False).may_be_private("acme.example")
    assert Reach("acme.example", named=True).may_be_private("acme.example")


def test_a_public_host_is_asked_like_any_other(monkeypatch: pytest.MonkeyPatch, directory: Directory) -> None:
    monkeypatch.setattr(reach, "is_public", lambda _: True)
    directory.answers[HOST] = [["127.0.0.1"]]
    with stage(lambda _: Told(204)) as at:
        wire = PlainWire(f"http://{HOST}:{at.port}", ("anna", "pw"), "", public=True)
        assert wire.exchange("PROPFIND", "/x", b"", {}).status == 204
        wire.close()
    assert [heard.headers["host"] for heard in at.heard] == [f"{HOST}:{at.port}"]
