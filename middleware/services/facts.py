"""What the store read becomes what the rules ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from middleware.decision.model import (
    CallFacts,
    CampaignFacts,
    History,
    NumberFacts,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    PolicyProblem,
    Scope,
    Subject,
    SuppressionHit,
)
from middleware.services.callee import callee_from
from middleware.store.catalogue import SuppressedPrefix
from middleware.store.hot_path.model import (
    SPARE_ROWS,
    Counted,
    GuardFound,
    GuardKey,
    HotReading,
    SuppressionFound,
    scope_id,
    subject_id,
)

# spacing and attempts in flight are asked of the number and the person, whatever the caps
MOST_RESTING = 64
_ALWAYS = ((Scope.CONTROLLER, Subject.NUMBER), (Scope.CONTROLLER, Subject.PERSON))


@dataclass(frozen=True, slots=True)
class Known:
    """The one contact a number leads to, as far as one can be told."""

    contact_id: str | None
    company_id: str | None


def counted_by(policy: Policy | PolicyProblem) -> tuple[Counted, ...]:
    """Which subjects must be counted under this policy, and how far back a rule may ask."""
    newest = dict.fromkeys(_ALWAYS, 1)
    ruling = policy if isinstance(policy, Policy) else None
    while ruling is not None:  # the figures of a change that is known already will be asked too
        for counted in _ALWAYS:
            newest[counted] = max(newest[counted], _still_resting(ruling))
        for cap in ruling.caps:
            newest[cap.scope, cap.subject] = max(newest.get((cap.scope, cap.subject), 1), cap.count)
        ruling = ruling.successor
    return tuple(Counted(scope, subject, count) for (scope, subject), count in newest.items())


def _still_resting(policy: Policy) -> int:
    """How many attempts back one may lie whose rest outlasts that of all after it: one, where all rests are equal."""
    spacing, after_refusal = policy.spacing, policy.refusal_rest
    rests = {spacing.default, *spacing.by_outcome.values()}
    if after_refusal is not None:
        if after_refusal.span is None:
            return MOST_RESTING
        rests.add(after_refusal.span)
    shortest = max(min(rests), timedelta(minutes=1))
    return min(MOST_RESTING, ceil(max(rests) / shortest) + 1) if len(rests) > 1 else 1


def reaches_far_enough(reading: HotReading, counted: tuple[Counted, ...]) -> bool:
    """False when rows that do not count may hide older ones that do."""
    for each in counted:
        rows = reading.guards[each.scope, each.subject]
        if len(rows) >= each.newest + SPARE_ROWS and sum(row.counts for row in rows) < each.newest:
            return False
    return True


def further_back(counted: tuple[Counted, ...]) -> tuple[Counted, ...]:
    """The same subjects, asked sixteen times as far back."""
    return tuple(replace(each, newest=each.newest * 16) for each in counted)


def facts_from(
    reading: HotReading,
    number: NumberFacts,
    campaign: CampaignFacts,
    prefixes: Sequence[SuppressedPrefix] = (),
) -> CallFacts:
    """All that the rules may ask; entries that other controllers or campaigns made for themselves are left out.

    `prefixes`: the suppressed ones that the number begins with.
    """
    return CallFacts(
        now=reading.now,
        number=number,
        campaign=campaign,
        callee=callee_from(reading.contacts),
        suppressions=(
            *(hit_of(entry, entry.subject) for entry in reading.suppressions if covers(entry, campaign)),
            *(hit_of(entry, Subject.PREFIX) for entry in prefixes if covers(entry, campaign)),
        ),
        histories=tuple(
            History(scope, subject, tuple(_past(row, reading.now) for row in rows if row.counts))
            for (scope, subject), rows in reading.guards.items()
        ),
    )


def known_contact(reading: HotReading) -> Known:
    """The contact if exactly one answers at the number; a switchboard belongs to nobody."""
    if len(reading.contacts) != 1:
        return Known(None, None)
    return Known(reading.contacts[0].contact_id, reading.contacts[0].company_id)


def guards_to_take(
    reading: HotReading, counted: tuple[Counted, ...], campaign: CampaignFacts, number_key: str
) -> tuple[GuardKey, ...]:
    """The next row of every counted subject that is known, in one order for everybody."""
    known = known_contact(reading)
    keys = {Subject.NUMBER: number_key, Subject.PERSON: known.contact_id, Subject.COMPANY: known.company_id}
    taken = []
    for each in counted:
        key = keys[each.subject]
        if key is None:
            continue
        rows = reading.guards[each.scope, each.subject]
        scope = scope_id(each.scope, campaign.controller_id, campaign.campaign_id)
        taken.append(GuardKey(scope, subject_id(each.subject, key), rows[0].seq + 1 if rows else 1))
    return tuple(sorted(taken, key=lambda guard: (guard.scope_id, guard.subject)))


def covers(entry: SuppressionFound | SuppressedPrefix, campaign: CampaignFacts) -> bool:
    """Whether an entry bars calls of this campaign: it was made for all, for its controller or for itself."""
    if entry.scope == "everywhere":
        return True
    return entry.scope_id == (campaign.controller_id if entry.scope == "controller" else campaign.campaign_id)


def hit_of(entry: SuppressionFound | SuppressedPrefix, subject: Subject) -> SuppressionHit:
    """An entry as the rules see it."""
    return SuppressionHit(entry.entry_id, subject, entry.scope, entry.reason, entry.since)


def _past(row: GuardFound, now: datetime) -> PastAttempt:
    return PastAttempt(
        attempt_id=row.attempt_id,
        campaign_id=row.campaign_id,
        reserved_at=row.reserved_at,
        expires_at=row.expires_at or now,
        placed_by=PlacedBy(row.placed_by),
        is_placed=row.is_placed,
        outcome=Outcome(row.outcome) if row.outcome else None,
        ended_at=row.ended_at,
    )
