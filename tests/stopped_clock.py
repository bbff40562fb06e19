"""A clock that stands until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta

from middleware.clock import Clock


class StoppedClock(Clock):
    """Stands at `at` (aware); `move` sets it forward or, with a negative span, back."""

    def __init__(self, at: datetime, offset: timedelta = timedelta()) -> None:
        super().__init__(offset)
        object.__setattr__(self, "_at", at)

    _at: datetime

    def now(self) -> datetime:
        return self._at

    def move(self, span: timedelta) -> None:
        object.__setattr__(self, "_at", self._at + span)
