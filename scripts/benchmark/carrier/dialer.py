"""The load client: asks for calls at a steady rate over Twilio's REST interface, and answers its callbacks."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from scripts.benchmark.callees import CLEAN, number_at
from scripts.benchmark.carrier.subscriptions import asked_for
from scripts.benchmark.wire import CALLER_ID

SIDE_BY_SIDE = 64
SECONDS_TO_ANSWER = 30.0
MOST_TRIES = 20  # of a request that was turned away
TURNED_AWAY = 429
QUIET_TWIML = '<Response><Pause length="600"/></Response>'


@dataclass(frozen=True, slots=True)
class Account:
    """What the dialer was given."""

    gateway: str
    sid: str
    token: str


@dataclass(slots=True)
class Created:
    """What became of the creates. `latencies` in seconds, one for each answer; `sids` by place."""

    latencies: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[int] = field(default_factory=Counter)
    sids: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Dialer:
    """`callbacks`: the base of its own web server's URLs. `told` is called after every create."""

    def __init__(self, account: Account, callbacks: str, told: Callable[[], None]) -> None:
        self._account = account
        self._callbacks = callbacks
        self._told = told
        self._places = asyncio.Semaphore(SIDE_BY_SIDE)
        self.created = Created()

    async def place(self, calls: int, rate: float) -> Created:
        """All calls, `rate` of them begun each second as long as answers keep up."""
        basic = aiohttp.BasicAuth(self._account.sid, self._account.token)
        timeout = aiohttp.ClientTimeout(total=SECONDS_TO_ANSWER)
        connector = aiohttp.TCPConnector(limit=SIDE_BY_SIDE)
        began = time.perf_counter()
        async with (
            aiohttp.ClientSession(auth=basic, timeout=timeout, connector=connector) as session,
            asyncio.TaskGroup() as group,
        ):
            for place in range(calls):
                await asyncio.sleep(began + place / rate - time.perf_counter())
                await self._places.acquire()
                group.create_task(self._create(session, place))
        self.created.seconds = time.perf_counter() - began
        return self.created

    async def _create(self, session: aiohttp.ClientSession, place: int) -> None:
        try:
            for _ in range(MOST_TRIES):
                status = await self._asked(session, place)
                if status != TURNED_AWAY:
                    return
                await asyncio.sleep(1)  # as the answer says
            self.created.faults.append(f"call {place} was turned away {MOST_TRIES} times")
        except (aiohttp.ClientError, TimeoutError) as error:
            self.created.faults.append(f"call {place} had no answer: {type(error).__name__}")
        finally:
            self._places.release()
            self._told()

    async def _asked(self, session: aiohttp.ClientSession, place: int) -> int:
        url = f"{self._account.gateway}/2010-04-01/Accounts/{self._account.sid}/Calls.json"
        began = time.perf_counter()
        async with session.post(url, data=self._form(place)) as answer:
            body = await answer.json(content_type=None)
        self.created.latencies.append(time.perf_counter() - began)
        self.created.statuses[answer.status] += 1
        if answer.status == 201:
            self.created.sids[place] = body["sid"]
        elif answer.status != TURNED_AWAY:
            self.created.faults.append(f"call {place} was answered {answer.status}: {body.get('message')}")
        return answer.status

    def _form(self, place: int) -> list[tuple[str, str]]:
        form = [("To", number_at(CLEAN[place])), ("From", CALLER_ID)]
        # one dialer in two keeps its instructions at a URL
        form += [("Twiml", QUIET_TWIML)] if place % 2 else [("Url", f"{self._callbacks}/voice/{place}")]
        asked = asked_for(place)
        if asked is not None:
            form += [("StatusCallback", f"{self._callbacks}/events/{place}")]
            form += [("StatusCallbackEvent", event) for event in asked]
        return form
