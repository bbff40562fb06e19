"""What readings of the store's clock tell: how far it is from ours, and whether it went back."""

from datetime import timedelta

import pytest

from middleware.services.certification.clock_readings import ClockReading, backward_steps, farthest
from tests.builders import NOON


def reading(began: float, store: float, *, took: float = 0.01, ahead: float = 0.0) -> ClockReading:
    """Read in `took` seconds, at `began` by the monotonic clock; `ahead` is this machine's error."""
    before = NOON + timedelta(seconds=began + ahead)
    return ClockReading(began, began + took, before, before + timedelta(seconds=took), NOON + timedelta(seconds=store))


@pytest.mark.parametrize(
    ("readings", "apart"),
    [
        ([], 0.0),
        ([reading(1.0, 1.0), reading(1.0, 1.01)], 0.0),
        ([reading(1.0, 1.005), reading(2.0, 4.51)], 2.5),
        ([reading(1.0, 0.5)], 0.5),
        ([reading(1.0, 1.005, ahead=3.0)], 2.995),
        ([reading(1.0, 1.9, took=1.0)], 0.0),
    ],
)
def test_only_what_lies_outside_the_time_of_the_reading_is_a_difference(
    readings: list[ClockReading], apart: float
) -> None:
    assert farthest(readings) == pytest.approx(timedelta(seconds=apart), abs=timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("readings", "steps"),
    [
        ([], 0),
        ([reading(1.0, 1.0), reading(2.0, 2.0), reading(3.0, 2.0)], 0),
        ([reading(1.0, 1.0), reading(2.0, 0.999)], 1),
        ([reading(2.0, 0.999), reading(1.0, 1.0)], 1),
        ([reading(1.0, 1.0), reading(2.0, 0.5), reading(3.0, 0.9), reading(4.0, 1.1)], 2),
        # of two readings that overlap, either may have been answered first
        ([reading(1.0, 1.4, took=0.5), reading(1.2, 1.3, took=0.5)], 0),
    ],
)
def test_a_later_reading_with_an_earlier_time_is_a_step_back(readings: list[ClockReading], steps: int) -> None:
    assert backward_steps(readings) == steps
