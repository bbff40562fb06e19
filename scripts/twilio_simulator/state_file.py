"""Keeps the list of calls in a file of JSON lines, so that a simulator started again still knows its calls.

Lines are appended and handed to the operating system at once: they survive the end of the process by any means. A line
that was cut off by it is skipped.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from scripts.twilio_simulator.calls import Call, CallState

_STATE = TypeAdapter(CallState)


@dataclass(slots=True)
class KeptCall:
    """What the file knows of one call."""

    sid: str
    index: int
    to: str
    from_: str
    direction: str
    parent_call_sid: str | None
    date_created: datetime
    state: CallState


class StateFile:
    """Writes each change of a call as a line; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._write: Callable[[str], object] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8", buffering=1)
            self._write = self._file.write
            if not _ends_with_a_whole_line(path):
                self._write("\n")

    def created(self, call: Call) -> None:
        self._append(
            {
                "sid": call.sid,
                "index": call.index,
                "to": call.request.to,
                "from": call.request.from_,
                "direction": call.request.direction,
                "parent_call_sid": call.request.parent_call_sid,
                "date_created": call.date_created.isoformat(),
                "state": _STATE.dump_python(call.state, mode="json"),
            }
        )

    def changed(self, call: Call) -> None:
        self._append({"sid": call.sid, "state": _STATE.dump_python(call.state, mode="json")})

    def deleted(self, call: Call) -> None:
        self._append({"sid": call.sid, "deleted": True})

    def cleared(self) -> None:
        self._append({"cleared": True})

    def close(self) -> None:
        if self._write is not None:
            self._write = None
            self._file.close()

    def _append(self, line: dict[str, Any]) -> None:
        if self._write is not None:
            self._write(f"{json.dumps(line)}\n")


def kept_calls(path: Path | None) -> list[KeptCall]:
    """The calls in the file as they were last, in order of creation; none if there is no file."""
    kept: dict[str, KeptCall] = {}
    for line in _lines(path):
        sid = line.get("sid", "")
        if line.get("cleared"):
            kept.clear()
        elif line.get("deleted"):
            kept.pop(sid, None)
        elif "index" in line:
            created = datetime.fromisoformat(line["date_created"])
            state = _STATE.validate_python(line["state"])
            direction, parent = line.get("direction", "outbound-api"), line.get("parent_call_sid")
            kept[sid] = KeptCall(sid, line["index"], line["to"], line["from"], direction, parent, created, state)
        elif sid in kept:
            kept[sid].state = _STATE.validate_python(line["state"])
    return list(kept.values())


def _ends_with_a_whole_line(path: Path) -> bool:
    content_length = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, content_length - 1))
        return file.read(1) in (b"", b"\n")


def _lines(path: Path | None) -> Iterator[dict[str, Any]]:
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for text in file:
            try:
                line = json.loads(text)
            except ValueError:
                continue  # cut off when the process was killed
            if isinstance(line, dict):
                yield line
