"""How often: no more attempts than the caps allow, in the newest days or in one calendar day, week or month."""

from __future__ import annotations

from datetime import datetime, timedelta

from middleware.decision.model import CalendarSpan, CallFacts, Cap, Parameter, Policy, Reason, Verdict
from middleware.decision.zones import callee_zones, next_span_begins, span_begins

_CAPS = Verdict("caps")
_INSTANT = timedelta(microseconds=1)  # an attempt at the very beginning of a span counts to it
# No calendar span is longer in any zone, the nights on which clocks are set back included.
_LONGEST_SPANS = {
    CalendarSpan.DAY: timedelta(hours=48),
    CalendarSpan.WEEK: timedelta(days=8),
    CalendarSpan.MONTH: timedelta(days=32),
}


def caps(facts: CallFacts, policy: Policy) -> Verdict:
    """No cap on attempts at the number, person or company is used up; tells how many attempts are left."""
    left: int | None = None
    refusals: list[Verdict] = []
    for cap in policy.caps:
        counted = _counted(facts, cap)
        remaining = cap.count - len(counted)
        if remaining <= 0:
            refusals.append(_refusal(facts, cap, counted))
        left = remaining if left is None else min(left, remaining)
    if refusals:
        return max(refusals, key=lambda verdict: (verdict.not_before is None, verdict.not_before))
    return _CAPS if left is None else Verdict("caps", attempts_left=left)


def _counted(facts: CallFacts, cap: Cap) -> list[datetime]:
    """When the attempts that the cap counts were reserved, newest first."""
    times = [
        past.reserved_at
        for history in facts.histories
        if history.subject is cap.subject and history.scope is cap.scope
        for past in history.attempts
    ]
    if times and (since := _counted_since(facts, cap)) is not None:
        times = [at for at in times if at > since]
    return sorted(times, reverse=True)


def _counted_since(facts: CallFacts, cap: Cap) -> datetime | None:
    """Attempts reserved after this instant count; None: all."""
    if cap.calendar is None:
        return None if cap.window is None else facts.now - cap.window
    zones = callee_zones(facts)
    if not zones:  # where the day begins is not known: count as if it had begun as early as it can have
        return facts.now - _LONGEST_SPANS[cap.calendar]
    return span_begins(zones, cap.calendar, facts.now) - _INSTANT


def _refusal(facts: CallFacts, cap: Cap, counted: list[datetime]) -> Verdict:
    parameters: dict[str, Parameter] = {
        "count": cap.count,
        "window": cap.window if cap.calendar is None else cap.calendar.value,
        "subject": cap.subject.value,
        "scope": cap.scope.value,
    }
    # the cap is free again once the attempt that filled it counts no longer
    not_before = _counted_until(facts, cap, counted[cap.count - 1]) if cap.count > 0 else None
    return Verdict("caps", Reason.ATTEMPTS_CAP_REACHED, parameters, cap.origin, not_before, attempts_left=0)


def _counted_until(facts: CallFacts, cap: Cap, reserved_at: datetime) -> datetime | None:
    """From when on an attempt counts no longer; None: it always will."""
    if cap.calendar is None:
        return None if cap.window is None else reserved_at + cap.window
    zones = callee_zones(facts)
    return next_span_begins(zones, cap.calendar, reserved_at) if zones else reserved_at + _LONGEST_SPANS[cap.calendar]
