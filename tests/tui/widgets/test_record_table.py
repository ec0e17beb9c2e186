"""How the columns of a list share the room there is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crmsync_tui.widgets.record_table import Column, _fitted

columns = st.lists(st.builds(Column, st.just("x"), st.integers(1, 30), st.integers(0, 5)), min_size=1, max_size=8)


@given(columns, st.integers(1, 300))
def test_columns_fill_the_room_and_never_more(some: list[Column], room: int) -> None:
    widths = _fitted(some, room)
    taken = sum(widths) + 2 * (len(some) - 1)
    least = len(some) + 2 * (len(some) - 1)
    assert taken <= max(room, least)
    assert min(widths) >= 1
    if any(column.share for column in some) and room >= least:
        assert taken == room


def test_where_there_is_too_little_the_widest_that_grow_give_way_first() -> None:
    some = [Column("sync", 4), Column("name", 18, 4), Column("phone", 12, 1)]
    assert _fitted(some, 38) == [4, 18, 12]
    assert _fitted(some, 43) == [4, 22, 13]
    assert _fitted(some, 30) == [4, 11, 11]
    assert _fitted(some, 16) == [4, 4, 4]
