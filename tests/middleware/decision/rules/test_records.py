from datetime import date, datetime, timedelta

import pytest

from middleware.decision.model import CalleeFacts, CallFacts, Consent, Reason
from middleware.decision.rules.records import advert_protection, data_age, data_source
from tests.builders import ORIGIN, some_campaign, some_facts, some_policy, utc

POLICY = some_policy(max_age=timedelta(days=30), advert_protection=ORIGIN)


@pytest.mark.parametrize(
    ("of_contact", "of_list", "reason"),
    [(False, False, Reason.DATA_SOURCE_MISSING), (True, False, None), (False, True, None), (True, True, None)],
)
def test_it_is_on_file_where_a_number_comes_from_the_contacts_or_the_lists(
    of_contact: bool, of_list: bool, reason: Reason | None
) -> None:
    facts = some_facts(campaign=some_campaign(has_list_source=of_list), callee=CalleeFacts(has_source=of_contact))

    verdict = data_source(facts, POLICY)

    assert (verdict.reason, verdict.not_before) == (reason, None)


def checked(contact: date | None, the_list: date | None, now: datetime) -> CallFacts:
    return some_facts(now=now, campaign=some_campaign(list_checked_on=the_list), callee=CalleeFacts(checked_on=contact))


MARCH_1, MARCH_9 = date(2026, 3, 1), date(2026, 3, 9)


@pytest.mark.parametrize(
    ("contact", "the_list", "now", "reason", "changes_at"),
    [
        (MARCH_1, None, "2026-03-30 09:59:59.999999", None, "2026-03-30 10:00"),  # 30 days after the day began
        (MARCH_1, None, "2026-03-30 10:00", Reason.DATA_OUTDATED, None),
        (None, MARCH_1, "2026-03-30 10:00", Reason.DATA_OUTDATED, None),
        (MARCH_1, MARCH_9, "2026-03-30 10:00", None, "2026-04-07 10:00"),
        (MARCH_9, MARCH_1, "2026-03-30 10:00", None, "2026-04-07 10:00"),
        (None, None, "2026-03-30 10:00", Reason.DATA_OUTDATED, None),
        (MARCH_9, None, "2026-03-08 09:59:59.999999", Reason.DATA_OUTDATED, "2026-03-08 10:00"),
        (MARCH_9, None, "2026-03-08 10:00", None, "2026-04-07 10:00"),
    ],
)
def test_the_newer_check_of_contact_and_list_is_good_for_its_age(
    contact: date | None, the_list: date | None, now: str, reason: Reason | None, changes_at: str | None
) -> None:
    verdict = data_age(checked(contact, the_list, utc(now)), POLICY)

    assert verdict.reason is reason
    assert (verdict.not_before if reason else verdict.until) == (utc(changes_at) if changes_at else None)


def test_an_outdated_record_tells_when_it_was_last_checked_and_how_old_it_may_be() -> None:
    verdict = data_age(checked(MARCH_1, date(2026, 2, 1), utc("2026-06-01 10:00")), POLICY)

    assert verdict.parameters == {"checked_on": MARCH_1, "max_age": timedelta(days=30)}


@pytest.mark.parametrize(
    ("is_protected", "consent", "reason", "changes_at"),
    [
        (False, None, None, None),
        (True, None, Reason.DATA_ADVERT_PROTECTED, None),
        (True, Consent(date(2026, 3, 1)), None, None),
        (True, Consent(date(2026, 3, 1), has_source=False), Reason.DATA_ADVERT_PROTECTED, None),
        (True, Consent(date(2026, 3, 1), ends_on=date(2026, 3, 6)), None, "2026-03-06 10:00"),
        (True, Consent(date(2026, 3, 8)), Reason.DATA_ADVERT_PROTECTED, "2026-03-07 10:00"),
    ],
)
def test_a_company_protected_against_advertising_is_called_only_with_consent(
    is_protected: bool, consent: Consent | None, reason: Reason | None, changes_at: str | None
) -> None:
    facts = some_facts(callee=CalleeFacts(is_advert_protected=is_protected, call_consent=consent))

    verdict = advert_protection(facts, POLICY)

    assert verdict.reason is reason
    assert (verdict.not_before if reason else verdict.until) == (utc(changes_at) if changes_at else None)


def test_where_no_register_carries_such_a_mark_nobody_asks_for_it() -> None:
    facts = some_facts(callee=CalleeFacts(is_advert_protected=True))

    assert advert_protection(facts, some_policy()).reason is None
