"""Lets legs carry out their instructions, and dials the further legs that these ask for."""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from scripts.twilio_simulator.call_request import CallRequest, Event, Subscription
from scripts.twilio_simulator.callback_parameters import voice_parameters
from scripts.twilio_simulator.calls import Call, Status
from scripts.twilio_simulator.deliveries import Delivery, Purpose
from scripts.twilio_simulator.dispatch import Dispatch
from scripts.twilio_simulator.endpoints import e164
from scripts.twilio_simulator.execution import Execution
from scripts.twilio_simulator.form import Webhook
from scripts.twilio_simulator.lifecycle import Lifecycle, Moment

_RING_SECONDS: Final = 30
_NOUNS: Final = frozenset({"Number", "Client", "Sip"})
Place = Callable[[CallRequest], Call]


class Switchboard:
    """`place` makes a call known to the exchange and dials it at once."""

    def __init__(
        self,
        dispatch: Dispatch,
        lifecycle: Lifecycle,
        now: Callable[[], datetime],
        time_scale: float,
        place: Place,
    ) -> None:
        self._dispatch = dispatch
        self._lifecycle = lifecycle
        self._now = now
        self._time_scale = time_scale
        self._place = place
        self._ends: dict[str, asyncio.Event] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def begin(self, call: Call, document: str, base: str) -> None:
        """Carry out a document on a leg, in place of what it was doing."""
        self.stop(call)
        self._under_way[call.sid] = self._dispatch.run(Execution(self, call).run(document, base))

    def begin_at(self, call: Call, webhook: Webhook, fallback: Webhook | None) -> None:
        """Carry out what stands at a URL, else at its fallback; with neither the call goes on as planned."""
        self.stop(call)
        self._under_way[call.sid] = self._dispatch.run(self._fetched(call, webhook, fallback))

    def stop(self, call: Call) -> None:
        """Whatever the leg was doing, it does no more."""
        task = self._under_way.pop(call.sid, None)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def observe(self, call: Call, moment: Moment) -> None:
        """A leg that has ended does nothing any more, and whoever waits for it goes on."""
        if moment is Moment.ENDED:
            self._ends.setdefault(call.sid, asyncio.Event()).set()
            self.stop(call)

    async def ask(self, call: Call, purpose: Purpose, webhook: Webhook, more: Mapping[str, str]) -> str | None:
        """See `execution.Switchboard.ask`."""
        delivery = Delivery(call.sid, purpose, webhook, {**voice_parameters(call), **more}, self._now())
        call.webhook_log.append(delivery)
        return await self._dispatch.ask(delivery)

    async def pass_time(self, seconds: float) -> None:
        """See `execution.Switchboard.pass_time`."""
        await asyncio.sleep(seconds / self._time_scale)

    def hang_up(self, call: Call) -> None:
        """See `execution.Switchboard.hang_up`."""
        self._lifecycle.complete(call)

    def hold(self, call: Call) -> None:
        """See `execution.Switchboard.hold`."""
        self._lifecycle.hold(call)

    async def dial(self, call: Call, dial: ET.Element, base: str) -> dict[str, str]:
        """See `execution.Switchboard.dial`. The first to answer keeps the line; the others stop ringing."""
        legs = [leg for leg in (self._leg(call, dial, noun, base) for noun in _nouns(dial)) if leg is not None]
        if not legs:
            return {"DialCallStatus": "failed"}
        try:
            while not all(leg.status.is_final for leg in legs):
                talking = next((leg for leg in legs if leg.status is Status.IN_PROGRESS), None)
                for leg in legs if talking else ():
                    if leg is not talking and not leg.status.is_final:
                        self._lifecycle.cancel(leg)
                await asyncio.sleep(0.002)
        finally:
            for leg in legs:  # the leg that dialled them is gone
                if not leg.status.is_final:
                    self._lifecycle.complete(leg)
        best = next((leg for leg in legs if leg.answered_at is not None), legs[0])
        status = "completed" if best.answered_at is not None else best.status.value
        told = {"DialCallStatus": status, "DialCallSid": best.sid}
        return told | ({"DialCallDuration": str(best.state.duration or 0)} if status == "completed" else {})

    async def _fetched(self, call: Call, webhook: Webhook, fallback: Webhook | None) -> None:
        document = await self.ask(call, Purpose.VOICE, webhook, {})
        base = webhook.url
        if document is None and fallback is not None:
            error = {"ErrorCode": "11200", "ErrorUrl": webhook.url}
            document, base = await self.ask(call, Purpose.FALLBACK, fallback, error), fallback.url
        if document is not None:
            await Execution(self, call).run(document, base)

    def _leg(self, call: Call, dial: ET.Element, noun: ET.Element, base: str) -> Call | None:
        to = _address(noun)
        if to is None:
            return None
        timeout = dial.get("timeout", "")
        wanted = noun.get("statusCallbackEvent", "completed").split()
        url = noun.get("statusCallback")
        subscription = None
        if url and all(event in set(Event) for event in wanted):
            webhook = Webhook(urljoin(base, url), noun.get("statusCallbackMethod", "POST").upper())
            subscription = Subscription(webhook, frozenset(Event(event) for event in wanted))
        heard = noun.get("url")
        request = CallRequest(
            to=to,
            from_=dial.get("callerId") or call.request.from_,
            voice=Webhook(urljoin(base, heard), noun.get("method", "POST").upper()) if heard else None,
            subscription=subscription,
            ring_timeout=int(timeout) if timeout.isdigit() else _RING_SECONDS,
            direction="outbound-dial",
            parent_call_sid=call.sid,
        )
        return self._place(request)


def new_call_sid() -> str:
    """One that no call has."""
    return f"CA{uuid.uuid4().hex}"


def _nouns(dial: ET.Element) -> list[ET.Element]:
    nouns = [noun for noun in dial if noun.tag in _NOUNS]
    if nouns or not (dial.text or "").strip():
        return nouns
    bare = ET.Element("Number")
    bare.text = dial.text
    return [bare]


def _address(noun: ET.Element) -> str | None:
    """None for what Twilio would not dial."""
    text = "".join(noun.itertext()).strip()
    if noun.tag == "Client":
        identity = noun.find("Identity")
        return f"client:{(text if identity is None else (identity.text or '')).strip()}"
    return text if noun.tag == "Sip" else e164(text)
