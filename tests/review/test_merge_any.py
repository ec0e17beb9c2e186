"""Any two people are merged and taken apart again, after it was pushed: everything is as it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.model import Record, RecordType
from crmsync.values import Labelled, Value
from tests.core.field_values import LABELS
from tests.cycle.bench_of import Spoke
from tests.review.test_merge_records import Office, everything

# Spellings that mean the same, and entries that are there twice, need not come back as they were typed: none here.
WORDS = st.sampled_from(["Ada", "Byron", "sales", "two\nlines"])
MAILS = st.lists(st.sampled_from(["a@x.example", "b@x.example", "c@x.example"]), min_size=1, max_size=2, unique=True)
PEOPLE = st.fixed_dictionaries(
    {"name": st.just("Ada Byron")},
    optional={
        **dict.fromkeys(("note", "title", "department", "owner", "nickname"), WORDS),
        "emails": st.builds(lambda mails, label: tuple(Labelled(mail, label) for mail in mails), MAILS, LABELS),
        "categories": st.lists(st.sampled_from(["Friends", "VIP", "Press"]), min_size=1, max_size=2, unique=True).map(
            tuple
        ),
    },
)
FLAGS = st.sampled_from(["keep", "other", "both", "nobody"])


@settings(max_examples=12, deadline=None)
@given(PEOPLE, PEOPLE, FLAGS)
def test_a_merge_leaves_no_trace_once_it_is_taken_back(
    mine: dict[str, Value], theirs: dict[str, Value], flags: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        hub = Office(Path(folder))
        try:
            phone, tablet = Spoke(hub, "phone"), Spoke(hub, "tablet")
            with hub.typing() as tx:
                for id, fields in (("keep", mine), ("other", theirs)):
                    tx.records.create(Record(id, RecordType.CONTACT, fields))
                    if flags in (id, "both"):
                        tx.flags.set(1, [id], on=True)
            rest(phone, tablet)
            before = everything(hub, phone, tablet)
            hub.merge("keep", "other")
            rest(phone, tablet)
            hub.take_back("other")
            rest(phone, tablet)
            assert everything(hub, phone, tablet) == before
            assert hub.conflicts() == []
            assert hub.queue() == []
        finally:
            hub.store.close()


def rest(*spokes: Spoke) -> None:
    for _ in range(3):
        for spoke in spokes:
            assert spoke.sync().error is None
