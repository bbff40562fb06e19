"""The control API, beside Twilio's: faults, the calls with their plans, the deliveries, a fresh start.

GET, PUT /control/faults     the faults in force; PUT takes a JSON object, what it leaves out goes back to no fault
PUT /control/outcomes        another table of outcomes for calls made from now on, written as in an outcomes file
GET /control/calls           every call as it really is, with what is planned for it
GET /control/callbacks       every webhook with its tries; `?call_sid=CA..` for those of one call
GET /control/idle?timeout=9  answers once no call and no delivery is under way; 504 if that takes longer (seconds)
POST /control/inbound        a call that comes in; answers with its SID
POST /control/message        a text message that comes in; answers with what it was answered
POST /control/reset          forgets calls and deliveries, back to the faults and outcomes of the start
"""

from dataclasses import asdict

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.call_request import CallRequest, Event, Subscription
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.faults import Faults
from scripts.twilio_simulator.form import Webhook
from scripts.twilio_simulator.outcomes_file import read_outcomes

_LONGEST_WAIT_SECONDS = 600.0


class _Inbound(BaseModel):
    model_config = ConfigDict(extra="forbid")

    from_: str = Field(alias="from")
    to: str
    url: str
    fallback_url: str | None = None
    status_callback: str | None = None
    digits: tuple[str, ...] = ()
    parameters: dict[str, str] = {}

    def request(self) -> CallRequest:
        reported = Webhook(self.status_callback, "POST") if self.status_callback else None
        return CallRequest(
            to=self.to,
            from_=self.from_,
            voice=Webhook(self.url, "POST"),
            fallback=Webhook(self.fallback_url, "POST") if self.fallback_url else None,
            subscription=Subscription(reported, frozenset({Event.COMPLETED})) if reported else None,
            direction="inbound",
            more=self.parameters,
        )


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str
    parameters: dict[str, str]


class Control:
    """The handlers; only for this machine, hence without a password."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/faults", self.faults),
            web.put("/control/faults", self.switch_faults),
            web.put("/control/outcomes", self.change_outcomes),
            web.get("/control/calls", self.calls),
            web.get("/control/callbacks", self.callbacks),
            web.get("/control/idle", self.idle),
            web.post("/control/inbound", self.inbound),
            web.post("/control/message", self.message),
            web.post("/control/reset", self.reset),
        ]

    async def faults(self, _request: web.Request) -> web.Response:
        return json_answer(self._exchange.dice.faults.model_dump())

    async def switch_faults(self, request: web.Request) -> web.Response:
        try:
            faults = Faults.model_validate_json(await request.read())
        except ValidationError as error:
            return _wrong(error)
        self._exchange.dice.switch(faults)
        return json_answer(faults.model_dump())

    async def change_outcomes(self, request: web.Request) -> web.Response:
        try:
            self._exchange.outcomes = read_outcomes(orjson.loads(await request.read()))
        except ValueError as error:
            return json_answer({"error": str(error)}, status=400)
        return web.Response(status=204)

    async def calls(self, _request: web.Request) -> web.Response:
        return json_answer(
            [
                {
                    "index": call.index,
                    "call": self._exchange.body(call, lagging=False),
                    "plan": asdict(call.plan),
                    "parameters": call.request.parameters,
                    "sip_response_code": call.state.sip_response_code,
                    "callbacks_fired": call.callbacks_fired,
                    "transcript": call.transcript,
                }
                for call in self._exchange.calls.all()
            ]
        )

    async def inbound(self, request: web.Request) -> web.Response:
        """As Twilio receives a call for a number, an application (From=client:...) or a SIP domain."""
        try:
            asked = _Inbound.model_validate_json(await request.read())
        except ValidationError as error:
            return _wrong(error)
        return json_answer({"sid": self._exchange.receive(asked.request(), asked.digits).sid})

    async def message(self, request: web.Request) -> web.Response:
        try:
            read = _Message.model_validate_json(await request.read())
        except ValidationError as error:
            return _wrong(error)
        answer = await self._exchange.receive_message(Webhook(read.url, "POST"), read.parameters)
        return json_answer({"answer": answer})

    async def callbacks(self, request: web.Request) -> web.Response:
        return json_answer(self._exchange.deliveries.entries(request.query.get("call_sid")))

    async def idle(self, request: web.Request) -> web.Response:
        try:
            seconds = min(max(0.0, float(request.query.get("timeout", "10"))), _LONGEST_WAIT_SECONDS)
        except ValueError:
            return json_answer({"error": "timeout must be a number of seconds"}, status=400)
        if await self._exchange.activity.idle_within(seconds):
            return json_answer({"idle": True})
        return json_answer({"idle": False}, status=504)

    async def reset(self, _request: web.Request) -> web.Response:
        self._exchange.reset()
        return web.Response(status=204)


def _wrong(error: ValidationError) -> web.Response:
    """What has to be mended, one place after the other."""
    lines = (f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in error.errors())
    return json_answer({"error": "; ".join(lines)}, status=400)
