"""Twilio's conferences and their participants over HTTP: a participant is a call that joins when it is answered."""

import hashlib
from typing import Any

from aiohttp import web

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.call_request import CallRequest, read_subscription
from scripts.twilio_simulator.callback_parameters import API_VERSION
from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.endpoints import read_callee, read_caller
from scripts.twilio_simulator.errors import NOT_IN_PROGRESS, TIMEOUT_INVALID, TwilioError, not_found
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.form import Form
from scripts.twilio_simulator.scheduling import rfc2822

_ACCOUNT = f"/{API_VERSION}/Accounts/{{account_sid}}"
_ROOM = f"{_ACCOUNT}/Conferences/{{room}}"


class Conferences:
    """The handlers; rooms are made by whoever is first rung into them. Nobody is on hold or muted for real."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._rooms: dict[str, str] = {}  # SID -> name
        self._members: dict[str, list[Call]] = {}

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
        found = [self._room_body(sid) for sid, name in self._rooms.items() if wanted in (None, name)]
        return json_answer({"conferences": found, **_one_page(request.path, len(found))})

    async def room(self, request: web.Request) -> web.Response:
        return json_answer(self._room_body(self._sid(request)))

    async def add(self, request: web.Request) -> web.Response:
        form = Form((await request.read()).decode("utf-8", "replace"))
        to = read_callee(form.text("To"))
        from_ = read_caller(form.text("From"), to, self._exchange.settings.caller_ids)
        wanted = CallRequest(
            to=to,
            from_=from_,
            subscription=read_subscription(form),
            ring_timeout=form.integer("Timeout", 60, 1, 600, code=TIMEOUT_INVALID),
            parameters=form.as_sent(),
        )
        name = request.match_info["room"]
        sid = name if name in self._rooms else f"CF{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        call = self._exchange.place(wanted)
        self._rooms.setdefault(sid, name)
        self._members.setdefault(sid, []).append(call)
        return json_answer(self._body(sid, call), status=201)

    async def participants(self, request: web.Request) -> web.Response:
        sid = self._sid(request)
        found = [self._body(sid, call) for call in self._members[sid] if not call.status.is_final]
        return json_answer({"participants": found, **_one_page(request.path, len(found))})

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
        room = request.match_info["room"]
        found = next((sid for sid, name in self._rooms.items() if room in (sid, name)), None)
        if found is None:
            raise not_found(request.path)
        return found

    def _member(self, request: web.Request) -> Call:
        which = request.match_info["which"]
        found = next((call for call in self._members[self._sid(request)] if call.sid == which), None)
        if found is None:
            raise not_found(request.path)
        return found

    def _room_body(self, sid: str) -> dict[str, Any]:
        account_sid = self._exchange.settings.account_sid
        is_over = all(call.status.is_final for call in self._members[sid])
        path = f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{sid}"
        first = self._members[sid][0]
        return {
            "account_sid": account_sid,
            "api_version": API_VERSION,
            "call_sid_ending_conference": None,
            "date_created": rfc2822(first.date_created),
            "date_updated": rfc2822(first.state.date_updated),
            "friendly_name": self._rooms[sid],
            "reason_conference_ended": None,
            "region": "ie1",
            "sid": sid,
            "status": "completed" if is_over else "in-progress",
            "subresource_uris": {
                "participants": f"{path}/Participants.json",
                "recordings": f"{path}/Recordings.json",
            },
            "uri": f"{path}.json",
        }

    def _body(self, sid: str, call: Call) -> dict[str, Any]:
        account_sid = self._exchange.settings.account_sid
        path = f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{sid}/Participants/{call.sid}.json"
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
            "label": None,
            "muted": False,
            "queue_time": str(call.state.queue_time_ms),
            "start_conference_on_enter": True,
            "status": _STATUSES.get(call.status.value, "complete"),
            "uri": path,
        }


_STATUSES = {"queued": "queued", "ringing": "ringing", "in-progress": "connected", "failed": "failed"}


def _one_page(path: str, found: int) -> dict[str, Any]:
    uri = f"{path}?PageSize=50&Page=0"
    return {
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": max(0, found - 1),
        "uri": uri,
        "first_page_uri": uri,
        "next_page_uri": None,
        "previous_page_uri": None,
    }
