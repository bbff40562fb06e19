"""One worker process: asks for attempts as fast as it can, and notes what it is told in a file of its own."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import FileIO
from itertools import count
from multiprocessing.connection import Connection
from random import Random
from time import monotonic

from middleware.decision.model import PlacedBy
from middleware.errors import RingfenceError
from middleware.keyed_hash import digest
from middleware.services.asking import Question
from middleware.services.certification.controls import with_method
from middleware.services.certification.orders import DONE, READY, Orders, answered, asking, failed
from middleware.services.certification.stage import PERMIT, StagedCampaigns, StagedPolicy
from middleware.services.precall import Precall
from middleware.services.repeats import Repeats
from middleware.store.database import Database

SLICE_SECONDS = 0.01  # for so long the even workers all ask for the same number


def reserve(orders: Orders, line: Connection) -> None:
    """Say that you are ready, wait for the start, ask until the end. Returns early when the parent is gone."""
    precall = _precall(orders)
    precall.consider(_question(orders, "", 0), orders.stage.credential)  # connects before the race begins
    ask_in_time(orders, line, _asking(orders, precall))


def ask_in_time(orders: Orders, line: Connection, ask: Callable[[FileIO], None]) -> None:
    """Do one thing again and again between two moments that the parent names."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent, which ends its workers
    try:
        line.send(READY)
        begin, end = line.recv()
        line.poll(max(0.0, begin - monotonic()))
        with FileIO(orders.log, "ab") as log:
            while monotonic() < end:
                ask(log)
        line.send(DONE)
    except (EOFError, BrokenPipeError):
        return


def _asking(orders: Orders, precall: Precall) -> Callable[[FileIO], None]:
    stage, credential = orders.stage, orders.stage.credential
    numbers, keys = _numbers(orders), count()
    subjects = [stage.subject(number) for number in range(stage.numbers)]

    def ask(log: FileIO) -> None:
        key, number = f"{orders.worker}-{next(keys)}", next(numbers)
        question = _question(orders, key, number)
        log.write(asking(key, subjects[number], monotonic()))
        try:
            answer = precall.reserve(question, credential)
        except RingfenceError as error:
            log.write(failed(key, monotonic(), type(error).__name__))
        else:
            log.write(answered(key, monotonic(), answer.attempt_id, answer.is_permitted, answer.decided_at))

    return ask


def _numbers(orders: Orders) -> Iterator[int]:
    """Even workers walk over the numbers together, so that all ask for one at once; odd ones ask by chance."""
    dice, numbers = Random(f"{orders.seed}/{orders.worker}"), orders.stage.numbers  # noqa: S311 - protects nothing
    while True:
        yield dice.randrange(numbers) if orders.worker % 2 else int(monotonic() / SLICE_SECONDS) % numbers


def _precall(orders: Orders) -> Precall:
    stage, clock = orders.stage, orders.clock()
    database = Database(orders.database_url)
    hot_path = with_method(orders.method, orders.open_hot_path(database, clock), clock, orders.worker, orders.origin)
    repeats = Repeats(database, timedelta())
    return Precall(hot_path, StagedCampaigns(stage), StagedPolicy(stage), repeats, stage.pepper, PERMIT)


def _question(orders: Orders, key: str, number: int) -> Question:
    campaigns = orders.stage.campaign_ids
    return Question(
        campaign_id=campaigns[orders.worker // 2 % len(campaigns)],
        callee=orders.stage.callee(number),
        placed_by=PlacedBy.DIALER,
        route="api",
        request_digest=digest(key.encode()),
        idempotency_key=key or None,
    )
