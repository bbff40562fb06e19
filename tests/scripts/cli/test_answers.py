"""An answer on a screen, in every language: the verdict first, nothing untranslated, times of both sides."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from middleware.decision.model import Reason
from middleware.explanations import LANGUAGES, title_of
from middleware.services.asking import Answer
from scripts.cli.answers import show
from tests.refusals import MONDAY_AT_NINE, a_refusal

HOUR = timedelta(hours=1)
UNTOLD = re.compile(r"\b(check|time|overall)\.[a-z_]+|[{}]")


def an_answer(*reasons: Any, not_before: datetime | None = None, **changes: Any) -> Answer:
    permitted = not reasons
    answer = Answer(
        attempt_id="01a20ce4-077b-785b-912d-9d6d4308bcf6",
        campaign_id="spring",
        is_binding=False,
        is_permitted=permitted,
        asked_at=MONDAY_AT_NINE,
        decided_at=MONDAY_AT_NINE,
        reasons=reasons,
        not_before=not_before,
        attempts_left=4,
        permit_expires_at=None,
        ring_timeout_seconds=30 if permitted else None,
        ring_at_least_seconds=15 if permitted else None,
        policy_digest="d" * 64,
        callee="+4532123456",
        permitted_until=MONDAY_AT_NINE + 8 * HOUR if permitted else None,
    )
    return replace(answer, **changes)


def shown(answer: Answer, language: str = "en", *, zone: str = "Europe/Copenhagen", terminal: bool = False) -> str:
    written = io.StringIO()
    show(Console(file=written, width=100, force_terminal=terminal, color_system=None), answer, language, zone)
    return written.getvalue()


LATER = MONDAY_AT_NINE + 2 * HOUR
TOO_SOON = a_refusal(Reason.ATTEMPTS_TOO_SOON, not_before=LATER)
STOPPED = a_refusal(Reason.SUPPRESSION_NUMBER)
ANSWERS = {
    "permitted": an_answer(),
    "permitted then": an_answer(decided_at=LATER),
    "permitted without an end": an_answer(permitted_until=None, attempts_left=None, ring_timeout_seconds=None),
    "one attempt left": an_answer(attempts_left=1),
    "not now": an_answer(TOO_SOON, not_before=LATER),
    "not then": an_answer(TOO_SOON, not_before=LATER, decided_at=MONDAY_AT_NINE + HOUR),
    "never": an_answer(STOPPED),
    "two reasons": an_answer(TOO_SOON, STOPPED),
}


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_all_of_an_answer_is_told_in_every_language(answer: Answer, language: str, terminal: bool) -> None:
    said = shown(answer, language, zone="Pacific/Auckland", terminal=terminal)

    assert UNTOLD.search(said) is None
    for number, reason in enumerate(answer.reasons, 1):
        assert f"{number}. {title_of(reason.code, language)} ({reason.code}, some_rule)" in said


def test_the_readers_own_time_is_told_where_it_is_another() -> None:
    assert "For you" not in shown(ANSWERS["not now"])
    elsewhere = shown(ANSWERS["not now"], zone="Pacific/Auckland")
    assert "The call may be made from Monday, 23 November 2026 at 11:00 (local time in Copenhagen).\n" in elsewhere
    assert "For you that is Monday, 23 November 2026 at 23:00 (local time in Auckland).\n" in elsewhere


def test_what_is_left_and_how_long_it_may_ring_is_told_where_there_is_something_to_wait_for() -> None:
    assert "1 attempt left, this one included." in shown(ANSWERS["one attempt left"])
    assert "4 attempts left, this one included." in shown(ANSWERS["not now"])
    assert "left" not in shown(ANSWERS["never"])
    assert "It may ring for at most 30 seconds." in shown(ANSWERS["permitted"])
    assert "Let it ring for at least 15 seconds." in shown(ANSWERS["permitted"])
    assert "ring for" not in shown(ANSWERS["not now"])


def test_two_reasons_end_with_what_they_come_to_together() -> None:
    said = shown(ANSWERS["two reasons"])

    assert said.startswith("No.\n")
    assert said.index("1. Too soon") < said.index("2. The number is on the stop list") < said.index("Waiting alone")
