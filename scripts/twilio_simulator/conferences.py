"""Twilio's conferences and their participants over HTTP: a participant is a call that joins when it is answered."""

from typing import Any, Final

from aiohttp import web

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.call_request import CallRequest, read_subscription
from scripts.twilio_simulator.callback_parameters import API_VERSION
from scripts.twilio_simulator.calls import Call, Status
from scripts.twilio_simulator.creating import Creating
from scripts.twilio_simulator.endpoints import read_callee, read_caller
from scripts.twilio_simulator.errors import NOT_IN_PROGRESS, TIMEOUT_INVALID, TwilioError, not_found
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.form import Form
from scripts.twilio_simulator.paging import one_page
from scripts.twilio_simulator.scheduling import rfc2822

_ACCOUNT: Final = f"/{API_VERSION}/Accounts/{{account_sid}}"
_ROOM: Final = f"{_ACCOUNT}/Conferences/{{room}}"
_STATUSES: Final = {
    Status.QUEUED: "queued",
    Status.RINGING: "ringing",
    Status.IN_PROGRESS: "connected",
    Status.FAILED: "failed",
}


class Conferences:
    """The handlers. Nobody is on hold or muted for real: a change is answered, and changes nothing."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._creating = Creating(exchange)

    def routes(self) -> list[web.RouteDef]:
        one = f"{_ROOM}/Participants/{{which}}.json"
        return [
            web.get(f"{_ACCOUNT}/Conferences.json", self.rooms, allow_head=False),
            web.get(f"{_ROOM}.json", self.room, allow_head=False),
            web.post(f"{_ROOM}/Participants.json", self.add),
            web.get(f"{_ROOM}/Participants.json", self.participants, allow_head=False),
            web.get(one, self.participant, allow_head=False),
            web.post(one, self.change),
            web.delete(one, self.remove),
        ]

    async def rooms(self, request: web.Request) -> web.Response:
        wanted = request.query.get("FriendlyName")
        rooms = self._exchange.rooms
        found = [self._room_body(sid) for sid in rooms.all() if wanted in (None, rooms.name_of(sid))]
        return json_answer(one_page(request.path, "conferences", found))

    async def room(self, request: web.Request) -> web.Response:
        return json_answer(self._room_body(self._sid(request)))

    async def add(self, request: web.Request) -> web.StreamResponse:
        form = Form((await request.read()).decode("utf-8", "replace"))
        room = request.match_info["room"]

        def make() -> dict[str, Any]:
            call = self._exchange.place(self._wanted(form))
            return self._body(self._exchange.rooms.join(room, call), call)

        return await self._creating.answer(request, make)

    def _wanted(self, form: Form) -> CallRequest:
        to = read_callee(form.text("To"))
        return CallRequest(
            to=to,
            from_=read_caller(form.text("From"), to, self._exchange.settings.caller_ids),
            subscription=read_subscription(form),
            ring_timeout=form.integer("Timeout", 60, 1, 600, code=TIMEOUT_INVALID),
            record=form.flag("Record"),
            parameters=form.as_sent(),
        )

    async def participants(self, request: web.Request) -> web.Response:
        sid = self._sid(request)
        present = [call for call in self._exchange.rooms.members(sid) if not call.status.is_final]
        return json_answer(one_page(request.path, "participants", [self._body(sid, call) for call in present]))

    async def participant(self, request: web.Request) -> web.Response:
        return json_answer(self._body(self._sid(request), self._member(request)))

    async def change(self, request: web.Request) -> web.Response:
        call = self._member(request)
        if call.status.is_final:
            raise TwilioError(NOT_IN_PROGRESS, "Participant is not in the conference.")
        return json_answer(self._body(self._sid(request), call))

    async def remove(self, request: web.Request) -> web.Response:
        call = self._member(request)
        if not call.status.is_final:
            self._exchange.update(call, Form("Status=completed"))
        return web.Response(status=204)

    def _sid(self, request: web.Request) -> str:
        found = self._exchange.rooms.find(request.match_info["room"])
        if found is None:
            raise not_found(request.path)
        return found

    def _member(self, request: web.Request) -> Call:
        """By CallSid, or by the label that the participant was given."""
        which = request.match_info["which"]
        members = self._exchange.rooms.members(self._sid(request))
        found = next((call for call in members if which in (call.sid, call.request.parameters.get("Label"))), None)
        if found is None:
            raise not_found(request.path)
        return found

    def _room_body(self, sid: str) -> dict[str, Any]:
        account_sid, members = self._exchange.settings.account_sid, self._exchange.rooms.members(sid)
        path = f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{sid}"
        if all(call.status.is_final for call in members):
            status, reason = "completed", "last-participant-left"
        else:
            is_begun = any(call.answered_at is not None for call in members)
            status, reason = ("in-progress" if is_begun else "init"), None
        return {
            "account_sid": account_sid,
            "api_version": API_VERSION,
            "call_sid_ending_conference": None,
            "date_created": rfc2822(members[0].date_created),
            "date_updated": rfc2822(max(call.state.date_updated for call in members)),
            "friendly_name": self._exchange.rooms.name_of(sid),
            "reason_conference_ended": reason,
            "region": "ie1",
            "sid": sid,
            "status": status,
            "subresource_uris": {
                "participants": f"{path}/Participants.json",
                "recordings": f"{path}/Recordings.json",
            },
            "uri": f"{path}.json",
        }

    def _body(self, sid: str, call: Call) -> dict[str, Any]:
        account_sid = self._exchange.settings.account_sid
        return {
            "account_sid": account_sid,
            "call_sid": call.sid,
            "call_sid_to_coach": None,
            "coaching": False,
            "conference_sid": sid,
            "date_created": rfc2822(call.date_created),
            "date_updated": rfc2822(call.state.date_updated),
            "end_conference_on_exit": False,
            "hold": False,
            "label": call.request.parameters.get("Label"),
            "muted": False,
            "queue_time": str(call.state.queue_time_ms),
            "start_conference_on_enter": True,
            "status": _STATUSES.get(call.status, "complete"),
            "uri": f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{sid}/Participants/{call.sid}.json",
        }
