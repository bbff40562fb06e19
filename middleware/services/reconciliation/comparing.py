"""One listed call against our log: whose it is, whether it was permitted, and what has to be mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from middleware.clock import Clock
from middleware.decision.disposition import State
from middleware.keyed_hash import Pepper
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.own_people import OwnPerson, whom
from middleware.services.reconciliation.kinds import ALARMING, Kind
from middleware.services.reconciliation.listed_calls import ListedCall
from middleware.services.reconciliation.mending import CLOCKS_DIFFER, Mending
from middleware.store.attempts import AttemptSeen
from middleware.store.catalogue import Catalogue
from middleware.store.database import Database
from middleware.store.own_calls import OwnCallRepository
from middleware.store.reconciliations import attempts_of_calls, attempts_that_may_be
from middleware.store.violations import ViolationRepository

LONGEST_PERMIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Span:
    """A day, from `begins` to before `ends`, aware."""

    begins: datetime
    ends: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether it happened then; what has no time did not."""
        return at is not None and self.begins <= at < self.ends


@dataclass(frozen=True, slots=True)
class Matched:
    """A listed call and the attempt that it belongs to."""

    call: ListedCall
    attempt: AttemptSeen


@dataclass(frozen=True, slots=True)
class Comparing:
    database: Database
    catalogue: CurrentCatalogue
    clock: Clock
    pepper: Pepper
    mending: Mending

    def compare(self, calls: Sequence[ListedCall], span: Span, counts: Counter[str]) -> list[Matched]:
        """Note and mend what these calls tell; returns those that are attempts. Doing it again changes nothing."""
        catalogue = self.catalogue.checked()
        sids = [call.sid for call in calls]
        with self.database.reading() as connection:
            known = attempts_of_calls(connection, sids)
            own = OwnCallRepository(connection).known_sids(sids, None)
        found = []
        for call in calls:
            attempt = known.get(call.sid)
            if attempt is None and not call.is_coming_in and call.sid not in own:
                attempt = self._look_for(call)
            if not (span.holds(call.began) or (attempt is not None and span.holds(attempt.asked_at))):
                continue
            counts["calls"] += 1
            if attempt is not None and attempt.state != State.REFUSED.value:
                found.append(Matched(call, attempt))
                counts["attempts"] += 1
                self.mending.mend(call, attempt, counts)
            elif call.is_coming_in:
                counts["inbound"] += 1
            elif call.sid in own or _is_own_person(catalogue, call):
                counts["own_people"] += 1
            else:
                self._not_permitted(catalogue, call, attempt, counts)
        return found

    def _look_for(self, call: ListedCall) -> AttemptSeen | None:
        """An attempt whose call is not known, whose permit this call was made under; else one that was refused."""
        if call.made is None:
            return None
        key, until = self.pepper.number(call.number), call.made + CLOCKS_DIFFER
        with self.database.reading() as connection:
            asked = attempts_that_may_be(connection, key, call.made - LONGEST_PERMIT - CLOCKS_DIFFER, until)
        permitted = [attempt for attempt in asked if _covers(attempt, call)]
        refused = [attempt for attempt in asked if attempt.state == State.REFUSED.value]
        return next(iter(permitted or reversed(refused)), None)

    def _not_permitted(
        self, catalogue: Catalogue, call: ListedCall, attempt: AttemptSeen | None, counts: Counter[str]
    ) -> None:
        now = self.clock.now()
        with self.database.writing() as connection:
            is_new = ViolationRepository(connection).add(
                Kind.NOT_PERMITTED.value,
                call.sid,
                call.began or now,
                now,
                controller_id=attempt.controller_id if attempt else _controller_showing(catalogue, call.caller_id),
                attempt_id=attempt.id if attempt else None,
                callee_key=self.pepper.number(call.number),
                detail=call.without_names(),
            )
        note(counts, Kind.NOT_PERMITTED, is_new=is_new)


def note(counts: Counter[str], kind: Kind, *, is_new: bool) -> None:
    """Count a finding; `new` counts those that nobody had been told of."""
    counts[kind.value] += 1
    if is_new and kind in ALARMING:
        counts["new"] += 1


def _covers(attempt: AttemptSeen, call: ListedCall) -> bool:
    """Whether the permit of this attempt is what the call was made under."""
    ends = attempt.permit_expires_at
    if attempt.state == State.REFUSED.value or ends is None or call.made is None:
        return False
    in_time = attempt.asked_at - CLOCKS_DIFFER <= call.made <= ends + CLOCKS_DIFFER
    return in_time and attempt.caller_id in {call.caller_id, None}


def _is_own_person(catalogue: Catalogue, call: ListedCall) -> bool:
    """Of any controller: whose leg it is, Twilio's list does not tell."""
    controllers: Mapping[str, None] = dict.fromkeys(catalogue.controllers or ("",))
    return any(isinstance(whom(catalogue, controller, call.callee), OwnPerson) for controller in controllers)


def _controller_showing(catalogue: Catalogue, caller_id: str) -> str | None:
    """Whose number was shown, where it is on file for one controller alone."""
    showing = {
        campaign.controller_id
        for campaign in catalogue.campaigns.values()
        if any(on_file.number == caller_id for on_file in campaign.caller_ids)
    }
    return showing.pop() if len(showing) == 1 else None
