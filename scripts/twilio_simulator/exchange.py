"""The telephone exchange: takes calls, moves them along, reports on them and remembers them."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from scripts.twilio_simulator.activity import Activity
from scripts.twilio_simulator.call_list import CallList
from scripts.twilio_simulator.call_request import (
    LONGEST_TIME_LIMIT,
    CallRequest,
    read_call_request,
    read_subscription,
    read_voice,
)
from scripts.twilio_simulator.callback_parameters import API_VERSION, recording_of_call_sid
from scripts.twilio_simulator.calls import Call, CallState, Recording, Status
from scripts.twilio_simulator.chance import dice
from scripts.twilio_simulator.courier import Courier
from scripts.twilio_simulator.deliveries import Delivery, DeliveryLog, Purpose
from scripts.twilio_simulator.dispatch import Dispatch
from scripts.twilio_simulator.errors import INVALID_PARAMETER, NOT_IN_PROGRESS, TwilioError, refusal
from scripts.twilio_simulator.faults import FaultDice
from scripts.twilio_simulator.form import Form, Webhook
from scripts.twilio_simulator.lifecycle import Lifecycle, Moment
from scripts.twilio_simulator.rendering import call_body
from scripts.twilio_simulator.rooms import Rooms
from scripts.twilio_simulator.scheduling import Clock, Scheduler
from scripts.twilio_simulator.settings import Settings
from scripts.twilio_simulator.state_file import KeptCall, StateFile, kept_calls
from scripts.twilio_simulator.switchboard import Switchboard, new_call_sid
from scripts.twilio_simulator.webhooks import Webhooks


class Exchange:
    """All that the REST and the control API act on; must be made inside a running event loop, and closed."""

    def __init__(self, settings: Settings, scheduler: Scheduler) -> None:
        self.settings = settings
        self.outcomes = settings.outcomes
        self.calls = CallList()
        self.rooms = Rooms()
        self.dice = FaultDice(settings.seed, settings.faults)
        self.activity = Activity()
        self.deliveries = DeliveryLog()
        self._scheduler = scheduler
        self._clock = Clock(settings.clock_offset_seconds)
        self.started_at = self._clock.now()
        self._courier = Courier(settings.auth_token)
        self._dispatch = Dispatch(self._courier, self.deliveries, self.activity)
        self._lifecycle = Lifecycle(
            scheduler, self._clock.now, settings.time_scale, settings.calls_per_second, self._observe
        )
        self._switchboard = Switchboard(
            self._dispatch, self._lifecycle, self.rooms, self._clock.now, settings.time_scale, self._dial_leg
        )
        self._webhooks = Webhooks(
            self._dispatch, self._switchboard, self.dice, self._clock.now, request_voice=settings.request_voice
        )
        kept = kept_calls(settings.state_file)
        self._state_file = StateFile(settings.state_file)
        for call in kept:
            self._restore(call)

    async def close(self) -> None:
        self._dispatch.call_off()
        await self._courier.close()
        self._state_file.close()

    def create(self, form: Form) -> Call:
        """Takes a call into the queue; TwilioError if the request or the callee is refused."""
        return self.place(read_call_request(form, self.settings.caller_ids))

    def place(self, request: CallRequest) -> Call:
        """Takes a call into the queue; TwilioError if the callee is refused."""
        refused = self.outcomes.rule_for(request.to).refused
        if refused is not None:
            raise refusal(refused, request.to)
        call = self._begun(request, Status.QUEUED)
        self._lifecycle.place(call)
        return call

    def receive(self, request: CallRequest, digits: Sequence[str]) -> Call:
        """A call that comes in, to be answered by whoever stands at its voice URL. `digits`: what is pressed."""
        call = self._begun(request, Status.RINGING)
        call.digits[:0] = digits
        self._lifecycle.ring_inbound(call)
        return call

    async def receive_message(self, webhook: Webhook, parameters: dict[str, str]) -> str | None:
        """A text message that comes in; what is answered."""
        sid = f"SM{uuid.uuid4().hex}"
        told = {"MessageSid": sid, "SmsSid": sid, "AccountSid": self.settings.account_sid, "NumMedia": "0"}
        told |= {"SmsStatus": "received", "NumSegments": "1", "ApiVersion": API_VERSION, **parameters}
        return await self._dispatch.ask(Delivery(sid, Purpose.MESSAGE, webhook, told, self._clock.now()))

    def _dial_leg(self, request: CallRequest) -> Call | None:
        if self.outcomes.rule_for(request.to).refused is not None:
            return None
        call = self._begun(request, Status.QUEUED)
        self._lifecycle.dial_at_once(call)
        return call

    def _begun(self, request: CallRequest, status: Status) -> Call:
        call = self._call(new_call_sid(), self.calls.next_index, request, CallState(status, self._clock.now()))
        self.calls.add(call)
        self._state_file.created(call)
        self.activity.begin()
        return call

    def update(self, call: Call, form: Form) -> None:
        """Ends, redirects or limits a call; TwilioError 21220 if it has ended, or is redirected unanswered."""
        voice, fallback = read_voice(form)
        subscription, status = read_subscription(form), form.text("Status")
        time_limit = form.integer("TimeLimit", 0, 1, LONGEST_TIME_LIMIT)
        redirects = voice is not None or bool(form.text("Twiml"))
        if status not in ("", "canceled", "completed"):
            raise TwilioError(INVALID_PARAMETER, "Status must be canceled or completed.")
        if call.status.is_final:
            raise TwilioError(NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
        if status == "canceled":
            self._lifecycle.cancel(call)
        elif status == "completed":
            self._lifecycle.complete(call)
        elif redirects and call.status is not Status.IN_PROGRESS:
            raise TwilioError(NOT_IN_PROGRESS, "Call is not in-progress. Cannot redirect.")
        elif redirects:
            # Twilio takes new status callbacks together with new instructions only
            call.voice, call.fallback, call.subscription = voice, fallback, subscription or call.subscription
            call.twiml = "" if voice is not None else form.text("Twiml")
            self._webhooks.ask_for_twiml(call)
        if time_limit and not status:
            self._lifecycle.limit(call, time_limit)

    def delete(self, call: Call) -> None:
        """Removes the record of a call that has ended; TwilioError 21220 for any other."""
        if not call.status.is_final:
            raise TwilioError(NOT_IN_PROGRESS, "Call has not ended. Cannot delete.")
        self.calls.remove(call)
        self._state_file.deleted(call)

    def body(self, call: Call, *, lagging: bool = True) -> dict[str, Any]:
        """The call as REST shows it, by default as old as the fault `read_lag_seconds` wants it."""
        state = call.state_at(self.seen_at()) if lagging else call.state
        return call_body(call, state, caller_is_ours=self.settings.caller_ids.include(call.request.from_))

    def seen_at(self) -> float:
        """The moment whose state reads show, in real seconds on the scheduler's clock."""
        return self._scheduler.now() - self.dice.faults.read_lag_seconds

    def reset(self) -> None:
        """Forgets calls and deliveries, stops what is under way, goes back to the faults and outcomes of the start."""
        for call in self.calls.all():
            if not call.status.is_final:
                call.is_forgotten = True
                self._lifecycle.forget(call)
                self.activity.end()
        self._dispatch.call_off()
        self.deliveries.clear()
        self.calls = CallList()
        self.rooms.clear()
        self.dice.switch(self.settings.faults)
        self.outcomes = self.settings.outcomes
        self._state_file.cleared()

    def _observe(self, call: Call, moment: Moment) -> None:
        self._state_file.changed(call)
        if moment is Moment.ENDED and call.request.record and call.answered_at is not None:
            call.recordings.append(
                Recording(recording_of_call_sid(call), call.state.duration or 0, self._clock.now(), "OutboundAPI")
            )
        self._webhooks.report(call, moment)
        self._switchboard.observe(call, moment)
        if moment is Moment.ENDED:
            self.activity.end()

    def _call(self, sid: str, index: int, request: CallRequest, state: CallState) -> Call:
        plan = self.outcomes.plan_for(request.to, dice(self.settings.seed, "outcome", index))
        return Call(sid, self.settings.account_sid, index, request, plan, state.date_updated, state)

    def _restore(self, kept: KeptCall) -> None:
        """Lists a call of an earlier run; one that was under way then has ended with that run, unreported."""
        request = CallRequest(kept.to, kept.from_, direction=kept.direction, parent_call_sid=kept.parent_call_sid)
        call = self._call(kept.sid, kept.index, request, kept.state)
        call.date_created = kept.date_created
        self.calls.add(call)
        if call.status.is_final:
            return
        now = self._clock.now()
        talked = 0
        if call.status is Status.IN_PROGRESS:
            elapsed = (now - kept.state.date_updated).total_seconds() * self.settings.time_scale
            talked = max(0, min(round(elapsed), call.plan.talk_seconds))
        ended = Status.COMPLETED if call.status is Status.IN_PROGRESS else Status.FAILED
        # then, not now: a demonstration's clock may have moved on by days
        end = kept.state.date_updated + timedelta(seconds=talked / self.settings.time_scale)
        call.change(self._scheduler.now(), status=ended, date_updated=now, end_time=end, duration=talked)
        self._state_file.changed(call)
