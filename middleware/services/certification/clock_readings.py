"""The store's clock, read by many processes: how far it is from this machine's, and whether it ever goes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic

import orjson

from middleware.decision.model import Scope, Subject
from middleware.errors import RingfenceError
from middleware.services.certification.orders import Orders, notes_in
from middleware.services.certification.worker import ask_in_time
from middleware.store.database import Database
from middleware.store.hot_path.model import Counted, HotAsk, HotPath

FARTHEST_APART = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """`began` and `ended` are monotonic seconds; `before` and `after` this machine's time at the same moments."""

    began: float
    ended: float
    before: datetime
    after: datetime
    store: datetime


def read_clock(orders: Orders, line: Connection) -> None:
    """What a worker process does: read the store's clock as every decision does, again and again."""
    hot_path = orders.open_hot_path(Database(orders.database_url), orders.clock())
    ask_in_time(orders, line, _reading(orders, hot_path))


def _reading(orders: Orders, hot_path: HotPath) -> Callable[[FileIO], None]:
    stage = orders.stage
    ask = HotAsk(
        controller_id=stage.controller_id,
        campaign_id=stage.campaign_ids[0],
        credential_id=stage.controller_id,
        number_key=stage.number_key(0),
        counted=(Counted(Scope.CONTROLLER, Subject.NUMBER, 1),),
    )

    def read(log: FileIO) -> None:
        began, before = monotonic(), datetime.now(UTC)
        try:
            store = hot_path.read(ask).now
        except RingfenceError as error:
            log.write(orjson.dumps({"x": type(error).__name__}) + b"\n")
            return
        note = {"b": began, "f": before, "s": store, "t": datetime.now(UTC), "e": monotonic()}
        log.write(orjson.dumps(note) + b"\n")

    return read


def readings_in(log: Path) -> tuple[list[ClockReading], list[str]]:
    """What one worker read, and the errors it met instead."""
    readings, errors = [], []
    for note in notes_in(log):
        if "x" in note:
            errors.append(note["x"])
            continue
        before, store, after = (datetime.fromisoformat(note[name]) for name in ("f", "s", "t"))
        readings.append(ClockReading(note["b"], note["e"], before, after, store))
    return readings, errors


def farthest(readings: Iterable[ClockReading]) -> timedelta:
    """The largest difference that is certain: how far the store's time lies outside the time the reading took."""
    return max(
        (max(each.before - each.store, each.store - each.after, timedelta()) for each in readings),
        default=timedelta(),
    )


def backward_steps(readings: Sequence[ClockReading]) -> int:
    """How many readings show an earlier time than one that had ended before they began, in whichever process."""
    ended = sorted(readings, key=lambda each: each.ended)
    newest, at, steps = datetime.min.replace(tzinfo=UTC), 0, 0
    for each in sorted(readings, key=lambda each: each.began):
        while ended[at].ended < each.began:
            newest = max(newest, ended[at].store)
            at += 1
        steps += each.store < newest
    return steps
