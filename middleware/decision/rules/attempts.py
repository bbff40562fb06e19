"""How often and how soon: one attempt at a time, rest after each, and no more than the caps allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from middleware.decision.model import (
    CallFacts,
    Cap,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    Reason,
    Subject,
    Verdict,
)

# A dialer that reported a call and never its end: Twilio ends calls after four hours, so by then it is over.
LONGEST_CALL = timedelta(hours=4)

# One line, and one person, at a time. A company has many people; its caps alone bind it.
_SPACED = (Subject.NUMBER, Subject.PERSON)
_COUNTED = (Subject.NUMBER, Subject.PERSON, Subject.COMPANY)

_CLOCK = Verdict("clock")
_IN_FLIGHT = Verdict("in_flight")
_SPACING = Verdict("spacing")
_CAPS = Verdict("caps")


def clock(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No known attempt lies in the future: a clock that went back would let attempts be made twice."""
    newest = max((past.reserved_at for past in _attempts(facts, _COUNTED)), default=facts.now)
    if newest <= facts.now:
        return _CLOCK
    detail = "An earlier attempt lies in the future: a clock went back. Have the clocks of the servers checked."
    return Verdict("clock", Reason.ATTEMPTS_CLOCK_WENT_BACK, detail, None, newest)


def in_flight(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """No other attempt at this number or person is under way or may still be made."""
    waits = [_over_at(past) for past in _attempts(facts, _SPACED) if _ended(past, facts.now) is None]
    if not waits:
        return _IN_FLIGHT
    known = [wait for wait in waits if wait is not None]
    not_before = max(known) if len(known) == len(waits) else None
    detail = "Another attempt at this callee is under way. Wait until its end has been reported."
    return Verdict("in_flight", Reason.ATTEMPTS_IN_FLIGHT, detail, None, not_before)


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
    detail = f"The last attempt ended {last.value}; the next comes at least {_spell(rest)} later."
    return Verdict("spacing", Reason.ATTEMPTS_TOO_SOON, detail, policy.spacing.origin, latest)


def caps(facts: CallFacts, policy: Policy) -> Verdict:
    """No cap on attempts at the number, person or company is used up; tells how many attempts are left."""
    left: int | None = None
    refusals: list[Verdict] = []
    for cap in policy.caps:
        counted = _counted(facts, cap)
        remaining = cap.count - len(counted)
        if remaining <= 0:
            refusals.append(_cap_refusal(cap, counted))
        left = remaining if left is None else min(left, remaining)
    if refusals:
        return max(refusals, key=lambda verdict: (verdict.not_before is None, verdict.not_before))
    return _CAPS if left is None else Verdict("caps", attempts_left=left)


def _counted(facts: CallFacts, cap: Cap) -> list[datetime]:
    """When the attempts in the cap's window were reserved, newest first."""
    since = None if cap.window is None else facts.now - cap.window
    times = [
        past.reserved_at
        for history in facts.histories
        if history.subject is cap.subject and history.scope is cap.scope
        for past in history.attempts
        if since is None or past.reserved_at > since
    ]
    return sorted(times, reverse=True)


def _cap_refusal(cap: Cap, counted: list[datetime]) -> Verdict:
    within = "" if cap.window is None else f" within {_spell(cap.window)}"
    detail = f"At most {cap.count} attempts per {cap.subject.value} and {cap.scope.value}{within}, and all are used."
    not_before = None
    if cap.window is not None and cap.count > 0:
        not_before = counted[cap.count - 1] + cap.window
    return Verdict("caps", Reason.ATTEMPTS_CAP_REACHED, detail, cap.origin, not_before, attempts_left=0)


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


def _spell(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours / 24:g} days" if hours >= 48 else f"{hours:g} hours"
