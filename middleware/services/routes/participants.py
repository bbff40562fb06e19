"""People rung into a conference: the same decision as for any other call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from middleware.errors import InvalidParameter, NotFound
from middleware.gateways.ports import CallCarrier, Pairs
from middleware.services.call_requests import CallRequest, campaign_of
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.observation import Observation
from middleware.services.own_people import OwnPerson
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import Links
from middleware.services.routes.live_calls import LiveCalls
from middleware.services.routes.own_calls import OwnCalls
from middleware.services.routes.placing import Created, Placing, Way
from middleware.services.voice_parameters import (
    OF_CONFERENCES,
    STATUS,
    callbacks_in,
    check_urls,
    method_in,
    plain_url,
)
from middleware.store.catalogue import Credential
from middleware.store.database import Connection, Database
from middleware.twiml.names import name_in_twiml, own_name

_SID = re.compile(r"CF[0-9a-fA-F]{32}")
_BEHIND_OURS = frozenset(
    (
        *("To", "From", "Timeout", "WaitUrl", "WaitMethod", *STATUS),
        *OF_CONFERENCES,
        *(f"{name}Method" for name in OF_CONFERENCES),
    )
)
_HEARD = {"HoldUrl": "HoldMethod", "AnnounceUrl": "AnnounceMethod", "WaitUrl": "WaitMethod"}
_CHANGEABLE = frozenset(
    (
        *("Muted", "Hold", "BeepOnExit", "EndConferenceOnExit", "Coaching", "CallSidToCoach"),
        *_HEARD,
        *_HEARD.values(),
    )
)
_QUEUED = "queued"  # a participant's own words of its state are others than a call's


@dataclass(frozen=True, slots=True)
class Participants:
    carrier: CallCarrier
    catalogue: CurrentCatalogue
    database: Database
    links: Links
    own_calls: OwnCalls
    live_calls: LiveCalls
    placing: Placing

    def add(self, conference: str, request: CallRequest, asker: Credential) -> Created:
        """Ring somebody into a conference, given by the controller's own name of it or by its SID, if that may be.
        Raises as `Placing.place` does, and `NotFound` for a conference of others."""
        controller_id = self.catalogue.campaign_for(asker, campaign_of(asker)).controller_id
        room = self.room(conference, controller_id)
        way = Way(
            route="participant",
            ring_own=lambda person: self._add_own(room, request, person, controller_id, asker),
            led=lambda leg: self._parameters(request, leg),
            make=lambda parameters: self.carrier.add_participant(room, parameters),
            seen=_seen,
            shown=lambda call_sid: self._participant(room, call_sid),
            room=room,
        )
        return self.placing.place(request, controller_id, asker, way)

    def ask(self, method: str, conference: str, which: str, given: Pairs, asker: Credential) -> dict[str, Any]:
        """Read, change or remove participants of a conference of this controller. `which`: empty for the list, else a
        call's SID or a label. Raises `NotFound` for conferences of others, `InvalidParameter`."""
        controller_id = self.catalogue.campaign_for(asker, campaign_of(asker)).controller_id
        path = f"Conferences/{self._sid_of(self.room(conference, controller_id))}/Participants"
        if which:
            path += f"/{quote(which, safe='')}"
        sent = self._changes(f"{path}.json", given, asker) if method == "POST" else given
        return self.carrier.participant(method, f"{path}.json", sent)

    def _sid_of(self, room: str) -> str:
        """Twilio rings people into a conference by its name, and reads and changes it by its SID alone. Of several with
        one name it is the one under way. Raises `NotFound`."""
        if _SID.fullmatch(room):
            return room
        page = self.carrier.participant("GET", "Conferences.json", [("FriendlyName", room), ("Status", "in-progress")])
        for each in page.get("conferences") or ():
            if each.get("friendly_name") == room and _SID.fullmatch(str(each.get("sid"))):
                return str(each["sid"])
        raise NotFound("no such conference")

    def _changes(self, path: str, given: Pairs, asker: Credential) -> Pairs:
        """What may be changed about a participant; what is then heard comes through us, like all instructions."""
        for name, _ in given:
            if name not in _CHANGEABLE:
                raise InvalidParameter(f"{name} is not something that a participant can be given through here", name)
        said = dict(given)
        check_urls(said, _HEARD)
        changes = [(name, value) for name, value in said.items() if name not in {*_HEARD, *_HEARD.values()}]
        heard = {name: plain_url(said[name]) for name in _HEARD if name in said}
        if any(heard.values()):
            # a label tells Twilio alone whose call it is
            leg = self.live_calls.leg(str(self.carrier.participant("GET", path, []).get("call_sid")), asker)
            with self.database.writing() as connection:
                for name, url in heard.items():
                    if url is not None:
                        heard[name] = self.links.twiml(connection, leg, url, method_in(said, _HEARD[name]))
        return [*changes, *((name, url or "") for name, url in heard.items())]

    def room(self, conference: str, controller_id: str) -> str:
        """What Twilio calls the conference. Raises `NotFound` for one of others."""
        given = conference.strip()
        if not _SID.fullmatch(given):
            return name_in_twiml(controller_id, given)  # also what merely looks like a SID
        name = self.carrier.conference(given).get("friendly_name")
        if not isinstance(name, str) or own_name(controller_id, name) is None:
            raise NotFound("no such conference")
        return given

    def _add_own(
        self, room: str, request: CallRequest, person: OwnPerson, controller_id: str, asker: Credential
    ) -> dict[str, Any]:
        leg, parameters = self.own_calls.prepared(request, person, controller_id, asker, "participant")
        with self.database.writing() as connection:
            led = self._led(connection, request, leg)
        sent = [
            (name, value) for name, value in parameters if name not in _BEHIND_OURS - _KEPT and name != "FallbackUrl"
        ]
        return self.own_calls.made(leg, lambda: self.carrier.add_participant(room, [*sent, *led]), _seen)

    def _parameters(self, request: CallRequest, leg: Leg) -> Pairs:
        with self.database.writing() as connection:
            led = self._led(connection, request, leg)
        return [*((name, value) for name, value in request.pairs if name not in _BEHIND_OURS), *led]

    def _led(self, connection: Connection, request: CallRequest, leg: Leg) -> list[tuple[str, str]]:
        """What the request leads to: what is heard while waiting, and reports."""
        given = dict(reversed(request.pairs))
        led = []
        for name, url, method in callbacks_in(given, OF_CONFERENCES):
            is_detection = name == "AmdStatusCallback" and leg.is_callee
            make = self.links.amd if is_detection else self.links.callback
            led.append((name, make(connection, leg, url, method)))
        wait_url = plain_url(given.get("WaitUrl"))
        if wait_url is not None:
            led.append(("WaitUrl", self.links.twiml(connection, leg, wait_url, method_in(given, "WaitMethod"))))
        elif "WaitUrl" in given:
            led.append(("WaitUrl", ""))  # silence
        return led

    def _participant(self, room: str, call_sid: str) -> dict[str, Any]:
        return self.carrier.participant("GET", f"Conferences/{self._sid_of(room)}/Participants/{call_sid}.json", [])


_KEPT = frozenset({"To", "From", "Timeout", *STATUS})


def _seen(body: dict[str, Any]) -> Observation:
    return Observation(call_sid=str(body.get("call_sid") or ""), call_status=_QUEUED)
