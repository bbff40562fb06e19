"""Moments that people name: with an offset, to come, and near enough to mean them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.errors import InvalidRequest
from middleware.services.instants import FURTHEST, check_ahead, read_instant
from tests.builders import NOON

TUESDAY = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_text", "meant"),
    [
        ("2026-11-24T16:30:00+01:00", TUESDAY),
        ("2026-11-24T15:30:00Z", TUESDAY),
        ("2026-11-24t15:30:00z", TUESDAY),
        ("2026-11-24T15:30:00-00:00", TUESDAY),
        ("2026-11-24T10:00:00.25-05:30", TUESDAY + timedelta(milliseconds=250)),
        ("2026-11-25T01:00:00.000000001+09:30", TUESDAY),
        (None, None),
    ],
)
def test_a_moment_is_read_by_its_offset(given_text: str | None, meant: datetime | None) -> None:
    assert read_instant(given_text, "at") == meant


@pytest.mark.parametrize(
    "given_text",
    [
        "2026-11-24T16:30:00", "2026-11-24T16:30", "2026-11-24T16:30+01:00", "2026-11-24", "tuesday", "",
        "2026-11-24 16:30:00+01:00", "20261124T163000+0100", "2026-W48-2T16:30:00+01:00", "2026-11-24T16:30:00+01",
        "2026-11-31T16:30:00+01:00", "2026-02-29T16:30:00Z", "2026-11-24T24:30:00Z", "2026-11-24T16:30:00+25:00",
        "2026-11-24T16:30:60Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", " 2026-11-24T16:30:00Z",
        "2026-11-24T16:30:00Z\n", "२०२६-11-24T16:30:00Z", 1764000000, True, ["2026-11-24T16:30:00Z"], {},
    ],
)  # fmt: skip
def test_what_is_no_moment_or_has_no_offset_is_named_with_an_example(given_text: object) -> None:
    with pytest.raises(InvalidRequest, match=r"2026-11-24T16:30:00\+01:00") as raised:
        read_instant(given_text, "callback_at")

    assert raised.value.field == "callback_at"


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)), st.integers(-1439, 1439))  # noqa: DTZ001
def test_every_moment_that_python_writes_is_read_back(at: datetime, minutes: int) -> None:
    aware = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert read_instant(aware.isoformat(), "at") == aware


@given(st.text(max_size=40))
def test_any_other_text_is_refused_and_never_breaks(text: str) -> None:
    try:
        at = read_instant(text, "at")
    except InvalidRequest:
        return
    assert at is not None
    assert at.tzinfo is UTC


NOW = NOON + timedelta(microseconds=400_000)


@pytest.mark.parametrize(
    ("at", "complaint"),
    [
        (NOON - timedelta(microseconds=1), "past"),
        (NOON - timedelta(days=400), "past"),
        (NOW + FURTHEST + timedelta(microseconds=1), "ten years"),
    ],
)
def test_a_moment_in_the_past_or_out_of_reach_is_refused(at: datetime, complaint: str) -> None:
    with pytest.raises(InvalidRequest, match=complaint):
        check_ahead(at, NOW, "at")


@pytest.mark.parametrize("at", [NOON, NOW, NOW + timedelta(days=1), NOW + FURTHEST])
def test_the_second_that_has_begun_and_all_that_is_to_come_may_be_asked_about(at: datetime) -> None:
    check_ahead(at, NOW, "at")
