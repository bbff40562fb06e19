"""How often and how soon: one attempt at a time, rest after each, and no more than the caps allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from middleware.decision.calendar import callee_zones, next_span_begins, span_begins
from middleware.decision.model import (
    CalendarSpan,
    CallFacts,
    Cap,
    Outcome,
    Parameter,
    PastAttempt,
    PlacedBy,
    Policy,
    Reason,
    Subject,
    Verdict,
)
from middleware.decision.rules.gates import day_begins_somewhere, in_force

# A dialer that reported a call and never its end: Twilio ends calls after four hours, so by then it is over.
LONGEST_CALL = timedelta(hours=4)

# One line, and one person, at a time. A company has many people; its caps alone bind it.
_SPACED = (Subject.NUMBER, Subject.PERSON)
_COUNTED = (Subject.NUMBER, Subject.PERSON, Subject.COMPANY)

_CLOCK = Verdict("clock")
_IN_FLIGHT = Verdict("in_flight")
_SPACING = Verdict("spacing")
_REST = Verdict("refusal_rest")
_CAPS = Verdict("caps")
_INSTANT = timedelta(microseconds=1)  # an attempt at the very beginning of a span counts to it
_LONGEST_SPANS = {
    CalendarSpan.DAY: timedelta(hours=48),
    CalendarSpan.WEEK: timedelta(days=8),
    CalendarSpan.MONTH: timedelta(days=32),
}


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
    """Who declined the offer is left alone: for a while, or until they ask to be called or consent to it."""
    rest = policy.refusal_rest
    if rest is None:
        return _REST
    declined = [
        past.ended_at or past.expires_at
        for past in _attempts(facts, _SPACED)
        if past.outcome is Outcome.DECLINED and not _asked_since(facts, past.ended_at or past.expires_at)
    ]
    if not declined:
        return _REST
    last = max(declined)
    if rest.span is None:
        return Verdict("refusal_rest", Reason.ATTEMPTS_LOCKED_OUT, {"declined_at": last}, rest.origin)
    if facts.now >= last + rest.span:
        return _REST
    parameters: dict[str, Parameter] = {"declined_at": last, "rest": rest.span}
    return Verdict("refusal_rest", Reason.ATTEMPTS_DECLINED, parameters, rest.origin, last + rest.span)


def caps(facts: CallFacts, policy: Policy) -> Verdict:
    """No cap on attempts at the number, person or company is used up; tells how many attempts are left."""
    left: int | None = None
    refusals: list[Verdict] = []
    for cap in policy.caps:
        counted = _counted(facts, cap)
        remaining = cap.count - len(counted)
        if remaining <= 0:
            refusals.append(_cap_refusal(facts, cap, counted))
        left = remaining if left is None else min(left, remaining)
    if refusals:
        return max(refusals, key=lambda verdict: (verdict.not_before is None, verdict.not_before))
    return _CAPS if left is None else Verdict("caps", attempts_left=left)


def _asked_since(facts: CallFacts, declined_at: datetime) -> bool:
    asked_at, given = facts.callee.asked_to_be_called_at, facts.callee.call_consent
    if asked_at is not None and declined_at < asked_at <= facts.now:
        return True
    if given is None or not in_force(given, facts.now):
        return False
    return day_begins_somewhere(given.given_on) > declined_at


def _counted(facts: CallFacts, cap: Cap) -> list[datetime]:
    """When the attempts in the cap's window were reserved, newest first."""
    since = _counted_since(facts, cap)
    times = [
        past.reserved_at
        for history in facts.histories
        if history.subject is cap.subject and history.scope is cap.scope
        for past in history.attempts
        if since is None or past.reserved_at > since
    ]
    return sorted(times, reverse=True)


def _counted_since(facts: CallFacts, cap: Cap) -> datetime | None:
    """Attempts reserved after this instant count; None: all."""
    if cap.calendar is None:
        return None if cap.window is None else facts.now - cap.window
    zones = callee_zones(facts)
    if not zones:  # where the day begins is not known: count as if it had begun as early as it can have
        return facts.now - _LONGEST_SPANS[cap.calendar]
    return span_begins(zones, cap.calendar, facts.now) - _INSTANT


def _cap_refusal(facts: CallFacts, cap: Cap, counted: list[datetime]) -> Verdict:
    parameters: dict[str, Parameter] = {
        "count": cap.count,
        "window": cap.window if cap.calendar is None else cap.calendar.value,
        "subject": cap.subject.value,
        "scope": cap.scope.value,
    }
    not_before = None
    if cap.calendar is not None:
        zones = callee_zones(facts)
        not_before = next_span_begins(zones, cap.calendar, counted[cap.count - 1]) if zones else None
    elif cap.window is not None:
        not_before = counted[cap.count - 1] + cap.window
    return Verdict("caps", Reason.ATTEMPTS_CAP_REACHED, parameters, cap.origin, not_before, attempts_left=0)


def _attempts(facts: CallFacts, subjects: tuple[Subject, ...]) -> Iterator[PastAttempt]:
    for history in facts.histories:
        if history.subject in subjects:
            yield from history.attempts


def _over_at(past: PastAttempt) -> datetime | None:
    """When an attempt without a reported end is over at the latest; None if only a report can tell."""
    if past.placed_by is PlacedBy.US:
        return None
    return past.expires_at + LONGEST_CALL if past.is_placed else past.expires_at


def _ended(past: PastAttempt, now: datetime) -> tuple[datetime, Outcome] | None:
    """When and how an attempt ended, as far as it has ended by `now`."""
    if past.outcome is not None:
        return past.ended_at or past.expires_at, past.outcome
    over_at = _over_at(past)
    if over_at is None or now < over_at:
        return None
    return over_at, Outcome.UNKNOWN
