from datetime import date, timedelta

import pytest

from middleware.decision.model import Reason
from middleware.decision.rules.campaign import campaign_dates, campaign_open, controller_identity, processor_agreement
from tests.builders import some_campaign, some_facts, some_number, utc

NEW_YORK, COPENHAGEN = "America/New_York", "Europe/Copenhagen"


def test_a_closed_campaign_does_not_call_and_waiting_does_not_help() -> None:
    verdict = campaign_open(some_facts(campaign=some_campaign(is_open=False)), None)

    assert verdict.reason is Reason.CAMPAIGN_CLOSED
    assert verdict.not_before is None
    assert campaign_open(some_facts(), None).reason is None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ("2026-03-09 22:59:59", Reason.CAMPAIGN_NOT_STARTED),
        ("2026-03-09 23:00:00", None),  # 10 March, 00:00 in Copenhagen
        ("2026-04-10 21:59:59", None),  # 10 April, 23:59:59 in Copenhagen, now in summer time
        ("2026-04-10 22:00:00", Reason.CAMPAIGN_ENDED),
    ],
)
def test_a_campaign_runs_from_its_first_day_through_its_last_where_the_callee_is(
    now: str, reason: Reason | None
) -> None:
    campaign = some_campaign(starts_on=date(2026, 3, 10), ends_on=date(2026, 4, 10))

    assert campaign_dates(some_facts(now=utc(now), campaign=campaign), None).reason is reason


def test_with_several_zones_the_campaign_starts_when_the_last_has_begun_and_ends_when_the_first_is_over() -> None:
    number = some_number(zones=(COPENHAGEN, NEW_YORK))
    campaign = some_campaign(starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 12))

    early = campaign_dates(some_facts(now=utc("2026-03-10 03:59"), number=number, campaign=campaign), None)
    inside = campaign_dates(some_facts(now=utc("2026-03-10 04:00"), number=number, campaign=campaign), None)

    assert early.reason is Reason.CAMPAIGN_NOT_STARTED
    assert early.not_before == utc("2026-03-10 04:00")  # midnight in New York, on summer time since 8 March
    assert inside.reason is None
    assert inside.until == utc("2026-03-12 23:00")  # midnight in Copenhagen


def test_a_campaign_with_dates_calls_nobody_whose_zone_is_unknown() -> None:
    facts = some_facts(number=some_number(zones=()), campaign=some_campaign(starts_on=date(2026, 1, 1)))

    assert campaign_dates(facts, None).reason is Reason.HOURS_ZONE_UNKNOWN


def test_a_campaign_without_dates_leaves_an_unknown_zone_to_the_hours() -> None:
    assert campaign_dates(some_facts(number=some_number(zones=())), None).reason is None


def test_a_day_whose_midnight_the_clock_skips_begins_at_the_first_instant_that_exists() -> None:
    number = some_number(zones=("Africa/Cairo",))  # 24 April 2026 begins at 01:00 there
    campaign = some_campaign(starts_on=date(2026, 4, 24))
    now = utc("2026-04-23 12:00")

    verdict = campaign_dates(some_facts(now=now, number=number, campaign=campaign), None)

    assert verdict.not_before == utc("2026-04-23 22:00")
    at_start = some_facts(now=utc("2026-04-23 22:00"), number=number, campaign=campaign)
    just_before = some_facts(now=utc("2026-04-23 22:00") - timedelta(seconds=1), number=number, campaign=campaign)
    assert campaign_dates(at_start, None).reason is None
    assert campaign_dates(just_before, None).reason is Reason.CAMPAIGN_NOT_STARTED


def test_nobody_is_called_for_a_controller_whose_name_and_address_are_not_on_file() -> None:
    verdict = controller_identity(some_facts(campaign=some_campaign(is_controller_identified=False)), None)

    assert verdict.reason is Reason.CAMPAIGN_CONTROLLER_UNKNOWN
    assert verdict.origin is not None
    assert "art. 14" in verdict.origin.source
    assert controller_identity(some_facts(), None).reason is None


@pytest.mark.parametrize(
    ("is_agency", "signed_on", "now", "reason", "not_before"),
    [
        (False, None, "2026-03-04 12:00", None, None),
        (True, None, "2026-03-04 12:00", Reason.CAMPAIGN_NO_PROCESSOR_AGREEMENT, None),
        (True, date(2026, 3, 4), "2026-03-04 12:00", None, None),
        (
            True,
            date(2026, 3, 9),
            "2026-03-08 09:59:59.999999",
            Reason.CAMPAIGN_NO_PROCESSOR_AGREEMENT,
            "2026-03-08 10:00",
        ),
        (True, date(2026, 3, 9), "2026-03-08 10:00", None, None),
    ],
)
def test_who_calls_for_somebody_else_has_a_processor_agreement_with_them(
    is_agency: bool, signed_on: date | None, now: str, reason: Reason | None, not_before: str | None
) -> None:
    campaign = some_campaign(is_agency=is_agency, processor_agreement_on=signed_on)

    verdict = processor_agreement(some_facts(now=utc(now), campaign=campaign), None)

    assert verdict.reason is reason
    assert verdict.not_before == (utc(not_before) if not_before else None)
