"""Closes calls to our own people of whose end nothing was heard, by asking Twilio."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from middleware.clock import Clock
from middleware.decision.disposition import ENDED, state_from_twilio
from middleware.errors import CallRefused, CarrierUnavailable
from middleware.gateways.ports import CallCarrier
from middleware.services.observation import Observation
from middleware.store.database import Database
from middleware.store.own_calls import OwnCall, OwnCallRepository

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 50
NOT_FOUND = 404
# nobody ever hears of a call that has no SID by then: it was not made, or its document was refused
NEVER_MADE_AFTER = timedelta(hours=1)
UNKNOWN = "unknown"


class OwnCallSweep:
    """`quiet_for` is how long such a call may go without its end being reported before Twilio is asked."""

    def __init__(
        self, database: Database, carrier: CallCarrier, clock: Clock, quiet_for: timedelta = timedelta(minutes=2)
    ) -> None:
        self._database = database
        self._carrier = carrier
        self._clock = clock
        self._quiet_for = quiet_for
        self._asked_at: dict[str, datetime] = {}

    def run(self) -> int:
        """One pass; returns how many were closed. A Twilio that does not answer ends it."""
        now = self._clock.now()
        with self._database.reading() as connection:
            late = OwnCallRepository(connection).open_since_before(now - self._quiet_for, MOST_AT_ONCE)
        self._asked_at = {each: at for each, at in self._asked_at.items() if now - at < self._quiet_for}
        closed = 0
        for own_call in late:
            if own_call.id in self._asked_at:
                continue
            self._asked_at[own_call.id] = now
            try:
                closed += self._close(own_call, now)
            except CarrierUnavailable as error:
                logger.warning("calls to our own people cannot be closed yet: %s", error)
                break
        return closed

    def _close(self, own_call: OwnCall, now: datetime) -> bool:
        if own_call.call_sid is None:
            return now - own_call.at > NEVER_MADE_AFTER and self._note(own_call, now, call_status=UNKNOWN)
        try:
            seen = Observation.from_resource(self._carrier.fetch(own_call.call_sid))
        except CallRefused as error:
            return error.status == NOT_FOUND and self._note(own_call, now, call_status=UNKNOWN)
        if state_from_twilio(seen.call_status) not in ENDED:
            return False
        told = {"call_status": seen.call_status, "duration_seconds": seen.duration_seconds}
        return self._note(own_call, seen.said_at or now, **told)

    def _note(self, own_call: OwnCall, ended_at: datetime, **values: Any) -> bool:
        with self._database.writing() as connection:
            OwnCallRepository(connection).change(own_call.id, ended_at=ended_at, **values)
        return True
