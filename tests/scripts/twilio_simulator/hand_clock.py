"""A scheduler whose time passes only when a test says so, and a call to put through its hands."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.twilio_simulator.call_request import CallRequest
from scripts.twilio_simulator.calls import Call, CallState, Status
from scripts.twilio_simulator.outcomes import Ending, Plan
from scripts.twilio_simulator.scheduling import Timer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class HandTimer:
    """A step that can be called off until it is taken."""

    step: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class HandClock:
    """Scheduler and calendar at once; starts at noon."""

    def __init__(self) -> None:
        self._now = 0.0
        self._order = itertools.count()
        self._timers: list[tuple[float, int, HandTimer]] = []

    def now(self) -> float:
        return self._now

    def date(self) -> datetime:
        return NOON + timedelta(seconds=int(self._now))

    def after(self, seconds: float, step: Callable[[], None]) -> Timer:
        timer = HandTimer(step)
        heapq.heappush(self._timers, (self._now + max(0.0, seconds), next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Lets that time pass and takes every step that falls due meanwhile."""
        end = self._now + seconds
        while self._timers and self._timers[0][0] <= end:
            self._now, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.step()
        self._now = end


def some_plan(**changes: Any) -> Plan:
    plan = {
        "ending": Ending.COMPLETED,
        "post_dial_seconds": 1.0,
        "ring_seconds": 5.0,
        "talk_seconds": 60,
        "answered_by": "human",
        "sip_response_code": 200,
        "detection_seconds": 3.0,
    }
    return Plan(**{**plan, **changes})


def some_call(number: int = 0, plan: Plan | None = None, **request: Any) -> Call:
    return Call(
        sid=f"CA{number:032x}",
        account_sid=f"AC{0:032x}",
        index=number,
        request=CallRequest("+4512345678", "+4511111111", **request),
        plan=plan or some_plan(),
        date_created=NOON,
        state=CallState(Status.QUEUED, NOON),
    )
