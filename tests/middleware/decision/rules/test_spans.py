from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.rules.spans import Span, day_begins_somewhere, standing
from tests.builders import NOON, utc

INSTANT = timedelta(microseconds=1)


def at(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def span(begins: int, ends: int | None) -> Span:
    return at(begins), None if ends is None else at(ends)


@pytest.mark.parametrize(
    ("spans", "holds", "changes_at"),
    [
        ((), False, None),
        ((span(0, None),), True, None),
        ((span(0, 2),), True, at(2)),
        ((span(-2, 0),), False, None),
        ((span(1, 2), span(3, None)), False, at(1)),
        ((span(1, 1), span(3, 2)), False, None),  # neither ever holds
        ((span(-1, 2), span(1, 3)), True, at(3)),  # one takes over from the other
        ((span(-1, 2), span(2, 3)), True, at(3)),
        ((span(-1, 1), span(2, 3)), True, at(1)),
        ((span(-1, 2), span(1, None)), True, None),
    ],
)
def test_of_several_spans_one_has_to_hold(spans: tuple[Span, ...], holds: bool, changes_at: datetime | None) -> None:
    assert standing(spans, NOON) == (holds, changes_at)


a_span = st.tuples(st.integers(-4, 4), st.one_of(st.none(), st.integers(-4, 6))).map(lambda pair: span(*pair))


@given(st.lists(a_span, max_size=4))
def test_nothing_changes_before_the_moment_that_is_named(spans: list[Span]) -> None:
    def held(hour: int) -> bool:
        return any(begins <= at(hour) and (ends is None or at(hour) < ends) for begins, ends in spans)

    holds, changes_at = standing(tuple(spans), NOON)

    assert holds == held(0)
    assert changes_at == next((at(hour) for hour in range(1, 12) if held(hour) != holds), None)


def test_a_recorded_day_has_begun_once_it_has_begun_anywhere() -> None:
    assert day_begins_somewhere(utc("2026-03-06 00:00").date()) == utc("2026-03-05 10:00")  # on Kiritimati, UTC+14
