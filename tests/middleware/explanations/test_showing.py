"""Days, times, spans, lists and languages as the readers of each language know them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.model import Reason
from middleware.explanations import LANGUAGES, best_language, callee_zone, explain, moment, when_callable
from middleware.explanations.times import length, window
from tests.refusals import MONDAY_AT_NINE, a_refusal


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(days=30), "30 days"),
        (timedelta(days=365), "365 days"),
        (timedelta(days=3), "3 days"),
        (timedelta(days=2), "48 hours"),
        (timedelta(days=1), "24 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=72.5), "4350 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(), "0 hours"),
    ],
)
def test_a_span_is_exact_and_never_rounded_to_a_larger_unit(span: timedelta, said: str) -> None:
    assert length(span, "en") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "30 days"), ("da", "30 dage"), ("sv", "30 dygn"), ("de", "30 Tage"), ("nl", "30 dagen")],
)
def test_a_span_is_told_in_the_readers_language(language: str, said: str) -> None:
    assert length(timedelta(days=30), language) == said


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=5000)), st.sampled_from(LANGUAGES))
def test_every_span_can_be_told(span: timedelta, language: str) -> None:
    assert length(span, language)[0].isdigit()


@pytest.mark.parametrize(
    ("spelled", "language", "said"),
    [
        ("09:00-17:00", "en", "09:00–17:00"),
        ("09:00-17:00", "da", "09.00–17.00"),
        ("00:00-24:00", "da", "00.00–24.00"),
        ("20:00-24:00", "de", "20:00–24:00"),
    ],
)
def test_a_window_is_written_as_the_readers_write_times(spelled: str, language: str, said: str) -> None:
    assert window(spelled, language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_call_and_several_are_said_each_in_their_form(language: str) -> None:
    said = [explain(a_refusal(Reason.ATTEMPTS_CAP_REACHED, count=count), language).what for count in (1, 4)]

    assert said[0].replace("1", "4", 1) != said[1]


def test_hours_of_two_windows_and_of_none_are_told() -> None:
    both = explain(a_refusal(Reason.HOURS_OUTSIDE_WINDOW), "da").what
    none = explain(a_refusal(Reason.HOURS_OUTSIDE_WINDOW, windows=()), "da").what

    assert both.endswith("kl. 09.00–12.00 og 13.00–17.00.")
    assert none.endswith("Den dag må der slet ikke ringes.")


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        # both changes of the clock: the same wall clock twice, and none at all
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Berlin", "Sunday, 25 October 2026 at 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Berlin", "Sunday, 25 October 2026 at 02:30"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "Europe/Berlin", "Sunday, 28 March 2027 at 03:00"),
        (datetime(2026, 12, 31, 23, 59, 30, tzinfo=UTC), "UTC", "Friday, 1 January 2027 at 00:00 (UTC)"),
        (MONDAY_AT_NINE, "Pacific/Auckland", "Monday, 23 November 2026 at 21:00 (local time in Auckland)"),
        (MONDAY_AT_NINE, None, "Monday, 23 November 2026 at 08:00 (UTC)"),
        (MONDAY_AT_NINE, "no zone", "Monday, 23 November 2026 at 08:00 (UTC)"),
    ],
)
def test_an_instant_is_told_on_the_wall_clock_of_its_zone(at: datetime, zone: str | None, said: str) -> None:
    assert moment(at, "en", zone).startswith(said)


@pytest.mark.parametrize(
    ("callee", "zone"),
    [
        ("+4532123456", "Europe/Copenhagen"),
        ("+18002530000", None),  # toll-free: anywhere in North America
        ("112", None),
        (None, None),
    ],
)
def test_times_are_told_where_the_number_is_if_that_is_one_place(callee: str | None, zone: str | None) -> None:
    elsewhere = a_refusal(Reason.HOURS_OUTSIDE_WINDOW)
    nowhere = a_refusal(Reason.ATTEMPTS_TOO_SOON)

    assert callee_zone([nowhere, elsewhere], callee) == "Pacific/Auckland"
    assert callee_zone([nowhere], callee) == zone


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_answer_says_from_when_or_that_waiting_alone_is_not_enough(language: str) -> None:
    from_then = when_callable(MONDAY_AT_NINE, language, "Europe/Copenhagen")

    assert moment(MONDAY_AT_NINE, language, "Europe/Copenhagen") in from_then
    assert when_callable(None, language, None) not in from_then


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("da", "da"),
        ("da-DK, en", "da"),
        ("DE-at", "de"),
        ("fr, nl-BE, en", "nl"),
        ("fr", "en"),
        ("*", "en"),
        ("nb-NO, sv;q=0.8", "sv"),
        (",;, ,", "en"),
        ("\x00é", "en"),
    ],
)
def test_the_most_wanted_language_that_there_is_is_spoken(accepted: str | None, language: str) -> None:
    assert best_language(accepted) == language


def test_another_default_can_be_had() -> None:
    assert best_language("fr", default="da") == "da"
