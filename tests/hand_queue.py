"""A queue that a test works off by hand, instead of Valkey and a worker: nothing waits, nothing happens by itself."""

from __future__ import annotations

from collections import deque

from middleware.errors import QueueUnavailable


class HandQueue:
    """Keeps ids in the order in which they came; `is_down` makes it refuse them, `forget` loses them all."""

    def __init__(self) -> None:
        self.jobs: deque[tuple[str, int]] = deque()
        self.is_down = False

    def enqueue(self, outbox_id: str, tries: int) -> None:
        if self.is_down:
            raise QueueUnavailable("the queue is down, as the test wants it")
        self.jobs.append((outbox_id, tries))

    def waiting(self) -> int:
        return len(self.jobs)

    def forget(self) -> None:
        self.jobs.clear()
