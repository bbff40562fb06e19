"""Hot paths that break a promise, for certifications that must notice. Their processes find them here by name."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic

from middleware.bootstrap import hot_path_for
from middleware.clock import Clock
from middleware.services.certification.controls import NaiveHotPath
from middleware.store.database import Database
from middleware.store.hot_path.model import HotAsk, HotPath, HotReading, Reservation


@dataclass
class ForgetfulHotPath:
    """Acknowledges every tenth reservation without writing it."""

    inner: HotPath
    written: int = field(default=0, init=False)

    def read(self, ask: HotAsk) -> HotReading:
        return self.inner.read(ask)

    def write(self, reservation: Reservation) -> bool:
        self.written += 1
        return True if self.written % 10 == 0 else self.inner.write(reservation)


@dataclass
class DeafHotPath:
    """Does not see suppressions."""

    inner: HotPath

    def read(self, ask: HotAsk) -> HotReading:
        found = self.inner.read(ask)
        return replace(found, suppressions=())

    def write(self, reservation: Reservation) -> bool:
        return self.inner.write(reservation)


@dataclass
class OddlyTimedHotPath:
    """Tells another time than it is, by `wrong`, every `nth` time."""

    inner: HotPath
    wrong: timedelta
    nth: int
    readings: int = field(default=0, init=False)

    def read(self, ask: HotAsk) -> HotReading:
        self.readings += 1
        found = self.inner.read(ask)
        return found if self.readings % self.nth else replace(found, now=found.now + self.wrong)

    def write(self, reservation: Reservation) -> bool:
        return self.inner.write(reservation)


def naive(database: Database, clock: Clock) -> HotPath:
    """Checks, then inserts."""
    return NaiveHotPath(hot_path_for(database, clock), os.getpid(), monotonic())


def forgetful(database: Database, clock: Clock) -> HotPath:
    """Says yes before it has written."""
    return ForgetfulHotPath(hot_path_for(database, clock))


def deaf(database: Database, clock: Clock) -> HotPath:
    """Lets opt-outs pass unheard."""
    return DeafHotPath(hot_path_for(database, clock))


def jumpy(database: Database, clock: Clock) -> HotPath:
    """Half a second back every now and then, as where two servers answer in turn."""
    return OddlyTimedHotPath(hot_path_for(database, clock), timedelta(seconds=-0.5), 100)


def far_off(database: Database, clock: Clock) -> HotPath:
    """Three seconds ahead of this machine."""
    return OddlyTimedHotPath(hot_path_for(database, clock), timedelta(seconds=3), 1)
