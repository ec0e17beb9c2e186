"""One spelling for every href, and no href that leads to another server."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.connectors.dav.hrefs import at, normal, origin, resolve, within, without_secret
from crmsync.errors import Untrusted


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/b/a.vcf", "/b/a.vcf"),
        ("/b/a%40b.vcf", "/b/a@b.vcf"),
        ("/b/%7Eanna", "/b/~anna"),
        ("/b/a b.vcf", "/b/a%20b.vcf"),
        ("/b/Zoë.vcf", "/b/Zo%C3%AB.vcf"),
        ("/b/zo%c3%ab.vcf", "/b/zo%C3%AB.vcf"),
        ("/b/%E9.vcf", "/b/%E9.vcf"),
        ("/b/a%2fb.vcf", "/b/a%2Fb.vcf"),
        ("/b/100%25.vcf", "/b/100%25.vcf"),
        ("//b///a.vcf", "/b/a.vcf"),
        ("https://example.org:8443/b/a.vcf", "/b/a.vcf"),
        ("/b/a.vcf?x=1#y", "/b/a.vcf"),
        ("", ""),
    ],
)
def test_equal_hrefs_get_one_spelling(href: str, path: str) -> None:
    assert normal(href) == path


@given(st.text())
def test_the_spelling_of_a_spelling_is_itself(href: str) -> None:
    once = normal("/" + href)
    assert normal(once) == once


def test_a_long_href_takes_no_time() -> None:
    started = time.process_time()
    assert normal("/" + "a" * 100_000 + " ").endswith("a%20")
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/x/a.vcf", "/x/a.vcf"),
        ("a.vcf", "/b/a.vcf"),
        (" a.vcf\n", "/b/a.vcf"),
        ("@evil.example/a.vcf", "/b/@evil.example/a.vcf"),
        (".evil.example/a.vcf", "/b/.evil.example/a.vcf"),
        (":1234/a.vcf", "/b/:1234/a.vcf"),
        ("//evil.example/a.vcf", "/evil.example/a.vcf"),
        ("https://evil.example/a.vcf", "/a.vcf"),
        ("http://[bad", ""),
        ("", ""),
    ],
)
def test_an_href_in_an_answer_is_a_path_of_that_server(href: str, path: str) -> None:
    assert within("/b/", href) == path


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_no_href_makes_another_host(href: str) -> None:
    for path in (href, within("/b/", href)):
        assert urlsplit(at("https://dav.example.org", path)).netloc == "dav.example.org"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Example.ORG:443/x", "https://example.org"),
        ("http://u:p@example.org:80/x", "http://example.org"),
        ("http://example.org:5232", "http://example.org:5232"),
        ("http://[::1]:5232/x", "http://[::1]:5232"),
    ],
)
def test_an_origin_has_no_more_than_scheme_host_and_unusual_port(url: str, expected: str) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize("href", ["http://[bad/", "http://example.org:99999/", "//[x", "http://e:port/"])
def test_what_is_no_address_leads_nowhere(href: str) -> None:
    with pytest.raises(Untrusted):
        resolve("https://dav.example.org/", href)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://anna:secret@example.org/x", "https://example.org/x"),
        ("https://anna:se@cret@example.org", "https://example.org"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("http://u:secret@[bad", "http://[bad"),
    ],
)
def test_no_url_is_shown_with_the_secret_in_it(url: str, shown: str) -> None:
    assert without_secret(url) == shown
