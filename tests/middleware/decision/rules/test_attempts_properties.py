"""Caps and rests against their plainest reading, with made-up histories."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.decision.model import CallFacts, Cap, Outcome, PastAttempt, Verdict
from middleware.decision.rules.attempts import in_flight, spacing
from middleware.decision.rules.caps import caps
from tests.builders import NOON, a_cap, some_facts, some_policy
from tests.strategies import past_attempts

attempts = st.lists(past_attempts(NOON), max_size=6)
a_window = st.one_of(st.none(), st.integers(1, 100).map(lambda hours: timedelta(hours=hours)))
some_caps = st.lists(st.builds(a_cap, st.integers(1, 4), a_window), min_size=1, max_size=3)
rests = st.integers(0, 100).map(lambda hours: timedelta(hours=hours))
rests_by_outcome = st.dictionaries(st.sampled_from(Outcome), rests, max_size=4)


def is_used_up(cap: Cap, past: list[PastAttempt], now: datetime) -> bool:
    """By counting whoever is younger than the window."""
    return sum(1 for one in past if cap.window is None or now - one.reserved_at < cap.window) >= cap.count


@settings(max_examples=300, deadline=None)
@given(attempts, some_caps)
def test_caps_refuse_and_clear_exactly_as_counting_says(past: list[PastAttempt], given_caps: list[Cap]) -> None:
    facts, policy = some_facts(attempts=past), some_policy(caps=given_caps)
    verdict = caps(facts, policy)

    used_up = [cap for cap in given_caps if is_used_up(cap, past, NOON)]
    # a cap clears when an attempt leaves its window, so these are all the moments to try
    moments = sorted(one.reserved_at + cap.window for one in past for cap in used_up if cap.window)
    clears = (at for at in moments if at > NOON and not any(is_used_up(cap, past, at) for cap in used_up))
    assert (verdict.reason is not None) == bool(used_up)
    assert verdict.not_before == (next(clears, None) if used_up else None)
    for at in moments:  # exactly when an attempt leaves
        is_refused = caps(replace(facts, now=at), policy).reason is not None
        assert is_refused == any(is_used_up(cap, past, at) for cap in given_caps)


def is_stricter(after: Verdict, before: Verdict) -> bool:
    """A refusal stays one, and its wait becomes no shorter."""
    if before.reason is None:
        return True
    if after.reason is None:
        return False
    return after.not_before is None or (before.not_before is not None and after.not_before >= before.not_before)


@settings(max_examples=300, deadline=None)
@given(attempts, past_attempts(NOON, latest=timedelta(hours=1)), rests, rests_by_outcome, some_caps)
def test_one_more_attempt_makes_no_rule_milder(
    past: list[PastAttempt],
    more: PastAttempt,
    rest: timedelta,
    by_outcome: dict[Outcome, timedelta],
    given_caps: list[Cap],
) -> None:
    policy = some_policy(spacing=rest, spacing_after=by_outcome, caps=given_caps)
    before, after = some_facts(attempts=past), some_facts(attempts=[*past, more])

    assert is_stricter(spacing(after, policy), spacing(before, policy))
    assert is_stricter(caps(after, policy), caps(before, policy))
    assert is_stricter(in_flight(after, policy), in_flight(before, policy))


@settings(max_examples=300, deadline=None)
@given(attempts, rests, rests_by_outcome)
def test_rest_and_flight_end_at_the_moment_they_name_and_not_before(
    past: list[PastAttempt], rest: timedelta, by_outcome: dict[Outcome, timedelta]
) -> None:
    policy = some_policy(spacing=rest, spacing_after=by_outcome)
    facts = some_facts(attempts=past)

    def resting(at: datetime) -> bool:
        now: CallFacts = replace(facts, now=at)
        return in_flight(now, policy).reason is not None or spacing(now, policy).reason is not None

    verdicts = (in_flight(facts, policy), spacing(facts, policy))
    waits = [verdict.not_before for verdict in verdicts if verdict.reason is not None]
    named = [wait for wait in waits if wait is not None]
    assert resting(NOON) == bool(waits)
    if named:
        assert resting(max(named) - timedelta(microseconds=1))
    if len(named) < len(waits):
        assert resting(NOON + timedelta(days=1000))
