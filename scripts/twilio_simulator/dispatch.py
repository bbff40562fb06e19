"""Sends webhooks in the background: in order for each call, unless a fault loses, repeats, delays or swaps them."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final

from scripts.twilio_simulator.activity import Activity
from scripts.twilio_simulator.courier import Courier
from scripts.twilio_simulator.deliveries import Delivery, DeliveryLog
from scripts.twilio_simulator.faults import CallbackFate

# Twilio promises no order and does not wait for an answer. Without this short wait, callbacks that are milliseconds
# apart at a high time scale would overtake each other by chance instead of by the seeded fault.
_PATIENCE_SECONDS: Final = 1.0


@dataclass(slots=True)
class _Lane:
    """The callbacks of one call: the one on its way, and one that is held back to be overtaken."""

    latest: asyncio.Task[None] | None = None
    held: tuple[Delivery, CallbackFate] | None = None


class Dispatch:
    """Takes deliveries, answers at once, and works through them; `activity` covers those under way."""

    def __init__(self, courier: Courier, log: DeliveryLog, activity: Activity) -> None:
        self._courier = courier
        self._log = log
        self._activity = activity
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, delivery: Delivery, on_failure: Callable[[], None] | None = None) -> None:
        """Delivers at once, whatever else is on its way and untouched by faults; `on_failure` after the last try."""
        self._log.add(delivery)
        _ = self._start(self._deliver_alone(delivery, on_failure))

    async def ask(self, delivery: Delivery) -> str | None:
        """Delivers and waits for what is answered; None where the last try failed."""
        self._log.add(delivery)
        await self._courier.deliver(delivery)
        return delivery.body if delivery.succeeded else None

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Something that is under way until it is over."""
        return self._start(work)

    def send_in_turn(self, delivery: Delivery, fate: CallbackFate) -> None:
        """Delivers a status callback after those before it, as `fate` has it."""
        lane = self._lanes.setdefault(delivery.call_sid, _Lane())
        delivery.faults = fate.names()
        self._log.add(delivery)
        if fate.overtaken and lane.held is None:
            lane.held = delivery, fate
            self._activity.begin()
            return
        self._queue(lane, delivery, fate)
        self._release(lane)

    def end(self, call_sid: str) -> None:
        """No further status callback will come for this call, so nothing can overtake one that is held back."""
        lane = self._lanes.pop(call_sid, None)
        if lane is not None:
            self._release(lane)

    def call_off(self) -> None:
        """Stops everything that is on its way or held back."""
        for task in self._tasks:
            task.cancel()
        for lane in self._lanes.values():
            if lane.held is not None:
                self._activity.end()
        self._lanes.clear()

    def _release(self, lane: _Lane) -> None:
        if lane.held is not None:
            held, lane.held = lane.held, None
            self._activity.end()
            self._queue(lane, *held)

    def _queue(self, lane: _Lane, delivery: Delivery, fate: CallbackFate) -> None:
        if fate.lost:
            return
        if fate.delay_seconds > 0:
            _ = self._start(self._deliver(delivery, fate, after=None))
        else:
            lane.latest = self._start(self._deliver(delivery, fate, after=lane.latest))

    async def _deliver(self, delivery: Delivery, fate: CallbackFate, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await asyncio.wait([after], timeout=_PATIENCE_SECONDS)
        await asyncio.sleep(fate.delay_seconds)
        await self._courier.deliver(delivery)
        if fate.repeated:
            repetition = replace(delivery, attempts=[], token=Delivery.new_token())
            self._log.add(repetition)
            await self._courier.deliver(repetition)

    async def _deliver_alone(self, delivery: Delivery, on_failure: Callable[[], None] | None) -> None:
        await self._courier.deliver(delivery)
        if on_failure is not None and not delivery.succeeded:
            on_failure()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self._activity.begin()
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._activity.end()
        if not task.cancelled() and task.exception() is not None:
            # a delivery reports every failure of the network itself, so this is a fault of the simulator
            task.get_loop().call_exception_handler({"message": "delivery failed", "exception": task.exception()})
