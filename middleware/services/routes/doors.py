"""The gate, as the rewriting of a document asks it: telephones are asked about, URLs get addresses of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import orjson

from middleware.callback_urls import read_callback_url
from middleware.clock import Clock
from middleware.explanations import say_voice, spoken_refusal
from middleware.services.dialer_events import EVENTS
from middleware.services.own_people import CLIENT, OwnPerson
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import DELIVERY, Links
from middleware.services.routes.own_legs import begun
from middleware.services.routes.target_gate import Asked, Permit, Refusal, TargetGate
from middleware.sip_addresses import is_sip
from middleware.store.database import Database
from middleware.twiml.asking import Ring, Wish
from middleware.twiml.rewriting import as_text


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time that a document is heard. `call_sid`: the leg's."""

    event: str
    route: str
    call_sid: str


@dataclass(slots=True)
class GatedDoors:
    """See `Doors`. One for each occasion; remembers what was refused last, to say why."""

    leg: Leg
    occasion: Occasion
    gate: TargetGate
    links: Links
    database: Database
    clock: Clock
    public_base_url: str
    _refusal: Refusal = field(default_factory=lambda: Refusal(None))
    _legs: dict[str, Leg] = field(default_factory=dict)  # status callback -> the leg that is rung

    def ring(self, wish: Wish) -> Ring | None:
        """See `Doors.ring`. Every telephone that is rung is an attempt, or a logged call to one of ours."""
        found = self.gate.ask(
            self.leg,
            Asked(
                given=wish.address,
                route=self.occasion.route,
                event=f"{self.occasion.event}.{wish.index}",
                caller_id=wish.caller_id,
                timeout=wish.timeout,
                dialer_callback=_callback_of(wish),
            ),
        )
        if isinstance(found, Refusal):
            self._refusal = found
            return None
        if isinstance(found, OwnPerson):
            return self._own(found, wish)
        self._legs[found.status_callback] = self._leg_of(found)
        return Ring("Number", found.callee, found.status_callback, found.caller_id, found.ring_seconds)

    def twiml(self, url: str, method: str, ring: Ring | None) -> str:
        """See `Doors.twiml`."""
        with self.database.writing() as connection:
            return self.links.twiml(connection, self._leg(ring), url, method)

    def report(self, url: str, method: str) -> str:
        """See `Doors.report`."""
        with self.database.writing() as connection:
            return self.links.callback(connection, self.leg, url, method)

    def detection(self, url: str | None, method: str, ring: Ring) -> str:
        """See `Doors.detection`."""
        with self.database.writing() as connection:
            return self.links.amd(connection, self._leg(ring), url, method)

    def later(self, document: str) -> str:
        """See `Doors.later`."""
        with self.database.writing() as connection:
            return self.links.document(connection, self.leg, document)

    def refused(self) -> Sequence[ET.Element]:
        """See `Doors.refused`. Our own people hear why; the person called hears nothing of it."""
        answer = self._refusal.answer
        reasons, not_before = (answer.reasons, answer.not_before) if answer else ((), None)
        callee = answer.callee if answer else None
        return _ending(self.leg, spoken_refusal(reasons, not_before, callee, self.leg.language))

    def _own(self, person: OwnPerson, wish: Wish) -> Ring:
        with self.database.writing() as connection:
            leg = begun(
                connection,
                self.clock.now(),
                self.leg,
                self.occasion.route,
                person,
                occasion=f"{self.occasion.event}.{wish.index}",
                parent_call_sid=self.occasion.call_sid or None,
            )
            if wish.status_callback is not None:
                self.links.callback(connection, leg, wish.status_callback, wish.status_method, wish.status_events)
        status_callback = f"{self.public_base_url}/twilio/own/{leg.own_call_id}{DELIVERY}"
        self._legs[status_callback] = leg
        if person.address.startswith(CLIENT):
            return Ring("Client", person.address.removeprefix(CLIENT), status_callback)
        return Ring("Sip" if is_sip(person.address) else "Number", person.address, status_callback)

    def _leg(self, ring: Ring | None) -> Leg:
        return self.leg if ring is None else self._legs[ring.status_callback]

    def _leg_of(self, permit: Permit) -> Leg:
        leg = self.leg
        return Leg(leg.controller_id, leg.campaign_id, leg.credential_id, leg.language, attempt_id=permit.attempt_id)


def hang_up(leg: Leg, *sentences: str) -> str:
    """A whole document that ends the call; our own people hear these sentences before."""
    response = ET.Element("Response")
    response.extend(_ending(leg, sentences))
    return as_text(response)


def _ending(leg: Leg, sentences: Sequence[str]) -> Sequence[ET.Element]:
    said = []
    for sentence in () if leg.is_callee else sentences:
        element = ET.Element("Say", {"language": say_voice(leg.language)})
        element.text = sentence
        said.append(element)
    return [*said, ET.Element("Hangup")]


def _callback_of(wish: Wish) -> str | None:
    """As attempts keep what their dialer wants to hear."""
    if wish.status_callback is None:
        return None
    read_callback_url(wish.status_callback)
    events = [event for event in wish.status_events if event in EVENTS]
    return orjson.dumps({"url": wish.status_callback, "method": wish.status_method, "events": events}).decode()
