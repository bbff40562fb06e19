"""Decides which webhooks a step in a call's life causes, and hands them to the dispatch."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from scripts.twilio_simulator.call_request import Event
from scripts.twilio_simulator.callback_parameters import (
    detection_parameters,
    progress_parameters,
)
from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.deliveries import Delivery, Purpose
from scripts.twilio_simulator.dispatch import Dispatch
from scripts.twilio_simulator.faults import FaultDice
from scripts.twilio_simulator.form import Webhook
from scripts.twilio_simulator.lifecycle import Moment
from scripts.twilio_simulator.switchboard import Switchboard

_EVENTS: Final[Mapping[Moment, Event]] = {
    Moment.DIALLED: Event.INITIATED,
    Moment.RINGING: Event.RINGING,
    Moment.ANSWERED: Event.ANSWERED,
    Moment.ENDED: Event.COMPLETED,
}


class Webhooks:
    """Status callbacks, instructions from the answer on, and results of answering-machine detection."""

    def __init__(
        self,
        dispatch: Dispatch,
        switchboard: Switchboard,
        dice: FaultDice,
        now: Callable[[], datetime],
        *,
        request_voice: bool = True,
    ) -> None:
        self._dispatch = dispatch
        self._switchboard = switchboard
        self._dice = dice
        self._now = now
        self._request_voice = request_voice

    def report(self, call: Call, moment: Moment) -> None:
        """Sends what the step calls for."""
        if moment in _EVENTS:
            self._status_callback(call, _EVENTS[moment])
        if moment is Moment.ENDED:
            self._dispatch.end(call.sid)
        detection = call.request.detection
        waits_for_detection = detection is not None and not detection.asynchronous
        answered = Moment.CALLED_IN if call.is_inbound else Moment.ANSWERED
        if moment is (Moment.DETECTED if waits_for_detection else answered):
            self.ask_for_twiml(call)
        if moment is Moment.DETECTED and detection and detection.asynchronous and detection.webhook:
            self._send(call, Purpose.MACHINE_DETECTION, detection.webhook, detection_parameters(call))

    def ask_for_twiml(self, call: Call) -> None:
        """Carries out the instructions of a leg; what cannot be had leaves it to its plan."""
        if call.voice is not None and self._request_voice:
            self._switchboard.begin_at(call, call.voice, call.fallback)
        elif call.voice is None and call.twiml:
            self._switchboard.begin(call, call.twiml, "")

    def _status_callback(self, call: Call, event: Event) -> None:
        subscription = call.subscription
        if subscription is None or event not in subscription.events:
            return
        sequence_number = call.callbacks_fired
        call.callbacks_fired += 1
        parameters = progress_parameters(call, event, sequence_number, self._now())
        delivery = self._delivery(call, Purpose.STATUS, subscription.webhook, parameters)
        delivery.sequence_number = sequence_number
        fate = self._dice.callback_fate(call.index, sequence_number)
        self._dispatch.send_in_turn(delivery, fate)

    def _send(self, call: Call, purpose: Purpose, webhook: Webhook, parameters: dict[str, str]) -> None:
        self._dispatch.send(self._delivery(call, purpose, webhook, parameters))

    def _delivery(self, call: Call, purpose: Purpose, webhook: Webhook, parameters: dict[str, str]) -> Delivery:
        delivery = Delivery(call.sid, purpose, webhook, parameters, self._now())
        call.webhook_log.append(delivery)
        return delivery
