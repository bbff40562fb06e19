"""RQ carries an id and a number, as JSON; a queue that does not answer is told as such."""

from __future__ import annotations

import json
import zlib

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from middleware.errors import QueueUnavailable
from middleware.gateways.ports import JobQueue
from middleware.gateways.queue import JOB, JOB_TIMEOUT, QUEUE, RqQueue
from middleware.services.delivery import AT_WORK

ROW = "019cb8b8-1e00-7000-8000-000000000000"


def test_a_job_is_an_id_and_a_number_and_never_pickle(valkey: Redis, valkey_url: str) -> None:
    queue: JobQueue = RqQueue(valkey_url)

    queue.enqueue(ROW, 3)

    [job] = Queue(QUEUE, connection=valkey, serializer=JSONSerializer).jobs
    assert (job.func_name, job.args, job.kwargs) == (JOB, [ROW, 3], {})
    raw = valkey.hget(f"rq:job:{job.id}", "data")
    assert isinstance(raw, bytes)
    assert json.loads(zlib.decompress(raw)) == [JOB, None, [ROW, 3], {}]
    assert job.description == ROW


def test_jobs_are_taken_in_the_order_in_which_they_came(valkey: Redis, valkey_url: str) -> None:
    queue = RqQueue(valkey_url)
    for tries in range(5):
        queue.enqueue(ROW, tries)

    jobs = Queue(QUEUE, connection=valkey, serializer=JSONSerializer).jobs
    assert [job.args[1] for job in jobs] == [0, 1, 2, 3, 4]


def test_the_queue_says_how_many_are_waiting(valkey: Redis, valkey_url: str) -> None:
    queue = RqQueue(valkey_url)
    for tries in range(3):
        queue.enqueue(ROW, tries)

    assert queue.waiting() == 3


def test_what_is_kept_of_a_job_goes_by_itself(valkey: Redis, valkey_url: str) -> None:
    RqQueue(valkey_url).enqueue(ROW, 1)

    [job] = Queue(QUEUE, connection=valkey, serializer=JSONSerializer).jobs
    assert (job.result_ttl, job.failure_ttl) == (600, 600)


def test_a_job_ends_before_its_row_is_given_to_another_worker(valkey: Redis, valkey_url: str) -> None:
    RqQueue(valkey_url).enqueue(ROW, 1)

    [job] = Queue(QUEUE, connection=valkey, serializer=JSONSerializer).jobs
    assert job.timeout == JOB_TIMEOUT
    assert AT_WORK.total_seconds() > JOB_TIMEOUT


@pytest.mark.parametrize("url", ["unix:///nowhere/valkey.sock", "redis://127.0.0.1:1/0", "redis://nowhere.invalid/0"])
def test_a_queue_that_is_not_there_is_told_when_it_is_used(url: str) -> None:
    queue = RqQueue(url)

    with pytest.raises(QueueUnavailable):
        queue.enqueue(ROW, 1)
    with pytest.raises(QueueUnavailable):
        queue.waiting()


def test_a_queue_that_is_full_is_told_and_takes_jobs_again_when_it_is_not(valkey: Redis, valkey_url: str) -> None:
    queue = RqQueue(valkey_url)
    valkey.config_set("maxmemory", "1kb")
    try:
        with pytest.raises(QueueUnavailable):
            queue.enqueue(ROW, 1)
    finally:
        valkey.config_set("maxmemory", "0")

    queue.enqueue(ROW, 2)
    assert Queue(QUEUE, connection=valkey, serializer=JSONSerializer).count == 1


def test_the_worker_reads_json_from_the_same_queue(valkey: Redis, valkey_url: str) -> None:
    worker = RqQueue(valkey_url).worker()

    assert [queue.name for queue in worker.queues] == [QUEUE]
    assert worker.serializer is JSONSerializer
