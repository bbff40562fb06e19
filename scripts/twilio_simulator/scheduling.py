"""The simulator's two notions of time: dates for people, and timers for what happens next."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Protocol


class Clock:
    """System UTC shifted by `offset_seconds`, cut to whole seconds as all of Twilio's dates are.

    The time scale does not bend it: a receiver compares these dates with its own clock.
    """

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self._offset = timedelta(seconds=offset_seconds)

    def now(self) -> datetime:
        """The aware UTC time that the simulator tells, without a fraction of a second."""
        return (datetime.now(UTC) + self._offset).replace(microsecond=0)


def rfc2822(moment: datetime | None) -> str | None:
    """A date as Twilio writes it: `Fri, 18 Oct 2019 17:00:00 +0000`; None stays None."""
    return None if moment is None else format_datetime(moment)


class Timer(Protocol):
    """Something under way that can still be called off."""

    def cancel(self) -> None: ...


class Scheduler(Protocol):
    """Runs a step later; the state machine sees no other clock, so tests can turn this one by hand."""

    def now(self) -> float:
        """Real seconds on a clock that never jumps."""
        ...

    def after(self, seconds: float, step: Callable[[], None]) -> Timer:
        """Runs `step` once, that many real seconds from now."""
        ...


class LoopScheduler:
    """The scheduler of a running event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now(self) -> float:
        return self._loop.time()

    def after(self, seconds: float, step: Callable[[], None]) -> Timer:
        return self._loop.call_later(max(0.0, seconds), step)
