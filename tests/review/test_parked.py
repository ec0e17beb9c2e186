"""What is set aside: faults of one kind together, and trying again."""

from __future__ import annotations

import pytest

from crmsync.errors import Usage
from crmsync.review.parked import alike, drop, faults, kind_of, retry
from tests.cycle.bench_of import Hub
from tests.store.content import STAMP, add_collection


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('line 88: VAT number "IT123" is too short', 'line 9: VAT number "IT4" is too short', True),
        ("PUT /book/a.vcf: 413 too large", "PUT /book/b%20c.vcf: 413 too large", True),
        ("anna@acme.example is no address", "ben@ode.example is no address", True),
        ("it answered 403: no", "it answered 507: no", False),
        ("it ends before END:VCARD", "it ends before END:VEVENT", False),
    ],
)
def test_two_faults_are_of_one_kind_when_only_their_particulars_differ(one: str, other: str, same: bool) -> None:
    assert (kind_of(one) == kind_of(other)) is same


def test_all_of_one_kind_are_tried_again_or_dropped_together(hub: Hub) -> None:
    with hub.store.transaction(STAMP) as tx:
        book = add_collection(tx)
        reasons = ("line 1: no name", "line 22: no name", "too large", "line 3: no name")
        ids = [tx.parked.put(book.id, f"/{n}", None, reason, b"x") for n, reason in enumerate(reasons)]
        assert [(one.fault, list(one.ids)) for one in faults(tx)] == [
            ("line ... no name", [ids[0], ids[1], ids[3]]),
            ("too large", [ids[2]]),
        ]
        assert retry(tx, alike(tx, ids[:1])) == 3
        assert [one.id for one in tx.parked.list(retry=True)] == [ids[0], ids[1], ids[3]]
        with pytest.raises(Usage, match="no such parked item"):
            retry(tx, [4711])
        assert drop(tx, [ids[2]]) == []
        assert [one.fault for one in faults(tx)] == ["line ... no name"]
