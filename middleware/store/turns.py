"""A fair lock: who asks first writes first. SQLite's own waiting sleeps and is unfair."""

from __future__ import annotations

from collections import deque
from threading import Lock
from types import TracebackType


class Turns:
    """Use as a context manager; threads get their turn in the order in which they asked. Not re-entrant."""

    def __init__(self) -> None:
        self._door = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    def __enter__(self) -> None:
        with self._door:
            if not self._taken:
                self._taken = True
                return
            my_turn = Lock()
            my_turn.acquire()
            self._waiting.append(my_turn)
        try:
            my_turn.acquire()
        except BaseException:  # a signal, such as the end of a job's time: the turn must not go to nobody
            self._leave(my_turn)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._door:
            self._hand_on()

    def _leave(self, my_turn: Lock) -> None:
        with self._door:
            if my_turn in self._waiting:
                self._waiting.remove(my_turn)
            else:  # it was called in the same moment
                self._hand_on()

    def _hand_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()  # the lock stays taken: it changes hands
        else:
            self._taken = False
