"""The French rules for consumers, as the law reads: one story for each sentence of it, on the shipped file."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from middleware.decision.engine import decide
from middleware.decision.model import (
    Audience,
    CalleeFacts,
    CallFacts,
    Consent,
    Customer,
    Dialling,
    History,
    NumberKind,
    Outcome,
    Policy,
    PolicyProblem,
    Reason,
    Scope,
    Subject,
)
from middleware.policies.book import PolicyBook
from tests.builders import (
    a_caller_id,
    a_history,
    a_request,
    an_attempt,
    some_campaign,
    some_facts,
    some_number,
)
from tests.config.pack_text import COUNTRIES

PARIS = ZoneInfo("Europe/Paris")
BOOK = PolicyBook(COUNTRIES)
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
OPT_IN = datetime(2026, 8, 11, tzinfo=PARIS)


def paris(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def rules() -> Policy:
    policy = BOOK.resolve("FR", Audience.B2C, {}, "acme", {}, "spring")
    assert not isinstance(policy, PolicyProblem), policy.detail
    return policy


def a_consumer(now: datetime, **callee: object) -> CallFacts:
    """Somebody in France who consented long ago, called by hand from a landline of Paris, from a list just washed."""
    known: dict[str, object] = {"call_consent": Consent(date(2026, 1, 2))} | callee
    campaign = some_campaign(
        audience=Audience.B2C, washed_at={"fr_bloctel": now - DAY}, list_checked_on=now.date() - 10 * DAY
    )
    return some_facts(
        now=now,
        number=some_number(country="FR", zones=["Europe/Paris"]),
        campaign=campaign,
        callee=CalleeFacts(**known),  # type: ignore[arg-type]
        request=a_request(caller_id=a_caller_id("+33145678901", country="FR"), dialling=Dialling.MANUAL),
    )


def reasons(facts: CallFacts) -> list[Reason | None]:
    return [verdict.reason for verdict in decide(facts, rules()).refusals]


OUTSIDE, HOLIDAY = [Reason.HOURS_OUTSIDE_WINDOW], [Reason.HOURS_HOLIDAY]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-09-09 09:59:59.999999", OUTSIDE),  # a Wednesday
        ("2026-09-09 10:00", []),
        ("2026-09-09 12:59:59.999999", []),
        ("2026-09-09 13:00", OUTSIDE),
        ("2026-09-09 13:59:59.999999", OUTSIDE),
        ("2026-09-09 14:00", []),
        ("2026-09-09 19:59:59.999999", []),
        ("2026-09-09 20:00", OUTSIDE),
        ("2026-09-11 15:00", []),  # Friday
        ("2026-09-12 15:00", OUTSIDE),
        ("2026-09-13 15:00", OUTSIDE),
        ("2026-09-14 10:00", []),
        ("2026-07-14 15:00", HOLIDAY),
        ("2026-11-11 15:00", HOLIDAY),
        ("2027-05-06 15:00", HOLIDAY),  # Ascension
        ("2026-03-30 10:00", []),  # the Monday after summer time began
        ("2026-03-30 09:59:59.999999", OUTSIDE),
        ("2026-10-26 10:00", []),  # the Monday after it ended
        ("2026-10-26 09:59:59.999999", OUTSIDE),
        ("2027-03-29 10:00", HOLIDAY),  # Easter Monday
        ("2027-11-02 20:00", OUTSIDE),
    ],
)
def test_consumers_are_called_on_working_days_from_10_to_13_and_from_14_to_20(now: str, expected: list[Reason]) -> None:
    assert reasons(a_consumer(paris(now))) == expected


def test_the_hours_are_those_of_the_consumers_own_zone() -> None:
    martinique = ZoneInfo("America/Martinique")
    facts = a_consumer(paris("2026-09-09 10:00"), time_zone="America/Martinique")

    assert reasons(facts) == OUTSIDE  # four in the morning there
    assert decide(facts, rules()).not_before == paris("2026-09-09 10:00", martinique)


def attempts(*days: float, subject: Subject = Subject.NUMBER, campaign: str = "spring") -> tuple[History, ...]:
    now = paris("2026-09-30 15:00")
    past = [
        an_attempt(now - day * DAY, campaign_id=campaign, outcome=Outcome.NO_ANSWER, ended_at=now - day * DAY)
        for day in days
    ]
    return (a_history(*past, subject=subject, scope=Scope.CONTROLLER),)


@pytest.mark.parametrize("subject", [Subject.NUMBER, Subject.PERSON])
@pytest.mark.parametrize(
    ("fourth", "refused"), [(30 - 1e-9, True), (30, False), (30 + 1e-9, False)], ids=["before", "at", "after"]
)
def test_a_consumer_is_tried_four_times_in_thirty_rolling_days_whoever_is_asked_to_call(
    subject: Subject, fourth: float, refused: bool
) -> None:
    facts = a_consumer(paris("2026-09-30 15:00"))
    three = replace(facts, histories=attempts(2, 9, 20, subject=subject))
    four = replace(facts, histories=attempts(2, 9, 20, fourth, subject=subject, campaign="another"))

    assert decide(three, rules()).attempts_left == 1
    assert reasons(three) == []
    assert reasons(four) == ([Reason.ATTEMPTS_CAP_REACHED] if refused else [])


def test_the_fifth_attempt_waits_for_the_next_opening_after_thirty_days() -> None:
    first = paris("2026-09-02 19:00")
    past = [an_attempt(first + shift * DAY, ended_at=first + shift * DAY) for shift in (0, 5, 6, 7)]
    facts = replace(a_consumer(paris("2026-09-30 15:00")), histories=(a_history(*past),))

    # 30 days later, to the second, it is a Friday evening inside the hours
    assert decide(facts, rules()).not_before == paris("2026-10-02 19:00")


@pytest.mark.parametrize(
    ("declined_at", "refused"),
    [
        ("2026-08-01 15:00", True),  # sixty days to the hour; the day of the refusal is not one of them
        ("2026-08-01 00:00", True),
        ("2026-07-31 23:59:59.999999", False),
    ],
)
def test_who_refused_is_left_alone_for_sixty_calendar_days(declined_at: str, refused: bool) -> None:
    now, at = paris("2026-09-30 15:00"), paris(declined_at)
    declined = an_attempt(at, outcome=Outcome.DECLINED, ended_at=at)

    facts = replace(a_consumer(now), histories=(a_history(declined),))

    assert reasons(facts) == ([Reason.ATTEMPTS_DECLINED] if refused else [])


@pytest.mark.parametrize(
    ("now", "consent", "expected"),
    [
        ("2026-08-10 19:59:59.999999", None, []),
        ("2026-08-11 00:00", None, [Reason.LEGAL_BASIS_CONSENT_MISSING, Reason.HOURS_OUTSIDE_WINDOW]),
        ("2026-08-11 10:00", None, [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("2026-08-11 10:00", Consent(date(2026, 8, 1)), []),
        ("2026-08-11 10:00", Consent(date(2026, 8, 1), False), [Reason.LEGAL_BASIS_CONSENT_MISSING]),
        ("2026-08-11 10:00", Consent(date(2026, 8, 1), True, date(2026, 8, 9)), [Reason.LEGAL_BASIS_CONSENT_EXPIRED]),
    ],
)
def test_consumers_are_called_only_with_consent_from_11_august_2026(
    now: str, consent: Consent | None, expected: list[Reason]
) -> None:
    assert reasons(a_consumer(paris(now), call_consent=consent)) == expected


def test_an_evening_call_before_the_change_is_not_promised_for_the_morning_after_it() -> None:
    evening = a_consumer(paris("2026-08-10 20:00"), call_consent=None)

    assert decide(evening, rules()).not_before is None
    assert decide(replace(evening, now=paris("2026-08-10 09:00")), rules()).not_before == paris("2026-08-10 10:00")


def test_a_permit_of_the_last_day_ends_with_the_day_on_which_the_old_law_rules() -> None:
    policy = rules()

    assert policy.changes_at == OPT_IN.astimezone(UTC)
    assert policy.in_force(OPT_IN - INSTANT).gates != policy.in_force(OPT_IN).gates


def test_before_the_change_the_list_is_washed_against_bloctel_every_thirty_days_and_after_it_not_at_all() -> None:
    def unwashed(now: str) -> CallFacts:
        facts = a_consumer(paris(now))
        return replace(facts, campaign=replace(facts.campaign, washed_at={}))

    assert reasons(unwashed("2026-08-10 10:00")) == [Reason.REGISTER_NOT_WASHED]
    assert reasons(unwashed("2026-08-11 10:00")) == []


@pytest.mark.parametrize(
    ("customer", "is_spared"),
    [
        (Customer(date(2025, 1, 1)), True),
        (Customer(date(2025, 1, 1), date(2026, 9, 8)), False),
        (Customer(date(2026, 9, 11)), False),
    ],
)
def test_customers_are_spared_the_consent_while_their_contract_runs(customer: Customer, is_spared: bool) -> None:
    facts = a_consumer(paris("2026-09-09 10:00"), call_consent=None, customer=customer)

    assert reasons(facts) == ([] if is_spared else [Reason.LEGAL_BASIS_CONSENT_MISSING])


@pytest.mark.parametrize(
    ("number", "kind", "dialling", "is_lawful"),
    [
        ("+33145678901", NumberKind.FIXED, Dialling.MANUAL, True),
        ("+33145678901", NumberKind.FIXED, Dialling.PREDICTIVE, False),
        ("+33162345678", NumberKind.FIXED, Dialling.PREDICTIVE, True),
        ("+33612345678", NumberKind.MOBILE, Dialling.MANUAL, False),
        ("+33712345678", NumberKind.MOBILE, Dialling.MANUAL, False),
    ],
)
def test_no_mobile_is_shown_and_a_predictive_dialler_shows_a_number_of_its_ranges(
    number: str, kind: NumberKind, dialling: Dialling, is_lawful: bool
) -> None:
    shown = a_caller_id(number, country="FR", kind=kind)
    facts = replace(
        a_consumer(paris("2026-09-09 10:00")), request=a_request(caller_id=shown, dialling=dialling, free_agents=1)
    )

    assert reasons(facts) == ([] if is_lawful else [Reason.CALLER_ID_UNLAWFUL])


def test_every_figure_that_binds_by_law_says_so() -> None:
    now = paris("2026-09-13 15:00")  # a Sunday
    declined = an_attempt(now - DAY, outcome=Outcome.DECLINED, ended_at=now - DAY)
    past = [an_attempt(now - day * DAY) for day in (2, 3, 4)]
    facts = replace(a_consumer(now, call_consent=None), histories=(a_history(declined, *past),))

    decision = decide(facts, rules())

    origins = {verdict.reason: verdict.origin for verdict in decision.refusals}
    for reason in (
        Reason.LEGAL_BASIS_CONSENT_MISSING,
        Reason.HOURS_OUTSIDE_WINDOW,
        Reason.ATTEMPTS_CAP_REACHED,
        Reason.ATTEMPTS_DECLINED,
    ):
        origin = origins[reason]
        assert origin is not None
        assert origin.basis.value == "law"
        assert "L. 223-1" in origin.source or "D. 223-9" in origin.source
