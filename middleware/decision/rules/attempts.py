"""How soon: one attempt at a time, rest after each, and peace for who declined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from middleware.decision.model import (
    CallFacts,
    Outcome,
    Parameter,
    PastAttempt,
    PlacedBy,
    Policy,
    Reason,
    Subject,
    Verdict,
)
from middleware.decision.rules.gates import while_consenting
from middleware.decision.rules.spans import Spans, standing
from middleware.decision.zones import DAY, callee_zones, whole_days_later

# A dialer that reported a call and never its end: Twilio ends calls after four hours, so by then it is over.
LONGEST_CALL = timedelta(hours=4)
# The day on which clocks are set back, with an hour to spare.
_LONGEST_DAY = timedelta(hours=26)

# One line, and one person, at a time. A company has many people; its caps alone bind it.
_SPACED = (Subject.NUMBER, Subject.PERSON)
_COUNTED = (Subject.NUMBER, Subject.PERSON, Subject.COMPANY)

_CLOCK = Verdict("clock")
_IN_FLIGHT = Verdict("in_flight")
_SPACING = Verdict("spacing")
_REST = Verdict("refusal_rest")


def clock(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No known attempt lies in the future: a clock that went back would let attempts be made twice."""
    newest = max((past.reserved_at for past in _attempts(facts, _COUNTED)), default=facts.now)
    if newest <= facts.now:
        return _CLOCK
    return Verdict("clock", Reason.ATTEMPTS_CLOCK_WENT_BACK, {}, None, newest)


def in_flight(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No other attempt at this number or person is under way or may still be made."""
    waits = [_over_at(past) for past in _attempts(facts, _SPACED) if _ended(past, facts.now) is None]
    if not waits:
        return _IN_FLIGHT
    known = [wait for wait in waits if wait is not None]
    not_before = max(known) if len(known) == len(waits) else None
    return Verdict("in_flight", Reason.ATTEMPTS_IN_FLIGHT, {}, None, not_before)


def spacing(facts: CallFacts, policy: Policy) -> Verdict:
    """Each earlier attempt at the number or person is followed by the rest that its outcome asks for.

    Every attempt is asked, not the newest alone, so that a busy line does not shorten the rest after a no-answer.
    """
    latest: datetime | None = None
    last: Outcome | None = None
    for past in _attempts(facts, _SPACED):
        end = _ended(past, facts.now)
        if end is None:
            continue
        rested_at = end[0] + policy.spacing.by_outcome.get(end[1], policy.spacing.default)
        if latest is None or rested_at > latest:
            latest, last = rested_at, end[1]
    if latest is None or last is None or facts.now >= latest:
        return _SPACING
    rest = policy.spacing.by_outcome.get(last, policy.spacing.default)
    parameters: dict[str, Parameter] = {"outcome": last.value, "rest": rest}
    return Verdict("spacing", Reason.ATTEMPTS_TOO_SOON, parameters, policy.spacing.origin, latest)


def refusal_rest(facts: CallFacts, policy: Policy) -> Verdict:
    """Who declined the offer is left alone: for so many whole days, or until they ask to be called or consent to it.

    The day of the refusal does not count, so that "60 days" holds whichever way a court counts them.
    """
    rest = policy.refusal_rest
    if rest is None:
        return _REST
    declined = [_over(past) for past in _attempts(facts, _SPACED) if past.outcome is Outcome.DECLINED]
    if not declined:
        return _REST
    last = max(declined)
    spans = _while_welcome(facts, last)
    if rest.span is not None:
        spans += ((_rested_at(facts, last, rest.span), None),)
    is_rested, changes_at = standing(spans, facts.now)
    if is_rested:
        return _REST if changes_at is None else Verdict("refusal_rest", until=changes_at)
    parameters: dict[str, Parameter] = {"declined_at": last}
    if rest.span is None:
        return Verdict("refusal_rest", Reason.ATTEMPTS_LOCKED_OUT, parameters, rest.origin, changes_at)
    parameters["rest"] = rest.span
    return Verdict("refusal_rest", Reason.ATTEMPTS_DECLINED, parameters, rest.origin, changes_at)


def _rested_at(facts: CallFacts, declined_at: datetime, span: timedelta) -> datetime:
    zones = callee_zones(facts)
    if not zones:  # where the day of the refusal ends is not known: as late as it can
        return declined_at + span + _LONGEST_DAY
    days, more = divmod(span, DAY)
    return whole_days_later(zones, declined_at, days) + more


def _while_welcome(facts: CallFacts, declined_at: datetime) -> Spans:
    """When the callee is known to want a call after all: having asked for one, or consented on a later day."""
    asked_at = facts.callee.asked_to_be_called_at
    asked: Spans = () if asked_at is None or asked_at <= declined_at else ((asked_at, None),)
    given = while_consenting(facts.callee.call_consent)
    return asked + tuple(span for span in given if span[0] > declined_at)


def _attempts(facts: CallFacts, subjects: tuple[Subject, ...]) -> Iterator[PastAttempt]:
    for history in facts.histories:
        if history.subject in subjects:
            yield from history.attempts


def _over_at(past: PastAttempt) -> datetime | None:
    """When an attempt without a reported end is over at the latest; None if only a report can tell."""
    if past.placed_by is PlacedBy.US:
        return None
    return past.expires_at + LONGEST_CALL if past.is_placed else past.expires_at


def _over(past: PastAttempt) -> datetime:
    """When an attempt whose outcome is known was over."""
    return past.ended_at or past.expires_at


def _ended(past: PastAttempt, now: datetime) -> tuple[datetime, Outcome] | None:
    """When and how an attempt ended, as far as it has ended by `now`."""
    if past.outcome is not None:
        return _over(past), past.outcome
    over_at = _over_at(past)
    if over_at is None or now < over_at:
        return None
    return over_at, Outcome.UNKNOWN
