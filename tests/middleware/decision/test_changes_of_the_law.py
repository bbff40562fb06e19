"""A change of the law that is known ahead rules from its moment on, in every answer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from middleware.decision.engine import decide
from middleware.decision.model import Policy, Reason
from tests.builders import NOON, a_cap, a_consent_gate, an_attempt, some_facts, some_hours, some_policy, some_week, utc

INSTANT, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
OPEN_ALWAYS = some_hours(week=some_week("00:00-24:00", weekend=["00:00-24:00"]))


def changing(at: str, before: Policy, after: Policy) -> Policy:
    return replace(before, changes_at=utc(at), successor=after)


OPT_IN = changing("2026-03-04 14:00", some_policy(), some_policy(gates=[a_consent_gate()], digest="e" * 64))


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        (utc("2026-03-04 14:00") - INSTANT, []),
        (utc("2026-03-04 14:00"), [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        (utc("2026-03-04 14:00") + INSTANT, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
    ],
)
def test_the_new_figures_rule_from_their_moment_on(now: object, reasons: list[Reason]) -> None:
    decision = decide(some_facts(now=now), OPT_IN)  # type: ignore[arg-type]

    assert [verdict.reason for verdict in decision.refusals] == reasons


def test_a_decision_names_the_policy_as_a_whole_whichever_part_of_it_ruled() -> None:
    assert decide(some_facts(now=NOON + 3 * HOUR), OPT_IN).policy_digest == OPT_IN.digest


def test_a_permit_ends_when_the_law_changes_at_the_latest() -> None:
    assert decide(some_facts(), OPT_IN).permitted_until == utc("2026-03-04 14:00")


def test_nobody_is_told_to_wait_for_a_moment_that_the_new_law_forbids() -> None:
    busy = an_attempt(utc("2026-03-04 11:00"), ended_at=utc("2026-03-04 11:00"))
    three_hours = replace(OPT_IN, spacing=replace(OPT_IN.spacing, default=3 * HOUR))

    assert decide(some_facts(attempts=[busy]), three_hours).not_before is None
    assert decide(some_facts(attempts=[busy]), some_policy(spacing=3 * HOUR)).not_before == utc("2026-03-04 14:00")


def test_who_may_not_be_called_yet_may_be_once_a_milder_law_rules() -> None:
    milder = changing("2026-03-06 09:30", some_policy(gates=[a_consent_gate()]), some_policy())

    assert decide(some_facts(), milder).not_before == utc("2026-03-06 09:30")


def test_the_hours_of_the_new_law_are_waited_for() -> None:
    milder = changing("2026-03-04 20:00", some_policy(), some_policy(hours=OPEN_ALWAYS))

    assert decide(some_facts(now=utc("2026-03-04 18:00")), milder).not_before == utc("2026-03-04 20:00")


def test_a_cap_that_the_new_law_raises_is_free_when_it_begins_to_rule() -> None:
    before, after = some_policy(caps=[a_cap(1)]), some_policy(caps=[a_cap(2)])
    facts = some_facts(attempts=[an_attempt(NOON - 2 * DAY)])

    assert decide(facts, changing("2026-03-06 09:00", before, after)).not_before == utc("2026-03-06 09:00")


def test_of_several_changes_the_latest_that_has_come_rules() -> None:
    second = changing("2026-03-06 00:00", some_policy(gates=[a_consent_gate()]), some_policy())
    both = changing("2026-03-05 00:00", some_policy(), second)

    answers = [decide(some_facts(now=NOON + day * DAY), both).is_permitted for day in range(3)]

    assert answers == [True, False, True]
    assert decide(some_facts(now=NOON + DAY), both).not_before == utc("2026-03-06 08:00")
