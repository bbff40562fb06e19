"""Facts and policies written as text are read back the same, and written in one way only."""

import hashlib
import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from middleware.decision.model import (
    CalendarSpan,
    CalleeFacts,
    CallerIdBar,
    CallerIdRules,
    Consent,
    NumberKind,
    Outcome,
    Policy,
    RegionalHours,
    Scope,
    Subject,
)
from middleware.encoding import (
    digest_of,
    facts_from_text,
    facts_to_text,
    parameters_to_json,
    policy_from_text,
    policy_to_text,
)
from tests.builders import (
    NOON,
    ORIGIN,
    a_cap,
    a_suppression,
    an_attempt,
    some_campaign,
    some_facts,
    some_hours,
    some_policy,
    utc,
)
from tests.schedules import instants
from tests.strategies import facts, policies


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_written_reads_back_equal(data: st.DataObject) -> None:
    now = data.draw(instants)
    call, policy = data.draw(facts(now)), data.draw(policies(now))

    assert facts_from_text(facts_to_text(call)) == call
    assert policy_from_text(policy_to_text(policy)) == policy


def test_facts_are_written_readably() -> None:
    body = json.loads(
        facts_to_text(
            some_facts(
                attempts=[an_attempt(utc("2026-03-01 10:00:00.5"))],
                suppressions=[a_suppression()],
                callee=CalleeFacts(call_consent=Consent(date(2026, 2, 1), has_source=True, ends_on=None)),
            )
        )
    )

    assert body["now"] == "2026-03-04T12:00:00Z"
    assert body["number"] == {
        "country": "DK",
        "kind": "mobile",
        "valid": True,
        "emergency": False,
        "zones": ["Europe/Copenhagen"],
        "closed_prefix": None,
    }
    assert body["callee"]["call_consent"] == {"given_on": "2026-02-01", "has_source": True, "ends_on": None}
    assert body["histories"][0]["attempts"][0]["reserved_at"] == "2026-03-01T10:00:00.500000Z"
    assert body["histories"][0]["attempts"][0]["outcome"] == "no-answer"


def test_a_moment_in_another_zone_is_read_back_as_the_same_moment() -> None:
    copenhagen_noon = datetime(2026, 3, 4, 13, 0, tzinfo=timezone(timedelta(hours=1)))

    assert facts_from_text(facts_to_text(some_facts(now=copenhagen_noon))).now == NOON


def test_what_is_written_is_json_of_plain_values_only() -> None:
    call, policy = some_facts(attempts=[an_attempt()], suppressions=[a_suppression()]), some_policy()

    assert json.loads(facts_to_text(call))["suppressions"][0]["subject"] == "number"
    assert json.loads(policy_to_text(policy))["ring_timeout"] == "PT30S"


def test_a_policy_is_written_in_one_order_however_its_sets_were_filled() -> None:
    forwards = some_policy(hours=some_hours(early_closings={"12-24": 720, "05-04": 1110}))
    backwards = some_policy(hours=some_hours(early_closings={"05-04": 1110, "12-24": 720}))

    assert policy_to_text(forwards) == policy_to_text(backwards)
    assert digest_of(forwards) == digest_of(backwards)


def test_an_unknown_text_is_refused() -> None:
    with pytest.raises(ValueError, match="missing required field"):
        facts_from_text('{"now": "2026-03-04T12:00:00Z"}')
    with pytest.raises(ValueError, match="Invalid enum value"):
        facts_from_text(facts_to_text(some_facts()).replace('"mobile"', '"carrier pigeon"'))


def test_the_digest_is_the_sha256_of_the_text_without_itself() -> None:
    policy = some_policy(digest="")

    assert digest_of(policy) == hashlib.sha256(policy_to_text(policy).encode()).hexdigest()
    assert digest_of(replace(policy, digest="anything")) == digest_of(policy)


def test_a_policy_that_was_read_back_has_the_digest_it_had() -> None:
    policy = some_policy(hours=some_hours(holidays=[date(2026, 3, 9), date(2026, 3, 10)]))

    assert digest_of(policy_from_text(policy_to_text(policy))) == digest_of(policy)


LATER = replace(some_policy(), changes_at=utc("2026-08-11 00:00"), successor=some_policy(caps=[a_cap(2)]))
REGIONS = RegionalHours(unknown=some_hours(), by_subdivision={"BY": some_hours(holidays=[date(2026, 8, 15)])})


@pytest.mark.parametrize(
    "changed",
    [
        some_policy(caps=[a_cap(3)]),
        some_policy(caps=[replace(a_cap(4, None), calendar=CalendarSpan.DAY)]),
        some_policy(spacing=timedelta(hours=25)),
        some_policy(spacing_after={Outcome.BUSY: timedelta(hours=24)}),
        some_policy(hours=some_hours(holidays=[date(2026, 3, 9)])),
        some_policy(hours=some_hours(early_closings={"12-24": 720})),
        some_policy(hours=some_hours(calendar_until=date(2028, 12, 30))),
        some_policy(hours=replace(some_hours(), eve=())),
        some_policy(gates=[]),
        some_policy(ring_timeout=timedelta(seconds=29)),
        some_policy(country="SE"),
        some_policy(refusal_rest=None),
        some_policy(max_age=timedelta(days=366)),
        some_policy(advert_protection=ORIGIN),
        some_policy(closed_prefixes=["+4590"]),
        some_policy(caller_id=CallerIdRules(ORIGIN, needs_directory=True)),
        some_policy(caller_id=CallerIdRules(ORIGIN, bars=(CallerIdBar(ORIGIN, kinds=frozenset({NumberKind.MOBILE})),))),
        some_policy(regional_hours=REGIONS),
        LATER,
        replace(some_policy(), ring_origin=replace(ORIGIN, source="another")),
        replace(some_policy(), ring_origin=replace(ORIGIN, loosens="ring 20 s (code): asked for, J. Doe")),
    ],
)
def test_any_other_figure_gives_another_digest(changed: Policy) -> None:
    assert digest_of(changed) != digest_of(some_policy())


def test_parameters_become_values_that_any_reader_of_json_understands() -> None:
    plain = parameters_to_json(
        {
            "rest": timedelta(days=60),
            "declined_at": NOON,
            "day": date(2026, 3, 4),
            "lifted_by": ("legal_form",),
            "subject": Subject.PERSON,
            "scope": Scope.CONTROLLER,
            "window": None,
            "count": 4,
        }
    )

    assert plain == {
        "rest": 5184000.0,
        "declined_at": "2026-03-04T12:00:00Z",
        "day": "2026-03-04",
        "lifted_by": ["legal_form"],
        "subject": "person",
        "scope": "controller",
        "window": None,
        "count": 4,
    }
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize("washes", [{"a": NOON}, {"b": NOON, "a": NOON}])
def test_washes_are_kept_with_their_register_and_moment(washes: dict[str, datetime]) -> None:
    call = some_facts(campaign=some_campaign(washed_at=washes))

    assert facts_from_text(facts_to_text(call)).campaign.washed_at == washes
