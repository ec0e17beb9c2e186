"""Hypothesis strategies for fields: small alphabets, so that values meet again in another spelling."""

from __future__ import annotations

from hypothesis import strategies as st

from crmsync.core.fieldmap import mapped
from crmsync.model import RecordType
from crmsync.values import SHAPES, Address, Labelled, Participant, Shape, Value

TEXTS = st.text("aB é\nø.", min_size=1, max_size=8).filter(lambda text: bool(text.strip()))
LABELS = st.sampled_from(["", "work", "home"])
REACH = st.sampled_from(["a@x.example", "A@X.example", "+39 02 5550001", "+39025550001", "https://x.example/", "x"])
LABELLED = st.builds(Labelled, REACH, LABELS, st.booleans())
ADDRESSES = st.builds(Address, street=st.sampled_from(["Via Roma 1", "VIA ROMA  1", "Am Markt 2"]), label=LABELS)
PARTICIPANTS = st.builds(
    Participant, st.sampled_from(["a@x.example", "A@x.example", ""]), st.sampled_from(["Anna", ""])
)

_BY_SHAPE: dict[Shape, st.SearchStrategy[Value]] = {
    Shape.TEXT: TEXTS,
    Shape.FLAG: st.booleans(),
    Shape.NUMBER: st.integers(0, 3),
    Shape.TEXTS: st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    Shape.LABELLED: st.lists(LABELLED, min_size=1, max_size=3).map(tuple),
    Shape.ADDRESSES: st.lists(ADDRESSES, min_size=1, max_size=3).map(tuple),
    Shape.PARTICIPANTS: st.lists(PARTICIPANTS, min_size=1, max_size=3).map(tuple),
}


def values(field: str) -> st.SearchStrategy[Value]:
    """Values a field can hold."""
    return _BY_SHAPE[SHAPES[field]]


def fields_among(names: frozenset[str]) -> st.SearchStrategy[dict[str, Value]]:
    """Some of these fields, filled."""
    return st.fixed_dictionaries({}, optional={name: values(name) for name in sorted(names)})


def records(record_type: RecordType) -> st.SearchStrategy[dict[str, Value]]:
    """Any fields of a record, those that never leave the CRM among them."""
    return fields_among(mapped(record_type) | {"owner", "stage", "organization", "given", "family"})
