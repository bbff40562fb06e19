"""Fetch, list and update: a dialer sees and changes only calls of its own controller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from middleware.errors import NotFound
from middleware.gateways.ports import CallCarrier, Pairs
from middleware.services.observation import CALL_SID
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import Links
from middleware.services.voice_parameters import voice_of
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Credential
from middleware.store.database import Connection, Database
from middleware.store.own_calls import OwnCallRepository
from middleware.twiml.quiet import machine_speaks


@dataclass(frozen=True, slots=True)
class LiveCalls:
    carrier: CallCarrier
    database: Database
    links: Links

    def fetch(self, call_sid: str, asker: Credential) -> dict[str, Any]:
        """One call as Twilio returns it; raises `NotFound` for calls of others as for none."""
        self.leg(call_sid, asker)
        return self.carrier.fetch(call_sid)

    def update(self, call_sid: str, given: dict[str, str], asker: Credential) -> dict[str, Any]:
        """Change a call, as `read_update` has read it; raises `NotFound` for calls of others as for none.

        Other instructions are looked at when they are heard, like those that the call was made with.
        """
        leg = self.leg(call_sid, asker)
        plain: Pairs = [(name, given[name]) for name in ("Status", "TimeLimit") if given.get(name)]
        voice = voice_of(given)
        led: Pairs = []
        if voice.url is not None or voice.twiml is not None:
            with self.database.writing() as connection:
                # a machine that is about to speak is asked about when it is heard: nobody has asked about it before
                led = self.links.of_request(connection, leg, voice, (), detects=machine_speaks(voice.twiml))
        return self.carrier.update(call_sid, [*plain, *led])

    def list(self, query: Pairs, asker: Credential) -> dict[str, Any]:
        """One page of Twilio's list without the calls of others: a page may be shorter than asked for."""
        page = self.carrier.list(query)
        calls = page.get("calls") or []
        sids = [sid for call in calls for sid in (call.get("sid"), call.get("parent_call_sid")) if sid]
        with self.database.reading() as connection:
            own = own_sids(connection, sids, asker.controller_id)
        page["calls"] = [call for call in calls if call.get("sid") in own or call.get("parent_call_sid") in own]
        return page

    def leg(self, call_sid: str, asker: Credential) -> Leg:
        """Whose leg a call of this controller is; raises `NotFound` for others as for none."""
        if not CALL_SID.fullmatch(call_sid):
            raise NotFound("no call has this SID")
        with self.database.reading() as connection:
            leg = _leg_of_attempt(connection, call_sid, asker) or _leg_of_own_call(connection, call_sid, asker)
        if leg is None:
            raise NotFound(f"no attempt has CallSid {call_sid}")
        return leg


def own_sids(connection: Connection, sids: list[str], controller_id: str | None) -> set[str]:
    """Which of these calls are the controller's: attempts, and calls of its own people."""
    attempts = AttemptRepository(connection).known_sids(sids, controller_id)
    return attempts | OwnCallRepository(connection).known_sids(sids, controller_id)


def _leg_of_attempt(connection: Connection, call_sid: str, asker: Credential) -> Leg | None:
    try:
        attempt = AttemptRepository(connection).by_call_sid(call_sid)
    except NotFound:
        return None
    if not asker.reaches(attempt.controller_id):
        return None
    return Leg(attempt.controller_id, attempt.campaign_id, asker.id, "en", attempt_id=attempt.id)


def _leg_of_own_call(connection: Connection, call_sid: str, asker: Credential) -> Leg | None:
    try:
        own = OwnCallRepository(connection).by_call_sid(call_sid)
    except NotFound:
        return None
    if not asker.reaches(own.controller_id):
        return None
    campaign_id = own.campaign_id or asker.campaign_id or ""
    return Leg(own.controller_id, campaign_id, asker.id, own.language, own_call_id=own.id)
