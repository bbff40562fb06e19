"""Made-up calls to all countries, at all hours, with every kind of past: what a log of some years may hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from middleware.decision.calendar import next_opening
from middleware.decision.model import (
    BalancingTest,
    CalleeFacts,
    CallerIdFacts,
    CallFacts,
    CampaignFacts,
    Consent,
    Dialling,
    History,
    LegalForm,
    NumberFacts,
    NumberKind,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    RequestFacts,
    Scope,
    Speaker,
    Standing,
    Subject,
    SuppressionHit,
)

SPREAD = timedelta(days=300)
# What mobiles tell: one zone in most countries, several where the country is wide.
_NORTH_SEA = ("Europe/Amsterdam",)
_ZONES = {
    "GB": ("Europe/London",),
    "IE": ("Europe/Dublin",),
    "ES": ("Atlantic/Canary", "Europe/Madrid"),
    "PT": ("Atlantic/Azores", "Europe/Lisbon"),
    "FI": ("Europe/Helsinki",),
    "US": ("America/Chicago", "America/New_York"),
    "CA": ("America/Toronto", "America/Winnipeg"),
    "AU": ("Australia/Adelaide", "Australia/Brisbane", "Australia/Perth", "Australia/Sydney"),
}
_DAY = timedelta(days=1)
_ENDED_IN = timedelta(seconds=45)
_PERMIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class CallMaker:
    """Every `place` gives another call; the same seed gives the same calls. About half of them are permitted."""

    policies: Sequence[Policy]
    ends: datetime
    count: int
    seed: int

    def call(self, place: int) -> tuple[CallFacts, Policy]:
        """The facts of one call and the policy that rules it; calls follow one another in time."""
        chance = Random(self.seed * 10_000_019 + place)  # noqa: S311  # no secret
        policy = chance.choice(self.policies)
        now = _asked_at(self.ends - SPREAD * (self.count - place) / self.count, policy, chance)
        facts = CallFacts(
            now=now,
            number=_number(policy.country),
            campaign=_campaign(now, policy, chance),
            callee=_callee(now, chance),
            request=_request(policy, chance),
            suppressions=_suppressions(now, chance),
            histories=_histories(now, chance),
        )
        return facts, policy


def _asked_at(at: datetime, policy: Policy, chance: Random) -> datetime:
    """Near `at`; dialers mostly work while the phones they ring may be rung."""
    if chance.random() > 0.8:
        return at
    zones = [ZoneInfo(name) for name in _ZONES.get(policy.country, _NORTH_SEA)]
    opening = next_opening(policy.hours, zones, at)
    return at if opening is None else opening + timedelta(minutes=chance.randrange(1, 60))


def _number(country: str) -> NumberFacts:
    return NumberFacts(country, NumberKind.MOBILE, valid=True, zones=_ZONES.get(country, _NORTH_SEA))


def _campaign(now: datetime, policy: Policy, chance: Random) -> CampaignFacts:
    day = now.date()
    return CampaignFacts(
        campaign_id="measured",
        controller_id="measured",
        audience=policy.audience,
        is_open=chance.random() > 0.01,
        balancing_test=BalancingTest(day - 100 * _DAY, day + 200 * _DAY),
        washed_at={
            gate.register: now - chance.randrange(1, 40) * _DAY for gate in policy.gates if gate.register is not None
        },
        is_controller_identified=True,
        has_list_source=True,
        list_checked_on=day - chance.randrange(400) * _DAY,
    )


def _callee(now: datetime, chance: Random) -> CalleeFacts:
    day = now.date()
    consent = Consent(day - chance.randrange(1, 700) * _DAY) if chance.random() < 0.5 else None
    return CalleeFacts(
        legal_form=chance.choice(list(LegalForm)),
        call_consent=consent,
        prospect_reason_on=day - 9 * _DAY if chance.random() < 0.7 else None,
        has_source=True,
        checked_on=day - chance.randrange(400) * _DAY,
    )


def _request(policy: Policy, chance: Random) -> RequestFacts:
    shown = CallerIdFacts("+4570101010", policy.country, NumberKind.FIXED, Standing.OWNED, in_directory=True)
    speaker = Speaker.MACHINE if chance.random() < 0.02 else Speaker.HUMAN
    return RequestFacts(speaker, Dialling.PREVIEW, None, shown if chance.random() < 0.98 else None)


def _suppressions(now: datetime, chance: Random) -> tuple[SuppressionHit, ...]:
    if chance.random() > 0.1:
        return ()
    subject = chance.choice([Subject.NUMBER, Subject.PERSON, Subject.COMPANY])
    return (SuppressionHit("entry", subject, "everywhere", "objection", now - 30 * _DAY),)


def _histories(now: datetime, chance: Random) -> tuple[History, ...]:
    if chance.random() > 0.6:
        return ()
    attempts = sorted((_past(now, chance) for _ in range(chance.randrange(1, 5))), key=lambda p: p.reserved_at)
    newest_first = tuple(reversed(attempts))
    return tuple(History(Scope.CONTROLLER, subject, newest_first) for subject in (Subject.NUMBER, Subject.PERSON))


def _past(now: datetime, chance: Random) -> PastAttempt:
    reserved_at = now - timedelta(minutes=chance.randrange(60, 60 * 24 * 40))
    outcome = chance.choice([Outcome.NO_ANSWER, Outcome.ANSWERED, Outcome.BUSY, Outcome.VOICEMAIL, Outcome.DECLINED])
    return PastAttempt(
        attempt_id="earlier",
        campaign_id="measured",
        reserved_at=reserved_at,
        expires_at=reserved_at + _PERMIT,
        placed_by=PlacedBy.US,
        is_placed=True,
        outcome=outcome,
        ended_at=reserved_at + _ENDED_IN,
    )
