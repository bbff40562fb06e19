"""Twilio's further resources over HTTP, as far as dialers list them: recordings, numbers, and some that are empty."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.callback_parameters import API_VERSION
from scripts.twilio_simulator.calls import Call, Recording
from scripts.twilio_simulator.errors import not_found
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.paging import one_page
from scripts.twilio_simulator.rendering import number_sid
from scripts.twilio_simulator.scheduling import rfc2822

_ACCOUNT: Final = f"/{API_VERSION}/Accounts/{{account_sid}}"
_EMPTY: Final = {
    "Transcriptions": "transcriptions",
    "Queues": "queues",
    "OutgoingCallerIds": "outgoing_caller_ids",
}


class Resources:
    """The handlers. Every list is one page."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{_ACCOUNT}/Recordings.json", self.recordings, allow_head=False),
            web.get(f"{_ACCOUNT}/Calls/{{call_sid}}/Recordings.json", self.recordings, allow_head=False),
            web.get(f"{_ACCOUNT}/Recordings/{{sid}}.json", self.recording, allow_head=False),
            web.delete(f"{_ACCOUNT}/Recordings/{{sid}}.json", self.delete_recording),
            web.get(f"{_ACCOUNT}/IncomingPhoneNumbers.json", self.numbers, allow_head=False),
            web.get(f"{_ACCOUNT}/IncomingPhoneNumbers/{{sid}}.json", self.number, allow_head=False),
            *(web.get(f"{_ACCOUNT}/{name}.json", self.nothing, allow_head=False) for name in _EMPTY),
        ]

    async def recordings(self, request: web.Request) -> web.Response:
        wanted = request.match_info.get("call_sid") or request.query.get("CallSid")
        found = [_recording_body(call, recording) for call, recording in self._recorded() if wanted in (None, call.sid)]
        return json_answer(one_page(request.path, "recordings", found))

    async def recording(self, request: web.Request) -> web.Response:
        return json_answer(_recording_body(*self._found(request)))

    async def delete_recording(self, request: web.Request) -> web.Response:
        call, recording = self._found(request)
        call.recordings.remove(recording)
        return web.Response(status=204)

    async def numbers(self, request: web.Request) -> web.Response:
        wanted = request.query.get("PhoneNumber")
        found = [self._number_body(number) for number in self._owned() if wanted in (None, number)]
        return json_answer(one_page(request.path, "incoming_phone_numbers", found))

    async def number(self, request: web.Request) -> web.Response:
        found = next((number for number in self._owned() if number_sid(number) == request.match_info["sid"]), None)
        if found is None:
            raise not_found(request.path)
        return json_answer(self._number_body(found))

    async def nothing(self, request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2].removesuffix(".json")
        return json_answer(one_page(request.path, _EMPTY[name], []))

    def _owned(self) -> list[str]:
        return sorted(self._exchange.settings.caller_ids.owned)

    def _recorded(self) -> Iterator[tuple[Call, Recording]]:
        return ((call, recording) for call in self._exchange.calls.all() for recording in call.recordings)

    def _found(self, request: web.Request) -> tuple[Call, Recording]:
        sid = request.match_info["sid"]
        found = next((each for each in self._recorded() if each[1].sid == sid), None)
        if found is None:
            raise not_found(request.path)
        return found

    def _number_body(self, number: str) -> dict[str, Any]:
        account_sid, sid = self._exchange.settings.account_sid, number_sid(number)
        return {
            "account_sid": account_sid,
            "address_sid": None,
            "address_requirements": "none",
            "api_version": API_VERSION,
            "beta": False,
            "bundle_sid": None,
            "capabilities": {"fax": False, "mms": False, "sms": True, "voice": True},
            "date_created": rfc2822(self._exchange.started_at),
            "date_updated": rfc2822(self._exchange.started_at),
            "friendly_name": number,
            "identity_sid": None,
            "origin": "twilio",
            "phone_number": number,
            "sid": sid,
            "sms_url": None,
            "status": "in-use",
            "status_callback": None,
            "trunk_sid": None,
            "uri": f"/{API_VERSION}/Accounts/{account_sid}/IncomingPhoneNumbers/{sid}.json",
            "voice_application_sid": None,
            "voice_url": None,
        }


def _recording_body(call: Call, recording: Recording) -> dict[str, Any]:
    path = f"/{API_VERSION}/Accounts/{call.account_sid}/Recordings/{recording.sid}"
    return {
        "account_sid": call.account_sid,
        "api_version": API_VERSION,
        "call_sid": call.sid,
        "channels": 1,
        "conference_sid": None,
        "date_created": rfc2822(recording.made_at),
        "date_updated": rfc2822(recording.made_at),
        "duration": str(recording.seconds),
        "encryption_details": None,
        "error_code": None,
        "media_url": f"https://api.twilio.com{path}",
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": recording.source,
        "start_time": rfc2822(recording.made_at - timedelta(seconds=recording.seconds)),
        "status": "completed",
        "subresource_uris": {"transcriptions": f"{path}/Transcriptions.json"},
        "uri": f"{path}.json",
    }
