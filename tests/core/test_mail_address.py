"""Mail addresses: desks, and domains that everybody shares."""

from __future__ import annotations

import pytest

from crmsync.core.mail_address import company_domain, is_shared


def test_a_desk_has_many_readers_and_a_person_one() -> None:
    assert is_shared("info@acme.example")
    assert is_shared("no-reply@acme.example")
    assert not is_shared("anna@acme.example")


@pytest.mark.parametrize(
    ("address", "domain"), [("a@acme.example", "acme.example"), ("a@gmail.com", ""), ("a@seznam.cz", ""), ("anna", "")]
)
def test_a_domain_is_a_companys_unless_everybody_may_have_it(address: str, domain: str) -> None:
    assert company_domain(address) == domain
