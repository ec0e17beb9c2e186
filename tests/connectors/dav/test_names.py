"""What DNS says of a domain, asked of a real name server on loopback."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from crmsync.connectors.dav import names
from crmsync.connectors.dav.names import Names, Target
from crmsync.errors import Unreachable
from tests.connectors.dav.name_server import CUT, FAILS, RUBBISH, SILENT, NameServer

CARDS = "_carddavs._tcp.acme.example"


def test_targets_stand_by_priority_and_then_by_weight(dns_server: NameServer) -> None:
    dns_server.zone[f"SRV {CARDS}"] = [
        "20 50 443 backup.acme.example.",
        "10 1 443 light.acme.example.",
        "10 9 8443 Heavy.ACME.example.",
        "10 1 443 light.acme.example.",
    ]
    assert Names().services(CARDS) == (
        Target("heavy.acme.example", 8443),
        Target("light.acme.example", 443),
        Target("backup.acme.example", 443),
    )


def test_a_dot_says_that_there_is_no_such_service(dns_server: NameServer) -> None:
    dns_server.zone[f"SRV {CARDS}"] = ["0 0 0 ."]
    assert Names().services(CARDS) == (Target("", 0),)


def test_names_that_are_not_there_and_names_of_something_else_say_nothing(dns_server: NameServer) -> None:
    dns_server.zone[f"TXT {CARDS}"] = ['"v=1"']
    asking = Names()
    assert (asking.services(CARDS), asking.path(CARDS), asking.mail("acme.example")) == ((), "", ())


@pytest.mark.parametrize(
    ("records", "path"),
    [
        (['"path=/dav/"'], "/dav/"),
        (['"v=1" "PATH=/dav/" "path=/second/"'], "/dav/"),
        (['"other=/x/"'], ""),
        (['"path"'], ""),
        (['"path=/a=b/"'], "/a=b/"),
        (['"path=/\\255/"'], "/\udcff/"),
    ],
)
def test_the_path_is_one_of_the_strings_of_a_text(dns_server: NameServer, records: list[str], path: str) -> None:
    dns_server.zone[f"TXT {CARDS}"] = records
    assert Names().path(CARDS) == path


def test_who_takes_the_mail_is_told_in_lower_case(dns_server: NameServer) -> None:
    dns_server.zone["MX acme.example"] = ["10 ASPMX.L.Google.com."]
    assert Names().mail("acme.example") == ("aspmx.l.google.com",)


def test_an_answer_too_long_for_a_datagram_comes_by_tcp(dns_server: NameServer) -> None:
    dns_server.zone[f"SRV {CARDS}"] = CUT
    assert Names().services(CARDS) == ()
    assert dns_server.asked == [f"SRV {CARDS}"] * 2


@pytest.mark.parametrize("trouble", [SILENT, FAILS, RUBBISH])
def test_a_name_server_in_trouble_is_unreachable_and_soon(
    dns_server: NameServer, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "PATIENCE", 0.2)
    dns_server.zone[f"SRV {CARDS}"] = trouble
    with pytest.raises(Unreachable, match="name server"):
        Names().services(CARDS)


def test_all_questions_together_have_an_end(dns_server: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = Names()
    asking.services(CARDS)
    monkeypatch.setattr(time, "monotonic", lambda: asking._end)
    with pytest.raises(Unreachable, match="too long"):
        asking.services(CARDS)
    assert len(dns_server.asked) == 1


@pytest.mark.parametrize("name", [f"{'x' * 64}.example", "a..b"])
def test_a_name_that_dns_cannot_hold_is_no_crash(dns_server: NameServer, name: str) -> None:
    with pytest.raises(Unreachable):
        Names().services(name)


@pytest.mark.parametrize("server", ["nonsense", "127.0.0.1:port"])
def test_a_name_server_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setenv(names.SERVER, server)
    with pytest.raises(Unreachable, match="no name server"):
        Names()


def test_a_sync_does_not_load_the_resolver() -> None:
    """Discovery alone needs it, and it takes a while to load."""
    code = """
import sys
from crmsync.connectors.base import Settings
from crmsync.connectors.dav import DavConnector
from crmsync.errors import Unreachable
with DavConnector(Settings("http://127.0.0.1:1/dav/")) as client:
    try:
        client.collections()
    except Unreachable:
        pass
sys.exit("dns" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
