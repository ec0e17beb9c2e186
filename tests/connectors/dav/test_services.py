"""Where a domain says that its services are, and which of that is believed."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from crmsync.connectors import registry
from crmsync.connectors.base import Step
from crmsync.connectors.dav import names
from crmsync.connectors.dav.reach import Reach, hosts
from crmsync.connectors.dav.services import domain_of, offers
from crmsync.errors import Unreachable, Untrusted
from tests.connectors.dav.name_server import FAILS, SILENT, NameServer

ACME = "acme.example"
CARDS, CALENDARS = f"_carddavs._tcp.{ACME}", f"_caldavs._tcp.{ACME}"
PLAIN = f"_carddav._tcp.{ACME}"


def asked(trust: str = "", *, plain: bool = False) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """What DNS offers, and the steps as they are told."""
    steps: list[Step] = []
    offered = offers(ACME, Reach(ACME, False, hosts(trust)), steps.append, plain=plain)
    return {offer.service: offer.starts for offer in offered}, [str(step) for step in steps]


def test_each_service_is_where_dns_says(dns_server: NameServer) -> None:
    dns_server.zone = {
        f"SRV {CARDS}": ["10 0 443 dav.acme.example.", "20 0 8443 old.acme.example."],
        f"TXT {CARDS}": ['"path=/cards/"'],
        f"SRV {CALENDARS}": ["0 0 443 acme.example."],
    }
    offered, steps = asked()
    assert offered == {
        "carddav": ("https://dav.acme.example/cards/", "https://old.acme.example:8443/cards/"),
        "caldav": ("https://acme.example/",),
    }
    assert steps == [
        f"SRV {CARDS} -> dav.acme.example:443, old.acme.example:8443",
        f"TXT {CARDS} -> path=/cards/",
        f"SRV {CALENDARS} -> acme.example:443",
    ]


def test_a_service_that_is_said_not_to_be_offered_is_told_from_one_that_is_not_mentioned(
    dns_server: NameServer,
) -> None:
    dns_server.zone = {f"SRV {CARDS}": ["0 0 0 ."]}
    offered, steps = asked()
    assert offered == {"carddav": ()}
    assert steps[:2] == [f"SRV {CARDS} -> not offered", f"SRV {CALENDARS} -> no"]


def test_services_without_tls_are_asked_for_only_where_the_user_typed_http(dns_server: NameServer) -> None:
    dns_server.zone = {f"SRV {PLAIN}": ["0 0 8080 dav.acme.example."]}
    assert asked()[0] == {}
    assert f"SRV {PLAIN}" not in dns_server.asked
    assert asked(plain=True)[0] == {"carddav": ("http://dav.acme.example:8080/",)}
    dns_server.zone[f"SRV {CARDS}"] = ["0 0 443 dav.acme.example."]
    assert asked(plain=True)[0] == {"carddav": ("https://dav.acme.example/",)}


@pytest.mark.parametrize(
    "stranger",
    [
        *("dav.provider.example", "badacme.example", "acme.example.evil.example", "127.0.0.1"),
        *("0x7f.1", "169.254.169.254"),
    ],
)
def test_a_target_outside_the_domain_is_refused_by_name_with_the_way_to_accept_it(
    dns_server: NameServer, stranger: str
) -> None:
    dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {stranger}."]}
    with pytest.raises(Untrusted, match=f"--set trust={stranger}") as caught:
        asked()
    assert ACME in str(caught.value)
    assert asked(stranger)[0] == {"carddav": (f"https://{stranger}/",)}


def test_all_strangers_are_named_at_once(dns_server: NameServer) -> None:
    dns_server.zone = {
        f"SRV {CARDS}": ["0 0 443 cards.provider.example."],
        f"SRV {CALENDARS}": ["0 0 443 calendars.provider.example."],
    }
    with pytest.raises(Untrusted, match=r"trust=cards\.provider\.example,calendars\.provider\.example"):
        asked()
    assert set(asked(".provider.example")[0]) == {"carddav", "caldav"}


def test_a_stranger_beside_a_host_of_the_domain_is_left_out(dns_server: NameServer) -> None:
    dns_server.zone = {f"SRV {CARDS}": ["0 0 443 evil.example.", "9 0 443 dav.acme.example."]}
    offered, steps = asked()
    assert offered == {"carddav": ("https://dav.acme.example/",)}
    assert "evil.example:443" in steps[0]


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "@evil.example/", "https://evil.example/x/", ".evil.example/", "\\@evil.example/", "?a#b"],
)
def test_no_path_changes_the_host(dns_server: NameServer, path: str) -> None:
    text = path.replace("\\", "\\\\")
    dns_server.zone = {f"SRV {CARDS}": ["0 0 443 dav.acme.example."], f"TXT {CARDS}": [f'"path={text}"']}
    (url,) = asked()[0]["carddav"]
    assert (urlsplit(url).hostname, urlsplit(url).query) == ("dav.acme.example", "")


@pytest.mark.parametrize(
    "target", ["a\\@evil.acme.example.", "a\\032b.acme.example.", "\\027[31m.acme.example.", "example."]
)
def test_a_target_that_is_no_host_name_is_none(dns_server: NameServer, target: str) -> None:
    dns_server.zone = {f"SRV {CARDS}": [f"0 0 443 {target}"]}
    assert asked()[0] == {}


def test_a_target_without_a_port_is_none(dns_server: NameServer) -> None:
    dns_server.zone = {f"SRV {CARDS}": ["0 0 0 dav.acme.example."]}
    assert asked()[0] == {}


@pytest.mark.parametrize("trouble", [SILENT, FAILS])
def test_where_no_name_server_answers_nothing_is_offered_and_nobody_is_asked_again(
    dns_server: NameServer, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "PATIENCE", 0.2)
    dns_server.zone = {f"SRV {CARDS}": trouble}
    offered, steps = asked()
    assert offered == {}
    assert len(steps) == 1
    assert steps[0].startswith(f"DNS {ACME} -> no answer of the name server")
    assert set(dns_server.asked) == {f"SRV {CARDS}"}


def test_a_name_server_that_falls_silent_between_the_services_hides_none_of_them(dns_server: NameServer) -> None:
    """Who chooses collections anew would else lose the calendars."""
    dns_server.zone = {f"SRV {CARDS}": ["0 0 443 dav.acme.example."], f"SRV {CALENDARS}": FAILS}
    with pytest.raises(Unreachable):
        asked()
    dns_server.zone[f"SRV {CARDS}"] = ["0 0 0 ."]
    assert asked()[0] == {"carddav": ()}


def test_a_path_or_a_hint_that_cannot_be_had_is_no_obstacle(dns_server: NameServer) -> None:
    dns_server.zone = {f"SRV {CARDS}": ["0 0 443 dav.acme.example."], f"TXT {CARDS}": FAILS}
    offered, steps = asked()
    assert offered == {"carddav": ("https://dav.acme.example/",)}
    assert steps[1].startswith(f"TXT {CARDS} -> no answer")
    dns_server.zone = {f"MX {ACME}": FAILS}
    assert asked()[0] == {}
    assert dns_server.asked[-1] == f"MX {ACME}"


def test_only_some_of_very_many_targets_are_tried(dns_server: NameServer) -> None:
    dns_server.zone = {f"SRV {CARDS}": [f"{n} 0 443 s{n}.acme.example." for n in range(100, 300)]}
    assert asked()[0]["carddav"] == tuple(f"https://s{n}.acme.example/" for n in range(100, 108))


def test_without_a_name_server_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(names.SERVER, "nonsense")
    offered, steps = asked()
    assert offered == {}
    assert "no name server" in steps[0]


@pytest.mark.parametrize(
    ("exchange", "told"),
    [
        ("aspmx.l.google.com.", "at Google: this version has no kind `google` yet"),
        ("acme-example.mail.protection.outlook.com.", "at Microsoft: this version has no kind `microsoft` yet"),
        ("mx01.mail.icloud.com.", "at Apple: add the account with the kind `icloud`"),
    ],
)
def test_who_takes_the_mail_tells_which_kind_would_do(
    dns_server: NameServer, exchange: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "kinds", lambda: ("dav",))
    dns_server.zone = {f"MX {ACME}": [f"10 {exchange}"]}
    assert asked()[1][-1] == f"MX {ACME} -> its mail is {told}"
    monkeypatch.setattr(registry, "kinds", lambda: ("dav", "google", "microsoft"))
    assert "add the account with the kind" in asked()[1][-1]


@pytest.mark.parametrize("exchange", ["mx.acme.example.", "notgoogle.com.", "google.com.evil.example."])
def test_other_mail_tells_nothing(dns_server: NameServer, exchange: str) -> None:
    dns_server.zone = {f"MX {ACME}": [f"10 {exchange}"]}
    assert [step for step in asked()[1] if step.startswith("MX")] == []


def test_a_stranger_that_has_a_kind_of_its_own_is_told_as_such(dns_server: NameServer) -> None:
    dns_server.zone = {f"SRV {CARDS}": ["0 0 443 google.com."]}
    with pytest.raises(Untrusted, match="It belongs to Google"):
        asked()


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("anna@acme.example", ACME),
        ("ACME.example", ACME),
        ("acme.example.", ACME),
        ("acme.example/", ACME),
        ("https://acme.example", ACME),
        ("http://acme.example/", ACME),
        ("anna@müller.example", "xn--mller-kva.example"),
        ("https://acme.example/dav/", ""),
        ("https://acme.example:8443", ""),
        ("acme.example:8443", ""),
        ("acme.example/dav", ""),
        ("localhost", ""),
        ("127.0.0.1", ""),
        ("https://[::1]/", ""),
        (f"anna@{'x' * 70}.example", ""),
        ("anna@ü..example", ""),
    ],
)
def test_dns_is_asked_only_about_domains(address: str, domain: str) -> None:
    assert domain_of(address) == domain
