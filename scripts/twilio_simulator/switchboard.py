"""Lets legs carry out their instructions, and dials the further legs that these ask for."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from xml.etree import ElementTree as ET

from scripts.twilio_simulator.call_request import CallRequest
from scripts.twilio_simulator.callback_parameters import voice_parameters
from scripts.twilio_simulator.calls import Call, Recording, Status
from scripts.twilio_simulator.deliveries import Delivery, Purpose
from scripts.twilio_simulator.dialled_legs import legs_of
from scripts.twilio_simulator.dispatch import Dispatch
from scripts.twilio_simulator.execution import Answer, Execution, read_twiml
from scripts.twilio_simulator.form import Webhook
from scripts.twilio_simulator.lifecycle import Lifecycle, Moment
from scripts.twilio_simulator.rooms import Rooms

_NOT_RETRIEVED: Final = "11200"
_NOT_READABLE: Final = "12100"
Place = Callable[[CallRequest], Call | None]


@dataclass(slots=True)
class _Dialling:
    """A `<Dial>` under way: by whom, and who is rung; `news` is set whenever something happens to one of them."""

    by: Call
    legs: list[Call] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Switchboard:
    """Keeps the promises of `execution.Switchboard`. `place` makes a call known to the exchange and dials it at once;
    None for a callee that Twilio would not call."""

    def __init__(
        self,
        dispatch: Dispatch,
        lifecycle: Lifecycle,
        rooms: Rooms,
        now: Callable[[], datetime],
        time_scale: float,
        place: Place,
    ) -> None:
        self._dispatch = dispatch
        self._lifecycle = lifecycle
        self._rooms = rooms
        self._now = now
        self._time_scale = time_scale
        self._place = place
        self._dialling: dict[str, _Dialling] = {}  # by the leg that dials
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._actions: dict[str, Webhook] = {}  # of the `<Dial>` that a leg waits in

    def begin(self, call: Call, document: str, base: str) -> None:
        """Carry out a document on a leg, in place of what it was doing."""
        self._replace(call, Execution(self, call).run(document, base))

    def begin_at(self, call: Call, webhook: Webhook, fallback: Webhook | None) -> None:
        """Carry out what stands at a URL, else at its fallback. With neither a call goes on as planned; one that came
        in hears an error."""
        self._replace(call, self._from_url(call, webhook, fallback))

    def stop(self, call: Call) -> None:
        """Whatever the leg was doing, it does no more."""
        task = self._under_way.pop(call.sid, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def observe(self, call: Call, moment: Moment) -> None:
        """A leg that has ended does nothing any more, and whoever dialled one hears of it."""
        dialling = self._dialling.get(call.request.parent_call_sid or "")
        if dialling is not None:
            if moment is Moment.ANSWERED:
                self._keep(call, dialling)
            dialling.news.set()
        if moment is Moment.ENDED:
            self.stop(call)

    async def ask(self, call: Call, purpose: Purpose, webhook: Webhook, more: Mapping[str, str]) -> str | None:
        delivery = Delivery(call.sid, purpose, webhook, {**voice_parameters(call), **more}, self._now())
        call.webhook_log.append(delivery)
        return await self._dispatch.ask(delivery)

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._time_scale)

    def answer(self, call: Call) -> None:
        self._lifecycle.answer_inbound(call)

    def reject(self, call: Call, *, is_busy: bool) -> None:
        self._lifecycle.reject(call, is_busy=is_busy)

    def hang_up(self, call: Call) -> None:
        self.answer(call)
        self._lifecycle.complete(call)

    def join(self, call: Call, room: str) -> None:
        self.answer(call)
        if room:
            self._rooms.join(room, call)
        self._lifecycle.stay(call)

    def record(self, call: Call, seconds: int) -> str:
        recording = Recording(f"RE{uuid.uuid4().hex}", seconds, self._now(), "RecordVerb")
        call.recordings.append(recording)
        return recording.sid

    async def dial(self, call: Call, dial: ET.Element, base: str, action: Webhook | None) -> dict[str, str]:
        """The first to answer keeps the line; the others stop ringing. A leg that is not answered yet is answered with
        them, or when nobody can be reached."""
        dialling = self._dialling[call.sid] = _Dialling(call)
        if action is not None:
            self._actions[call.sid] = action
        self._lifecycle.hold(call)
        legs = dialling.legs
        legs += [leg for request in legs_of(call, dial, base) if (leg := self._place(request)) is not None]
        try:
            while not all(leg.status.is_final for leg in legs):
                dialling.news.clear()
                await dialling.news.wait()
        finally:
            del self._dialling[call.sid]
            self._actions.pop(call.sid, None)
            for leg in legs:  # the leg that dialled them is gone, or does something else
                self._lifecycle.complete(leg)
        self.answer(call)
        return _told(legs)

    def _keep(self, talking: Call, dialling: "_Dialling") -> None:
        self.answer(dialling.by)
        for leg in dialling.legs:
            if leg is not talking:
                self._lifecycle.cancel(leg)

    def _replace(self, call: Call, work: Coroutine[Any, Any, None]) -> None:
        action = self._actions.get(call.sid)
        self.stop(call)
        self._under_way[call.sid] = self._dispatch.run(self._after_dial(call, action, work))

    async def _after_dial(self, call: Call, action: Webhook | None, work: Coroutine[Any, Any, None]) -> None:
        """As Twilio: a leg that is taken out of a `<Dial>` asks for its action first, whose answer nobody hears."""
        try:
            if action is not None:
                await self.ask(call, Purpose.ACTION, action, {"DialCallStatus": "completed"})
        except asyncio.CancelledError:
            work.close()
            raise
        await work

    async def _from_url(self, call: Call, webhook: Webhook, fallback: Webhook | None) -> None:
        found = await self._first_readable(call, webhook, fallback)
        if found is not None:
            await Execution(self, call).run(*found)
        elif call.is_inbound:
            Execution(self, call).fail("the voice URL cannot be had")

    async def _first_readable(self, call: Call, webhook: Webhook, fallback: Webhook | None) -> Answer | None:
        document = await self.ask(call, Purpose.VOICE, webhook, {})
        is_readable = document is not None and read_twiml(document) is not None
        if fallback is not None and not is_readable:
            error = {"ErrorCode": _NOT_RETRIEVED if document is None else _NOT_READABLE, "ErrorUrl": webhook.url}
            webhook, document = fallback, await self.ask(call, Purpose.FALLBACK, fallback, error)
        return None if document is None else (document, webhook.url)


def new_call_sid() -> str:
    """One that no call has."""
    return f"CA{uuid.uuid4().hex}"


def _told(legs: Sequence[Call]) -> dict[str, str]:
    """What the action of a `<Dial>` hears once it is over."""
    if not legs:
        return {"DialCallStatus": "failed"}
    best = next((leg for leg in legs if leg.answered_at is not None), legs[0])
    told = {"DialCallStatus": best.status.value, "DialCallSid": best.sid}
    if best.answered_at is None:
        return told
    talked = {"DialCallDuration": str(best.state.duration or 0), "DialBridged": "true"}
    return told | talked | {"DialCallStatus": Status.COMPLETED.value}
