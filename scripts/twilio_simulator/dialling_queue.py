"""The queue of calls to be dialled: first come, first dialled, so many a second and no more."""

from collections import OrderedDict
from collections.abc import Callable

from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.scheduling import Scheduler, Timer


class DiallingQueue:
    """Paces calls at `calls_per_second` of real time; the time scale does not speed it up."""

    def __init__(self, scheduler: Scheduler, calls_per_second: float, dial: Callable[[Call], None]) -> None:
        self._scheduler = scheduler
        self._seconds_between = 1.0 / calls_per_second
        self._dial = dial
        self._waiting: OrderedDict[str, Call] = OrderedDict()
        self._next_slot = 0.0
        self._timer: Timer | None = None

    def join(self, call: Call) -> int:
        """Puts the call last; answers its expected wait in milliseconds."""
        now = self._scheduler.now()
        if not self._waiting:
            self._next_slot = max(self._next_slot, now)  # an idle hour saves up nothing
        slot = self._next_slot + len(self._waiting) * self._seconds_between
        self._waiting[call.sid] = call
        self._wake()
        return round((slot - now) * 1000)

    def leave(self, call: Call) -> None:
        """Takes the call out, if it is still waiting; those behind it move up."""
        self._waiting.pop(call.sid, None)

    def clear(self) -> None:
        self._waiting.clear()

    def _wake(self) -> None:
        if self._timer is None and self._waiting:
            self._timer = self._scheduler.after(self._next_slot - self._scheduler.now(), self._dial_next)

    def _dial_next(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        _, call = self._waiting.popitem(last=False)
        # counted from the slot, not from now: late timers must not lower the rate, yet a long stall is not made up for
        self._next_slot = max(self._next_slot, self._scheduler.now() - self._seconds_between) + self._seconds_between
        self._wake()
        self._dial(call)
