"""How long a phone rings: no longer than the policy allows whatever Twilio adds, and no shorter than it asks for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.model import Basis, Origin, PolicyProblem, Reason
from middleware.services.ring_time import RING_BUFFER, SHORTEST_RING, ring_seconds, timeout_from, twilio_timeout
from tests.builders import NOON, ORIGIN, some_policy

SECOND = timedelta(seconds=1)

TIMEOUTS = [
    # asked, most, least, sent
    (None, 30, None, 25),
    (10, 30, None, 10),
    (25, 30, None, 25),
    (26, 30, None, 25),
    (600, 30, None, 25),
    (3, 30, None, 3),
    (0, 30, None, 1),
    (None, 12, None, 7),
    (None, 11, None, 6),
    (None, 10, None, 5),
    (None, 9, None, 5),
    (None, 4, None, 4),
    (None, 30, 15, 25),
    (14, 30, 15, 15),
    (15, 30, 15, 15),
    (16, 30, 15, 16),
    (3, 30, 15, 15),
    (60, 18, 15, 15),
    (None, 18, 15, 15),
    (None, 15, 15, 15),
    (60, 12, 15, 12),
    (None, None, None, 5),
]


@pytest.mark.parametrize(("asked", "most", "least", "sent"), TIMEOUTS)
def test_the_timeout_sent_to_twilio(asked: int | None, most: int | None, least: int | None, sent: int) -> None:
    assert twilio_timeout(asked, most, least) == sent


@given(
    asked=st.none() | st.integers(0, 600),
    most=st.integers(1, 120),
    least=st.none() | st.integers(1, 120),
)
def test_whatever_a_dialer_asks_for_a_phone_rings_within_the_policys_bounds(
    asked: int | None, most: int, least: int | None
) -> None:
    sent = twilio_timeout(asked, most, least)

    assert 1 <= sent <= most
    assert least is None or sent >= min(least, most)
    # Twilio's slack is left to it wherever the least, and what Twilio can be asked for, leave room
    assert sent + RING_BUFFER <= max(most, (least or 0) + RING_BUFFER, SHORTEST_RING + RING_BUFFER)
    assert asked is None or sent <= max(asked, least or 1)


LAW, CODE = (Origin(basis, "A test's own figure.", "country DK") for basis in (Basis.LAW, Basis.CODE))
OWN = Origin(Basis.RECOMMENDED, "The campaign's own figure.", "campaign spring")


@pytest.mark.parametrize(("origin", "least"), [(LAW, 15), (CODE, 15), (OWN, 15), (ORIGIN, None)])
def test_the_least_binds_unless_it_is_merely_recommended_for_the_country(origin: Origin, least: int | None) -> None:
    policy = replace(some_policy(), ring_at_least=15 * SECOND, ring_at_least_origin=origin)

    assert ring_seconds(policy, NOON) == (30, least)


def test_the_bounds_are_those_in_force_when_the_call_is_made() -> None:
    changes_at = NOON + timedelta(days=30)
    then = replace(some_policy(ring_timeout=20 * SECOND), ring_at_least=15 * SECOND, ring_at_least_origin=LAW)
    policy = replace(some_policy(ring_timeout=30 * SECOND), changes_at=changes_at, successor=then)

    assert ring_seconds(policy, changes_at - SECOND) == (30, None)
    assert ring_seconds(policy, changes_at) == (20, 15)


@pytest.mark.parametrize(
    ("seconds_left", "least", "most"),
    [(60, None, 30), (30, None, 30), (29.5, None, 29), (10, None, 10), (0.5, None, 1), (10, 15, 15), (20, 15, 20)],
)
def test_a_phone_is_silent_when_its_window_closes_unless_it_must_ring_longer(
    seconds_left: float, least: int | None, most: int
) -> None:
    policy = some_policy()
    if least is not None:
        policy = replace(policy, ring_at_least=least * SECOND, ring_at_least_origin=LAW)

    assert ring_seconds(policy, NOON, NOON + seconds_left * SECOND) == (most, least)


def test_without_a_policy_nothing_is_said_of_ringing() -> None:
    assert ring_seconds(PolicyProblem(Reason.NUMBER_COUNTRY_CLOSED, "closed"), NOON) == (None, None)


@pytest.mark.parametrize(
    ("seconds_left", "asked", "most", "least", "sent"),
    [
        (60, None, 30, None, 25),  # nothing but the policy bounds it
        (12, None, 30, None, 7),  # what is left of the permit, less Twilio's slack
        (3, None, 30, None, 3),
        (0, None, 30, None, 1),
        (3, 20, 30, 15, 15),  # where the law asks for a least time, that goes first
        (60, 10, 30, None, 10),
    ],
)
def test_a_call_that_waited_for_its_turn_rings_no_longer_than_its_permit(
    seconds_left: int, asked: int | None, most: int, least: int | None, sent: int
) -> None:
    assert timeout_from(NOON, NOON + timedelta(seconds=seconds_left), asked, most, least) == sent
