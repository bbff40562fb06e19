"""May this call be made? Read all facts, decide, and reserve what is permitted before anybody hears of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from middleware.decision.engine import decide, refuse_without_policy
from middleware.decision.model import CallFacts, Decision, Policy, PolicyProblem
from middleware.encoding import facts_to_text
from middleware.errors import StoreBusy
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import ParsedNumber, parse
from middleware.services.asked_facts import as_asked
from middleware.services.asking import Answer, Question, ReasonGiven, reasons_of, reasons_to_json
from middleware.services.facts import (
    facts_from,
    further_back,
    guards_to_take,
    known_contact,
    reaches_far_enough,
)
from middleware.services.repeats import Repeats
from middleware.services.ring_time import ring_seconds
from middleware.services.sources import CampaignSource, PolicySource
from middleware.store.catalogue import Campaign, Credential
from middleware.store.hot_path.model import Counted, GuardKey, HotAsk, HotPath, HotReading, Reservation
from middleware.store.ids import new_id

MOST_ROUNDS = 5  # of losing the race for a slot before the asker is told to ask again
MOST_READINGS = 50  # while the catalogue changes under us


@dataclass(frozen=True, slots=True)
class Considered:
    """One round: what was read, what it means, what was decided."""

    campaign: Campaign
    number: ParsedNumber
    number_key: str
    reading: HotReading
    counted: tuple[Counted, ...]
    facts: CallFacts
    policy: Policy | PolicyProblem
    decision: Decision
    reasons: tuple[ReasonGiven, ...]  # none: permitted

    @property
    def is_permitted(self) -> bool:
        """No rule refused."""
        return not self.reasons


class Precall:
    """`reserve` is binding and atomic, `consider` only asks. Both raise `NotFound` for a campaign out of reach and
    `StoreUnavailable` when facts cannot be read: then nothing is permitted."""

    def __init__(
        self,
        hot_path: HotPath,
        catalogue: CampaignSource,
        policies: PolicySource,
        repeats: Repeats,
        pepper: Pepper,
        permit_time: timedelta,
    ) -> None:
        self._hot_path = hot_path
        self._catalogue = catalogue
        self._policies = policies
        self._repeats = repeats
        self._pepper = pepper
        self._permit_time = permit_time

    def reserve(self, question: Question, credential: Credential) -> Answer:
        """Decide and reserve. A permit is committed when this returns; a repeated request finds its attempt.

        Raises `IdempotencyConflict` for a key used with another request, `StoreBusy` after five lost races.
        """
        for _ in range(MOST_ROUNDS):
            considered = self.consider(question, credential)
            earlier = self._repeats.find(question, credential, considered.reading, considered.decision)
            if earlier is not None:
                return earlier
            reservation = self._reservation(question, credential, considered)
            if self._hot_path.write(reservation):
                return answer_of(considered, reservation)
        raise StoreBusy("others asked for this callee at the same moment: ask again in a second")

    def consider(self, question: Question, credential: Credential) -> Considered:
        """Read and decide as of now or of the moment asked about, without leaving anything behind.

        Raises `InvalidRequest` for a question about a moment in the past.
        """
        number = parse(question.callee, question.default_country)
        number_key = self._pepper.number(number.e164 or question.callee)
        for _ in range(MOST_READINGS):
            # before the campaign is looked up: another thread may exchange the copy at any moment, and a campaign of
            # the old one must not pass for the new
            catalogue = self._catalogue.get()
            generation = catalogue.generation
            campaign = self._catalogue.campaign_for(credential, question.campaign_id)
            policy, counted, number_facts = self._policies.resolve(campaign, number)
            reading = self._read(question, credential, campaign, number_key, counted)
            if reading.generation == generation:
                break
            self._catalogue.refresh(reading.generation)
        else:
            raise StoreBusy("campaigns are being changed faster than they can be read: ask again in a second")
        self._catalogue.recheck(credential, reading.now)
        facts = facts_from(reading, number_facts, campaign.facts, catalogue.prefixes_of(number.e164))
        facts = as_asked(facts, question, campaign, policy, len(reading.contacts))
        if isinstance(policy, PolicyProblem):
            decision = refuse_without_policy(facts, policy)
        else:
            self._policies.keep(policy, campaign.id, reading.now)
            decision = decide(facts, policy)
        reasons = reasons_of(decision)
        return Considered(campaign, number, number_key, reading, counted, facts, policy, decision, reasons)

    def _read(
        self,
        question: Question,
        credential: Credential,
        campaign: Campaign,
        number_key: str,
        counted: tuple[Counted, ...],
    ) -> HotReading:
        ask = HotAsk(
            controller_id=campaign.controller_id,
            campaign_id=campaign.id,
            credential_id=credential.id,
            number_key=number_key,
            counted=counted,
            contact_id=question.contact_id,
            idempotency_key=question.idempotency_key,
        )
        reading = self._hot_path.read(ask)
        if ask.contact_id is not None and not reading.contacts:
            # no contact at this number: to narrow by it would hide the people who are, and what bars them
            ask = replace(ask, contact_id=None)
            reading = self._hot_path.read(ask)
        while not reaches_far_enough(reading, counted):
            counted = further_back(counted)
            reading = self._hot_path.read(replace(ask, counted=counted))
        return reading

    def _reservation(self, question: Question, credential: Credential, considered: Considered) -> Reservation:
        decision, campaign, reading = considered.decision, considered.campaign, considered.reading
        known, shown = known_contact(reading), considered.facts.request.caller_id
        expires_at = None
        guards: tuple[GuardKey, ...] = ()
        is_permitted = considered.is_permitted
        if is_permitted:
            expires_at = reading.now + self._permit_time
            if decision.permitted_until is not None:  # a window that closes sooner ends the permit with it
                expires_at = min(expires_at, decision.permitted_until)
            guards = guards_to_take(reading, considered.counted, campaign.facts, considered.number_key)
        return Reservation(
            attempt_id=new_id(reading.now),
            controller_id=campaign.controller_id,
            campaign_id=campaign.id,
            credential_id=credential.id,
            route=question.route,
            placed_by=question.placed_by,
            callee=considered.number.e164 or question.callee[:40],
            callee_key=considered.number_key,
            caller_id=question.caller_id if shown is None else shown.number,
            contact_id=known.contact_id,
            company_id=known.company_id,
            guards=guards,
            state="permitted" if is_permitted else "refused",
            asked_at=reading.now,
            permit_expires_at=expires_at,
            idempotency_key=question.idempotency_key,
            request_digest=question.request_digest,
            dialer_callback=question.dialer_callback,
            policy_digest=decision.policy_digest,
            is_permitted=is_permitted,
            not_before=decision.not_before,
            attempts_left=decision.attempts_left,
            refusals=reasons_to_json(considered.reasons),
            facts=facts_to_text(considered.facts),
            ring_timeout_seconds=ring_seconds(considered.policy, reading.now, decision.permitted_until)[0],
            clock_offset_seconds=reading.clock_offset_seconds,
        )


def answer_of(considered: Considered, reservation: Reservation | None = None) -> Answer:
    """What the asker is told; binding where something was reserved."""
    decision, shown = considered.decision, considered.facts.request.caller_id
    is_permitted = considered.is_permitted
    at_most = at_least = None
    if is_permitted:
        at_most, at_least = ring_seconds(considered.policy, decision.decided_at, decision.permitted_until)
    return Answer(
        attempt_id=reservation.attempt_id if reservation else new_id(considered.reading.now),
        campaign_id=considered.campaign.id,
        is_binding=reservation is not None,
        is_permitted=is_permitted,
        asked_at=considered.reading.now,
        decided_at=decision.decided_at,
        reasons=considered.reasons,
        not_before=decision.not_before,
        attempts_left=decision.attempts_left,
        permit_expires_at=reservation.permit_expires_at if reservation else None,
        ring_timeout_seconds=at_most,
        ring_at_least_seconds=at_least,
        policy_digest=decision.policy_digest,
        clock_offset_seconds=considered.reading.clock_offset_seconds,
        callee=considered.number.e164,
        caller_id=None if shown is None else shown.number,
        permitted_until=None if reservation else decision.permitted_until,
    )
