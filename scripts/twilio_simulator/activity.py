"""Counts what is under way, so that others can wait until nothing is."""

import asyncio


class Activity:
    """Idle at first; idle again once everything that began has ended."""

    def __init__(self) -> None:
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        self._under_way += 1
        self._idle.clear()

    def end(self) -> None:
        self._under_way -= 1
        if self._under_way == 0:
            self._idle.set()

    async def idle_within(self, seconds: float) -> bool:
        """Waits until nothing is under way; False if that takes longer."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True
