"""The reason in the journal names the rule and the item, and can be read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.core.origin import Origin, read


@pytest.mark.parametrize(
    ("origin", "spelled"),
    [
        (Origin(), ""),
        (Origin("typed"), "typed"),
        (Origin("", "phone", "/book/ada.vcf"), "from phone: /book/ada.vcf"),
        (Origin("linked", "phone", "/a: from b"), "linked; from phone: /a: from b"),
    ],
)
def test_an_origin_is_spelled_for_people_and_read_by_programs(origin: Origin, spelled: str) -> None:
    assert origin.spelled() == spelled
    assert read(spelled) == origin


RULES = st.sampled_from(["", "linked", "conflict 7: remote", "both sides changed it, policy newest"])


@given(RULES, st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True), st.text(min_size=1))
def test_whatever_an_item_is_called_it_is_read_back(rule: str, account: str, item: str) -> None:
    assert read(Origin(rule, account, item).spelled()) == Origin(rule, account, item)
