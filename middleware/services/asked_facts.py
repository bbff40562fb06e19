"""What the question itself adds to the facts: how the call would be made, for when, and what a lead file brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from middleware.decision.model import (
    CallFacts,
    Dialling,
    History,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    PolicyProblem,
    RequestFacts,
    Speaker,
)
from middleware.decision.rules.attempts import LONGEST_CALL
from middleware.services.asking import Question
from middleware.services.caller_ids import caller_id_of
from middleware.services.instants import check_ahead
from middleware.services.overlay import overlay
from middleware.store.catalogue import Campaign

Word = TypeVar("Word", bound=StrEnum)
# from the mildest to the one of which most is asked
_SPEAKERS = (Speaker.HUMAN, Speaker.MACHINE)
_DIALLINGS = (Dialling.MANUAL, Dialling.PREVIEW, Dialling.PREDICTIVE)


def as_asked(
    facts: CallFacts, question: Question, campaign: Campaign, policy: Policy | PolicyProblem, people: int
) -> CallFacts:
    """The facts read, completed by the question. `people` is how many contacts answer at the number.

    Raises `InvalidRequest` for a question about a moment in the past.
    """
    if question.at is not None:
        facts = _about(facts, question.at)
    if question.callee_overlay is not None:
        facts = replace(facts, callee=overlay(facts.callee, question.callee_overlay, people))
    request = _how(question, campaign)
    ruling = policy.in_force(facts.now) if isinstance(policy, Policy) else None
    shown = caller_id_of(facts, request, question.caller_id, question.default_country, campaign, ruling)
    return replace(facts, request=request if shown is None else replace(request, caller_id=shown))


def _how(question: Question, campaign: Campaign) -> RequestFacts:
    """What the request states; what it leaves open is as its campaign declares. Where they differ, the stricter."""
    return RequestFacts(
        speaker=_stricter(_SPEAKERS, question.speaker, campaign.speaker),
        dialling=_stricter(_DIALLINGS, question.dialling, campaign.dialling),
        free_agents=question.free_agents,
    )


def _stricter(mildest_first: tuple[Word, ...], *given: Word | None) -> Word | None:
    stated = [word for word in given if word is not None]
    return max(stated, key=mildest_first.index) if stated else None


def _about(facts: CallFacts, at: datetime) -> CallFacts:
    """The same facts as they will stand at a moment to come, as far as they are known now."""
    check_ahead(at, facts.now, "at")
    then = max(at, facts.now)
    histories = tuple(replace(each, attempts=_by_then(each, then)) for each in facts.histories)
    return replace(facts, now=then, histories=histories)


def _by_then(history: History, then: datetime) -> tuple[PastAttempt, ...]:
    """A call of ours that is under way has an end, although nobody has heard of it yet: the latest there can be."""
    return tuple(
        replace(past, outcome=Outcome.UNKNOWN, ended_at=past.expires_at + LONGEST_CALL)
        if _is_over(past, then)
        else past
        for past in history.attempts
    )


def _is_over(past: PastAttempt, then: datetime) -> bool:
    is_open = past.outcome is None and past.placed_by is PlacedBy.US
    return is_open and then >= past.expires_at + LONGEST_CALL
