"""The dialer's own web server: takes status callbacks and requests for TwiML, and checks that Twilio's token signed
every one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from scripts.benchmark.carrier.dialer import QUIET_TWIML
from scripts.benchmark.carrier.expecting import Event, Received


class Receiver:
    """What came, by the place of the call that it is about; `faults` holds what nobody may send."""

    def __init__(self) -> None:
        self.received: dict[int, list[Received]] = defaultdict(list)
        self.sids: dict[int, set[str]] = defaultdict(set)
        self.documents = 0
        self.faults: list[str] = []
        self.url = ""
        self._account_sid = ""
        self._validator: RequestValidator | None = None

    def belongs_to(self, account_sid: str, token: str) -> None:
        """The account under which the gateway knows this dialer, needed before the first request."""
        self._account_sid, self._validator = account_sid, RequestValidator(token)

    @property
    def count(self) -> int:
        """Requests with events, repeated ones included."""
        return sum(len(each) for each in self.received.values())

    async def event(self, request: web.Request) -> web.Response:
        """A status callback."""
        place, form = int(request.match_info["place"]), await self._checked(request)
        event = Event(int(form.get("SequenceNumber", "-1")), form.get("CallStatus", ""))
        self.received[place].append(Received(event, request.headers.get("I-Twilio-Idempotency-Token", "")))
        return web.Response(status=204)

    async def voice(self, request: web.Request) -> web.Response:
        """What an answered call is to hear."""
        await self._checked(request)
        self.documents += 1
        return web.Response(text=QUIET_TWIML, content_type="text/xml")

    async def _checked(self, request: web.Request) -> MultiDict[str]:
        place = int(request.match_info["place"])
        form = MultiDict((name, str(value)) for name, value in (await request.post()).items())
        signature = request.headers.get("X-Twilio-Signature", "")
        if self._validator is None or not self._validator.validate(self.url + request.path_qs, form, signature):
            self.faults.append(f"call {place}: {request.path} is not signed with the dialer's token")
        if form.get("AccountSid") != self._account_sid:
            self.faults.append(f"call {place}: {request.path} names another account")
        self.sids[place].add(form.get("CallSid", ""))
        return form


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()
    app = web.Application()
    app.add_routes(
        [web.post("/events/{place:[0-9]+}", receiver.event), web.post("/voice/{place:[0-9]+}", receiver.voice)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield receiver
    finally:
        await runner.cleanup()
