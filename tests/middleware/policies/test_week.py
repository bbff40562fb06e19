import pytest

from middleware.decision.calendar import spell_windows
from middleware.policies.week import read_clock, read_week, within
from tests.builders import windows


def test_a_span_of_days_and_single_days_make_a_week_and_days_not_named_have_no_windows() -> None:
    week = read_week({"mon-wed": ["09:00-12:00", "13:00-17:00"], "fri": ["08:30-24:00"]})

    working = windows("09:00-12:00", "13:00-17:00")
    assert week == (working, working, working, (), windows("08:30-24:00"), (), ())


def test_a_day_may_be_named_to_say_that_it_has_no_windows() -> None:
    assert read_week({"sun": []})[6] == ()


@pytest.mark.parametrize(
    ("week", "why"),
    [
        ({"monday": ["09:00-17:00"]}, "names no days"),
        ({"fri-mon": ["09:00-17:00"]}, "names no days"),
        ({"Mon": ["09:00-17:00"]}, "names no days"),
        ({"mon-fri": ["09:00-17:00"], "wed": []}, "wed is named twice"),
        ({"mon": ["9:00-17:00"]}, "no time of day"),
        ({"mon": ["09:00"]}, "no time of day"),
        ({"mon": ["09:00 - 17:00"]}, "no time of day"),
        ({"mon": ["09:00-25:00"]}, "no time of day"),
        ({"mon": ["09:60-17:00"]}, "no time of day"),
        ({"mon": ["24:01-24:02"]}, "no time of day"),
        ({"mon": ["17:00-09:00"]}, "split a window at midnight"),
        ({"mon": ["09:00-09:00"]}, "closes before it opens"),
        ({"mon": ["09:00-13:00", "12:00-17:00"]}, "begins before the window ahead"),
        ({"mon": ["13:00-17:00", "09:00-12:00"]}, "begins before the window ahead"),
    ],
)
def test_a_week_that_cannot_be_read_is_refused_with_its_reason(week: dict[str, list[str]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_week(week)


@pytest.mark.parametrize(("clock", "minute"), [("00:00", 0), ("09:05", 545), ("23:59", 1439), ("24:00", 1440)])
def test_a_time_of_day_is_a_minute_of_the_day(clock: str, minute: int) -> None:
    assert read_clock(clock) == minute


def test_windows_are_spelled_as_they_are_read() -> None:
    assert spell_windows(read_week({"mon": ["09:00-12:05", "13:00-24:00"]})[0]) == "09:00-12:05, 13:00-24:00"
    assert spell_windows(()) == "none"


@pytest.mark.parametrize(
    ("inner", "outer", "is_within"),
    [
        ((), (), True),
        ((), ("09:00-17:00",), True),
        (("09:00-17:00",), ("09:00-17:00",), True),
        (("10:00-11:00", "15:00-16:00"), ("09:00-17:00",), True),
        (("08:59-10:00",), ("09:00-17:00",), False),
        (("16:00-17:01",), ("09:00-17:00",), False),
        (("09:00-17:00",), (), False),
        (("11:00-14:00",), ("09:00-12:00", "13:00-17:00"), False),
        (("11:00-14:00",), ("09:00-12:00", "12:00-17:00"), True),
    ],
)
def test_a_window_is_within_others_if_each_of_its_minutes_is(
    inner: tuple[str, ...], outer: tuple[str, ...], is_within: bool
) -> None:
    assert within(windows(*inner), windows(*outer)) is is_within
