"""How a request that makes a call is answered: with the call, or with the fault that it meets."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from aiohttp import web

from scripts.twilio_simulator.answers import json_answer
from scripts.twilio_simulator.errors import INTERNAL_ERROR, TOO_MANY_REQUESTS, UNAVAILABLE, TwilioError
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.faults import CreateFault


class Creating:
    """The same for calls and for participants of conferences."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def answer(self, request: web.Request, make: Callable[[], dict[str, Any]]) -> web.StreamResponse:
        """`make` makes the call and says how its resource looks then."""
        fault = self._exchange.dice.create_fault()
        if fault is None:
            return json_answer(make(), status=201)
        if fault is CreateFault.TOO_MANY_REQUESTS:
            raise TwilioError(TOO_MANY_REQUESTS, "Too Many Requests")
        if fault is CreateFault.UNAVAILABLE:
            raise TwilioError(UNAVAILABLE, "Service is unavailable. Please try again.")
        made = make() if self._exchange.dice.makes_call_nevertheless() else None
        if fault is CreateFault.INTERNAL_ERROR:
            raise TwilioError(INTERNAL_ERROR, "An internal server error has occurred")
        if fault is CreateFault.HANG:
            await _hang(request, self._exchange.dice.faults.create_hang_seconds)
            if made is not None:
                return json_answer(made, status=201)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # goes nowhere: the connection is gone


async def _hang(request: web.Request, seconds: float) -> None:
    """Says nothing for a while, but no longer than somebody listens."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while request.transport is not None and not request.transport.is_closing():
                await asyncio.sleep(0.05)
