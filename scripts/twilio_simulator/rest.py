"""Twilio's Calls resource over HTTP: create, list, fetch, update, delete, events."""

from aiohttp import web

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.call_list import FILTERS
from scripts.twilio_simulator.callback_parameters import API_VERSION
from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.creating import Creating
from scripts.twilio_simulator.endpoints import e164
from scripts.twilio_simulator.errors import not_found
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.form import Form
from scripts.twilio_simulator.paging import cut, page_body, read_page_request
from scripts.twilio_simulator.rendering import event_bodies

_ACCOUNT = f"/{API_VERSION}/Accounts/{{account_sid}}"


class CallsResource:
    """The handlers; every error leaves as TwilioError for the middleware to answer."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._creating = Creating(exchange)

    def routes(self) -> list[web.RouteDef]:
        calls, call = f"{_ACCOUNT}/Calls.json", f"{_ACCOUNT}/Calls/{{call_sid}}.json"
        return [
            web.post(calls, self.create),
            web.get(calls, self.list_calls, allow_head=False),
            web.get(call, self.fetch, allow_head=False),
            web.post(call, self.update),
            web.delete(call, self.delete),
            web.get(f"{_ACCOUNT}/Calls/{{call_sid}}/Events.json", self.events, allow_head=False),
        ]

    async def create(self, request: web.Request) -> web.StreamResponse:
        form = await _form(request)
        return await self._creating.answer(
            request, lambda: self._exchange.body(self._exchange.create(form), lagging=False)
        )

    async def list_calls(self, request: web.Request) -> web.Response:
        # numbers are compared in canonical form, shown in page addresses as they were asked for
        filters = {name: request.query[name] for name in FILTERS if request.query.get(name)}
        canonical = {k: (e164(v) or v) if k in ("To", "From") else v for k, v in filters.items()}
        wanted = read_page_request(request.query)
        matching = self._exchange.calls.matching(canonical, self._exchange.seen_at())
        page = cut(matching, wanted, self._exchange.calls.index_by_sid)
        addresses = page_body(request.path, filters, wanted, page)
        return json_answer({"calls": [self._exchange.body(call) for call in page.calls], **addresses})

    async def fetch(self, request: web.Request) -> web.Response:
        return json_answer(self._exchange.body(self._call(request)))

    async def update(self, request: web.Request) -> web.Response:
        call = self._call(request)
        self._exchange.update(call, await _form(request))
        return json_answer(self._exchange.body(call, lagging=False))

    async def delete(self, request: web.Request) -> web.Response:
        self._exchange.delete(self._call(request))
        return web.Response(status=204)

    async def events(self, request: web.Request) -> web.Response:
        events = event_bodies(self._call(request), "https://api.twilio.com")
        wanted = read_page_request(request.query)
        start = wanted.size * wanted.number
        page = events[start : start + wanted.size]
        path = f"{request.path}?PageSize={wanted.size}"
        more = start + wanted.size < len(events)
        return json_answer(
            {
                "events": page,
                "page": wanted.number,
                "page_size": wanted.size,
                "start": start,
                "end": start + max(0, len(page) - 1),
                "uri": f"{path}&Page={wanted.number}",
                "first_page_uri": f"{path}&Page=0",
                "next_page_uri": f"{path}&Page={wanted.number + 1}" if more else None,
                "previous_page_uri": f"{path}&Page={wanted.number - 1}" if wanted.number else None,
            }
        )

    def _call(self, request: web.Request) -> Call:
        call = self._exchange.calls.get(request.match_info["call_sid"])
        if call is None:
            raise not_found(request.path)
        return call


async def _form(request: web.Request) -> Form:
    return Form((await request.read()).decode("utf-8", "replace"))
