"""RQ as a carrier of ids: JSON, never pickle; the row in the store decides what is done, not the job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from middleware.errors import QueueUnavailable

QUEUE = "ringfence"
JOB = "middleware.jobs.run_outbox_row"
JOB_TIMEOUT = 85  # seconds; below the lease of a started row
KEPT = timedelta(minutes=10)


class RqQueue:
    """Connects lazily. Jobs carry an id and a try, nothing personal."""

    def __init__(self, redis_url: str) -> None:
        self.connection = Redis.from_url(redis_url, socket_timeout=30, socket_connect_timeout=5)
        self._queue = Queue(QUEUE, connection=self.connection, serializer=JSONSerializer)

    def enqueue(self, outbox_id: str, tries: int) -> None:
        """See `JobQueue.enqueue`."""
        kept = int(KEPT.total_seconds())
        with _own_errors():
            self._queue.enqueue(
                JOB, outbox_id, tries, job_timeout=JOB_TIMEOUT, result_ttl=kept, failure_ttl=kept, description=outbox_id
            )

    def waiting(self) -> int:
        """See `JobQueue.waiting`."""
        with _own_errors():
            return self._queue.count

    def worker(self) -> SimpleWorker:
        """A worker of this queue that runs jobs in its own process: wired services serve all of them."""
        return SimpleWorker([self._queue], connection=self.connection, serializer=JSONSerializer)


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise QueueUnavailable(f"the queue did not answer ({type(error).__name__})") from error
