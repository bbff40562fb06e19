"""What a worker process is told, and the lines it notes outside the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from middleware.clock import Clock
from middleware.services.certification.controls import FastClock, Method
from middleware.services.certification.history import Asked
from middleware.services.certification.stage import Stage
from middleware.store.database import Database
from middleware.store.hot_path.model import HotPath

OpenHotPath = Callable[[Database, Clock], HotPath]

READY, DONE = "ready", "done"


@dataclass(frozen=True, slots=True)
class Orders:
    """Everything one worker needs; crosses to its process by pickling, so `open_hot_path` is a module's function."""

    worker: int
    stage: Stage
    database_url: str
    open_hot_path: OpenHotPath
    log: Path
    seed: int
    origin: float  # the monotonic second at which the trial began
    method: Method = Method.PRODUCT
    ahead: timedelta = timedelta()

    def clock(self) -> Clock:
        """The clock of the machine that this worker stands for."""
        return FastClock(ahead=self.ahead) if self.ahead else Clock()


def asking(key: str, subject: str, began: float) -> bytes:
    """Noted before the request is made: killed after it, a worker leaves an unknown outcome behind."""
    return _line({"k": key, "s": subject, "b": began})


def answered(key: str, ended: float, attempt_id: str, is_permitted: bool, decided_at: datetime) -> bytes:
    """Noted once the answer is there: from here on the attempt is acknowledged."""
    return _line({"k": key, "e": ended, "a": attempt_id, "p": is_permitted, "t": decided_at.isoformat()})


def failed(key: str, ended: float, error: str) -> bytes:
    """Noted when the service gave no answer."""
    return _line({"k": key, "e": ended, "x": error})


def asked_in(log: Path) -> Iterator[Asked]:
    """What one worker noted, in its order. A line that a kill cut short counts as not written."""
    asked: dict[str, Asked] = {}
    for note in notes_in(log):
        if "b" in note:
            asked[note["k"]] = Asked(note["k"], note["s"], note["b"])
        elif "x" in note:
            before = asked[note["k"]]
            asked[note["k"]] = Asked(before.key, before.subject, before.began, note["e"], error=note["x"])
        else:
            before = asked[note["k"]]
            decided_at = datetime.fromisoformat(note["t"])
            asked[note["k"]] = Asked(
                before.key, before.subject, before.began, note["e"], note["a"], note["p"], decided_at
            )
    yield from asked.values()


def notes_in(log: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a worker's file."""
    if not log.exists():
        return
    for line in log.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            yield orjson.loads(line)


def _line(note: dict[str, object]) -> bytes:
    return orjson.dumps(note) + b"\n"
