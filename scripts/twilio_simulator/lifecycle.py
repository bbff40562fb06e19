"""The life of a call: queued, dialled, ringing, answered, ended; and what may interfere with it."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any

from scripts.twilio_simulator.calls import Call, Status
from scripts.twilio_simulator.dialling_queue import DiallingQueue
from scripts.twilio_simulator.outcomes import MACHINE, Ending
from scripts.twilio_simulator.scheduling import Scheduler

_CANCELLED_WHILE_RINGING = 487
_BUSY, _REJECTED = 486, 404


class Moment(Enum):
    """What has just happened to a call."""

    QUEUED = auto()
    CALLED_IN = auto()
    DIALLED = auto()
    RINGING = auto()
    ANSWERED = auto()
    DETECTED = auto()
    ENDED = auto()


class Lifecycle:
    """Moves calls along by timers and tells `observe` of each step, after the call has changed.

    Plans and limits are in simulated seconds: `time_scale` of them pass in a real one.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        now: Callable[[], datetime],
        time_scale: float,
        calls_per_second: float,
        observe: Callable[[Call, Moment], None],
    ) -> None:
        self._scheduler = scheduler
        self._now = now
        self._time_scale = time_scale
        self._queue = DiallingQueue(scheduler, calls_per_second, self._dial)
        self._observe = observe

    def place(self, call: Call) -> None:
        """Takes a new call into the queue; its `queue_time_ms` is an estimate until it is dialled."""
        call.queued_at = self._scheduler.now()
        self._change(call, Moment.QUEUED, queue_time_ms=self._queue.join(call))

    def dial_at_once(self, call: Call) -> None:
        """A leg that a live call dials waits in no queue."""
        call.queued_at = self._scheduler.now()
        self._dial(call)

    def ring_inbound(self, call: Call) -> None:
        """A call that comes in: its instructions answer it, or do not."""
        self._change(call, Moment.CALLED_IN, status=Status.RINGING, start_time=self._now())

    def answer_inbound(self, call: Call) -> None:
        """It is on the line until its instructions end it; does nothing to a call that no longer rings."""
        if call.status is Status.RINGING and call.is_inbound:
            call.answered_at = self._scheduler.now()
            call.talk_seconds = call.time_limit
            self._change(call, Moment.ANSWERED, status=Status.IN_PROGRESS)

    def reject(self, call: Call, *, is_busy: bool) -> None:
        """Ends a call that came in without answering it."""
        status, code = (Status.BUSY, _BUSY) if is_busy else (Status.NO_ANSWER, _REJECTED)
        self._end(call, status, sip_response_code=code)

    def hold(self, call: Call) -> None:
        """A leg that waits for another stays on the line until that is over."""
        call.talk_seconds = call.time_limit
        timer = call.timers.pop("talking", None)
        if timer is not None:
            timer.cancel()

    def stay(self, call: Call) -> None:
        """A leg that talks to others goes as its plan has it, counted from now where nothing has been counted yet."""
        if call.status is Status.IN_PROGRESS and "talking" not in call.timers:
            call.talk_seconds = min(self._talked(call) + call.plan.talk_seconds, call.time_limit)
            self._later(call, "talking", call.talk_seconds - self._talked(call), self._hang_up)

    def cancel(self, call: Call) -> None:
        """Ends a call that nobody has answered yet; does nothing to any other."""
        if call.is_forgotten:
            return
        if call.status is Status.QUEUED:
            was_dialled = "dialling" in call.timers
            self._end(call, Status.CANCELED, sip_response_code=_CANCELLED_WHILE_RINGING if was_dialled else None)
        elif call.status is Status.RINGING:
            self._end(call, Status.CANCELED, sip_response_code=_CANCELLED_WHILE_RINGING)

    def complete(self, call: Call) -> None:
        """Hangs up a conversation; a call that nobody has answered is cancelled."""
        if call.status is Status.IN_PROGRESS and not call.is_forgotten:
            self._hang_up(call)
        else:
            self.cancel(call)

    def limit(self, call: Call, seconds: int) -> None:
        """Sets the longest conversation, counted from the answer, also for one under way."""
        call.time_limit = seconds
        if call.status is Status.IN_PROGRESS:
            talked = self._talked(call)
            call.talk_seconds = max(talked, min(call.plan.talk_seconds, seconds))
            self._later(call, "talking", call.talk_seconds - talked, self._hang_up)

    def forget(self, call: Call) -> None:
        """Stops all that was to happen to the call, without a word to anyone."""
        self._queue.leave(call)
        call.stop_timers()

    def _dial(self, call: Call) -> None:
        waited = round((self._scheduler.now() - call.queued_at) * 1000)
        self._later(call, "dialling", call.plan.post_dial_seconds, self._reach)
        self._change(call, Moment.DIALLED, queue_time_ms=waited)

    def _reach(self, call: Call) -> None:
        if call.plan.ending is Ending.FAILED:
            self._end(call, Status.FAILED, start_time=self._now())
            return
        unanswered = call.plan.ending is Ending.NO_ANSWER or call.plan.ring_seconds >= call.request.ring_timeout
        if unanswered:
            self._later(call, "ringing", call.request.ring_timeout, self._give_up)
        else:
            self._later(call, "ringing", call.plan.ring_seconds, self._pick_up)
        self._change(call, Moment.RINGING, status=Status.RINGING, start_time=self._now())

    def _give_up(self, call: Call) -> None:
        self._end(call, Status.NO_ANSWER, sip_response_code=_CANCELLED_WHILE_RINGING)

    def _pick_up(self, call: Call) -> None:
        if call.plan.ending is Ending.BUSY:
            self._end(call, Status.BUSY)
            return
        call.answered_at = self._scheduler.now()
        call.talk_seconds = min(call.plan.talk_seconds, call.time_limit)
        self._later(call, "talking", call.talk_seconds, self._hang_up)
        detection = call.request.detection
        if detection is not None:
            # the answer to a detection never comes after the end of the call that it is about
            seconds = min(call.plan.detection_seconds, detection.timeout_seconds, call.talk_seconds / 2)
            call.detection_ms = round(seconds * 1000)
            self._later(call, "detecting", seconds, self._detect)
        self._change(call, Moment.ANSWERED, status=Status.IN_PROGRESS)

    def _detect(self, call: Call) -> None:
        answered_by = call.plan.answered_by
        if answered_by == MACHINE and call.request.detection and call.request.detection.mode == "DetectMessageEnd":
            answered_by = "machine_end_beep"
        self._change(call, Moment.DETECTED, answered_by=answered_by)

    def _hang_up(self, call: Call) -> None:
        # a late timer, magnified by the time scale, must not lengthen the conversation
        talked = min(self._talked(call), call.talk_seconds)
        self._end(call, Status.COMPLETED, duration=round(talked))

    def _talked(self, call: Call) -> float:
        """Simulated seconds since the answer."""
        return 0.0 if call.answered_at is None else (self._scheduler.now() - call.answered_at) * self._time_scale

    def _end(self, call: Call, status: Status, **changes: Any) -> None:
        self.forget(call)
        planned = {"duration": 0, "sip_response_code": call.plan.sip_response_code, "end_time": self._now()}
        self._change(call, Moment.ENDED, status=status, **{**planned, **changes})

    def _change(self, call: Call, moment: Moment, **changes: Any) -> None:
        call.change(self._scheduler.now(), date_updated=self._now(), **changes)
        self._observe(call, moment)

    def _later(self, call: Call, name: str, seconds: float, step: Callable[[Call], None]) -> None:
        """Takes `step` after that many simulated seconds, instead of an earlier timer of the same name."""
        earlier = call.timers.pop(name, None)
        if earlier is not None:
            earlier.cancel()
        call.timers[name] = self._scheduler.after(seconds / self._time_scale, lambda: step(call))
