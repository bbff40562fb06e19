"""Methods that are known to be wrong. A certification whose checker does not catch them is worth nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from time import monotonic

from middleware.clock import Clock
from middleware.store.hot_path.model import GuardKey, HotAsk, HotPath, HotReading, Reservation

_TICKS_A_SECOND = 10_000
_MOST_WORKERS = 64


class Method(StrEnum):
    """How the workers of a trial reserve."""

    PRODUCT = "product"
    NAIVE = "check, then insert"
    OWN_CLOCK = "the asker's own clock"


@dataclass(frozen=True, slots=True)
class FastClock(Clock):
    """The clock of a machine whose time is ahead of the store's."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        """The wrong time."""
        return Clock.now(self) + self.ahead


class NaiveHotPath:
    """Checks, then inserts under a number that nobody else can have taken: the guard's key guards nothing."""

    def __init__(self, inner: HotPath, worker: int, origin: float) -> None:
        self._inner = inner
        self._worker = worker
        self._origin = origin

    def read(self, ask: HotAsk) -> HotReading:
        """As the product does."""
        return self._inner.read(ask)

    def write(self, reservation: Reservation) -> bool:
        """Whatever others did since the reading."""
        tick = int((monotonic() - self._origin) * _TICKS_A_SECOND)
        seq = (tick + 1) * _MOST_WORKERS + self._worker % _MOST_WORKERS
        guards = tuple(GuardKey(guard.scope_id, guard.subject, seq) for guard in reservation.guards)
        return self._inner.write(replace(reservation, guards=guards))


class OwnClockHotPath:
    """Believes the asker's clock instead of the store's."""

    def __init__(self, inner: HotPath, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, ask: HotAsk) -> HotReading:
        """The store's facts at the asker's time."""
        return replace(self._inner.read(ask), now=self._clock.now())

    def write(self, reservation: Reservation) -> bool:
        """As the product does."""
        return self._inner.write(reservation)


def with_method(method: Method, inner: HotPath, clock: Clock, worker: int, origin: float) -> HotPath:
    """The hot path as this method would have it. `origin` is the monotonic second at which the trial began."""
    if method is Method.NAIVE:
        return NaiveHotPath(inner, worker, origin)
    if method is Method.OWN_CLOCK:
        return OwnClockHotPath(inner, clock)
    return inner
