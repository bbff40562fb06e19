"""Ids sort by their time, and a range of ids is exactly a range of time, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from middleware.store.ids import first_id_of, new_id, time_of

MILLISECOND = timedelta(milliseconds=1)
instants = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
# whole milliseconds are where rounding would go wrong
milliseconds = st.integers(0, 4_102_444_800_000).map(lambda n: datetime(1970, 1, 1, tzinfo=UTC) + n * MILLISECOND)


def floor(at: datetime) -> datetime:
    """The beginning of its millisecond."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


@given(instants | milliseconds)
def test_an_id_lies_within_the_range_of_its_millisecond_and_of_no_other(at: datetime) -> None:
    row_id = new_id(at)

    assert first_id_of(at) <= row_id < first_id_of(floor(at) + MILLISECOND)
    assert first_id_of(at) == first_id_of(floor(at))
    assert time_of(row_id) == floor(at)


@given(instants | milliseconds, instants | milliseconds)
def test_ids_of_different_milliseconds_sort_as_their_times_do(one: datetime, other: datetime) -> None:
    if floor(one) != floor(other):
        assert (new_id(one) < new_id(other)) == (one < other)


@given(milliseconds)
def test_the_first_id_is_the_smallest_that_a_uuid_of_this_kind_can_be(at: datetime) -> None:
    smallest = UUID(first_id_of(at))

    assert (smallest.version, smallest.variant) == (7, UUID(new_id(at)).variant)
    assert smallest.int & ~(0xFFFF_FFFF_FFFF << 80 | 0xF << 76 | 0b11 << 62) == 0


def test_ids_of_one_instant_are_all_different() -> None:
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    assert len({new_id(at) for _ in range(10_000)}) == 10_000
