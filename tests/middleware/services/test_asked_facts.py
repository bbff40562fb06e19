"""What a question says of the call it is about: who speaks, how it is dialled, for when, and who is called."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from middleware.decision.engine import decide
from middleware.decision.model import (
    CalleeFacts,
    CallFacts,
    Dialling,
    LegalForm,
    Outcome,
    PlacedBy,
    PolicyProblem,
    Reason,
    Speaker,
    Standing,
)
from middleware.decision.rules.attempts import LONGEST_CALL
from middleware.errors import InvalidRequest
from middleware.services.asked_facts import as_asked
from middleware.store.catalogue import Campaign
from tests.builders import (
    CALLER_ID,
    NOON,
    a_cap,
    a_request,
    an_attempt,
    some_campaign,
    some_facts,
    some_policy,
)
from tests.reserving import a_question

CAMPAIGN = Campaign(
    some_campaign(), "Spring", {}, caller_ids=(CALLER_ID,), speaker=Speaker.HUMAN, dialling=Dialling.PREVIEW
)
HUMAN, MACHINE = Speaker
MANUAL, PREVIEW, PREDICTIVE = Dialling
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def asked(facts: CallFacts | None = None, campaign: Campaign = CAMPAIGN, people: int = 0, **question: Any) -> CallFacts:
    """The facts, as a question about them completes them."""
    return as_asked(
        facts or some_facts(request=a_request(speaker=None, dialling=None, caller_id=None)),
        a_question("+4533123456", **question),
        campaign,
        some_policy(),
        people,
    )


def refusals(facts: CallFacts, **figures: object) -> set[Reason | None]:
    return {verdict.reason for verdict in decide(facts, some_policy(**figures)).refusals}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stated", "declared", "decided_as"),
    [
        (None, None, None),
        (None, HUMAN, HUMAN),
        (None, MACHINE, MACHINE),
        (HUMAN, None, HUMAN),
        (MACHINE, None, MACHINE),
        (MACHINE, HUMAN, MACHINE),
        (HUMAN, MACHINE, MACHINE),
        (HUMAN, HUMAN, HUMAN),
    ],
)
def test_who_speaks_is_what_is_stated_and_never_less_than_the_campaign_declares(
    stated: Speaker | None, declared: Speaker | None, decided_as: Speaker | None
) -> None:
    facts = asked(campaign=replace(CAMPAIGN, speaker=declared), speaker=stated)

    assert facts.request.speaker is decided_as


STRICTNESS = {None: 0, MANUAL: 1, PREVIEW: 2, PREDICTIVE: 3}


@pytest.mark.parametrize(("stated", "declared"), list(product(STRICTNESS, STRICTNESS)))
def test_how_it_is_dialled_is_the_stricter_of_what_is_stated_and_declared(
    stated: Dialling | None, declared: Dialling | None
) -> None:
    facts = asked(campaign=replace(CAMPAIGN, dialling=declared), dialling=stated)

    assert STRICTNESS[facts.request.dialling] == max(STRICTNESS[stated], STRICTNESS[declared])


def test_a_predictive_campaign_calls_only_while_the_request_names_a_free_agent() -> None:
    predictive = replace(CAMPAIGN, dialling=PREDICTIVE)

    assert refusals(asked(campaign=predictive)) == {Reason.AUTOMATION_NO_FREE_AGENT}
    assert refusals(asked(campaign=predictive, free_agents=0)) == {Reason.AUTOMATION_NO_FREE_AGENT}
    assert refusals(asked(campaign=predictive, free_agents=1)) == set()
    # a caller who dials by hand for such a campaign says so, and is the free agent themselves
    assert refusals(asked(campaign=predictive, dialling=MANUAL, free_agents=1)) == set()


def test_a_campaign_that_declares_nothing_needs_requests_that_do() -> None:
    silent = replace(CAMPAIGN, speaker=None, dialling=None)

    assert refusals(asked(campaign=silent)) == {Reason.AUTOMATION_NOT_STATED}
    assert refusals(asked(campaign=silent, speaker=HUMAN)) == {Reason.AUTOMATION_NOT_STATED}
    assert refusals(asked(campaign=silent, speaker=HUMAN, dialling=MANUAL)) == set()


def test_a_machine_in_a_campaign_of_people_is_decided_as_a_machine() -> None:
    assert refusals(asked(speaker=MACHINE)) == {Reason.AUTOMATION_NO_CONSENT}


def test_the_number_shown_is_part_of_the_facts() -> None:
    stranger = asked(caller_id="+4520123456").request.caller_id

    assert asked().request.caller_id == CALLER_ID
    assert asked(caller_id="anonymous").request.caller_id is None
    assert stranger is not None
    assert stranger.standing is Standing.UNKNOWN
    assert refusals(asked(campaign=replace(CAMPAIGN, caller_ids=()))) == {Reason.CALLER_ID_MISSING}


def test_without_a_policy_the_number_is_found_all_the_same() -> None:
    facts = as_asked(
        some_facts(), a_question("+4533123456"), CAMPAIGN, PolicyProblem(Reason.POLICY_UNUSABLE, "broken"), 0
    )

    assert facts.request.caller_id == CALLER_ID


def test_a_question_about_another_time_is_decided_as_of_then() -> None:
    evening = NOON + timedelta(hours=6)

    facts = asked(at=evening)

    assert facts.now == evening
    assert refusals(facts) == {Reason.HOURS_OUTSIDE_WINDOW}
    assert refusals(asked()) == set()


def test_a_client_that_cuts_the_second_asks_about_now() -> None:
    now = NOON + timedelta(microseconds=900_000)

    assert asked(some_facts(now=now), at=NOON).now == now


@pytest.mark.parametrize("at", [NOON - timedelta(seconds=1), NOON - 365 * DAY, NOON + 3661 * DAY])
def test_the_past_and_the_far_future_cannot_be_asked_about(at: datetime) -> None:
    with pytest.raises(InvalidRequest) as raised:
        asked(at=at)

    assert raised.value.field == "at"


def test_attempts_have_left_a_caps_window_by_the_time_asked_about() -> None:
    four = tuple(an_attempt(NOON - days * DAY) for days in (5, 10, 15, 20))
    facts = some_facts(attempts=four)

    assert refusals(asked(facts), caps=[a_cap(4)]) == {Reason.ATTEMPTS_CAP_REACHED}
    # the oldest leaves the thirty days after ten; thirteen days on it is a Tuesday
    assert refusals(asked(facts, at=NOON + 13 * DAY), caps=[a_cap(4)]) == set()


def test_a_rest_is_over_by_the_time_asked_about() -> None:
    facts = some_facts(attempts=[an_attempt(NOON - timedelta(hours=1))])

    assert refusals(asked(facts)) == {Reason.ATTEMPTS_TOO_SOON}
    assert refusals(asked(facts, at=NOON + DAY)) == set()


@pytest.mark.parametrize("placed_by", list(PlacedBy))
def test_a_call_under_way_is_over_by_the_time_asked_about(placed_by: PlacedBy) -> None:
    under_way = an_attempt(NOON - MINUTE, outcome=None, placed_by=placed_by, expires_at=NOON)
    facts = some_facts(attempts=[under_way])

    assert refusals(asked(facts)) == {Reason.ATTEMPTS_IN_FLIGHT}
    assert Reason.ATTEMPTS_IN_FLIGHT in refusals(asked(facts, at=NOON + LONGEST_CALL - MINUTE))
    assert refusals(asked(facts, at=NOON + LONGEST_CALL + 4 * MINUTE)) >= {Reason.ATTEMPTS_TOO_SOON}
    # it ended at the latest at 17:00, so a day of rest ends on Thursday evening: Friday is the next open day
    assert refusals(asked(facts, at=NOON + 2 * DAY)) == set()


def test_what_ended_keeps_its_end_whatever_time_is_asked_about() -> None:
    ended = an_attempt(NOON - DAY, outcome=Outcome.BUSY, placed_by=PlacedBy.US)

    assert asked(some_facts(attempts=[ended]), at=NOON + 30 * DAY).histories[0].attempts == (ended,)


LEAD = CalleeFacts(legal_form=LegalForm.LEGAL_PERSON, has_source=True, checked_on=date(2026, 3, 1))


def test_a_lead_files_facts_stand_in_for_a_person_whom_nobody_knows() -> None:
    assert asked(callee_overlay=LEAD).callee == LEAD


def test_and_loosen_nothing_that_is_known() -> None:
    known = some_facts(callee=CalleeFacts(legal_form=LegalForm.SOLE_TRADER))

    assert asked(known, people=1, callee_overlay=LEAD).callee.legal_form is LegalForm.SOLE_TRADER
    assert asked(some_facts(), people=2, callee_overlay=LEAD).callee.legal_form is LegalForm.UNKNOWN
