"""The load client in a process of its own: `python -m scripts.benchmark.load_process` serves one slice after another.

It reads a plan as one line of JSON, makes all requests, says `ready`, and begins when it is told to; so making them
costs nothing while the processors are being watched.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from dataclasses import asdict, dataclass
from types import TracebackType

import orjson

from scripts.benchmark.callees import asked
from scripts.benchmark.load_client import Answers, drive
from scripts.benchmark.wire import request_bytes

MOST_PER_SECOND = 15_000  # requests made beforehand; more than any server here answers
_READY, _GO = b"ready\n", b"go\n"


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One slice: where to, how hard, how long, and from which place in the call list on."""

    port: int
    connections: int
    seconds: float
    first: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What came of it. `in_time` are the answers that came before the slice ended; latencies in milliseconds."""

    seconds: float
    sent: int
    answered: int
    in_time: int
    permitted: int
    statuses: dict[str, int]
    p50: float
    p99: float
    cpu_seconds: float

    @property
    def good(self) -> int:
        """Answers of the 200s."""
        return sum(count for status, count in self.statuses.items() if status.startswith("2"))

    @property
    def bad(self) -> dict[str, int]:
        """All others, lost connections among them."""
        return {status: count for status, count in self.statuses.items() if not status.startswith("2")}


class LoadProcess:
    """The child process; use as a context manager."""

    def __enter__(self) -> LoadProcess:
        command = [sys.executable, "-m", "scripts.benchmark.load_process"]
        self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.terminate()
        self._child.wait()

    @property
    def process_id(self) -> int:
        """For counting its CPU."""
        return self._child.pid

    def prepare(self, plan: LoadPlan) -> None:
        """Returns when everything is made that can be made beforehand."""
        self._write(orjson.dumps(asdict(plan)) + b"\n")
        if self._read() != _READY:
            raise ChildProcessError("the load client ended without a word; its own message stands above")

    def run(self) -> LoadReport:
        """The slice that was prepared."""
        self._write(_GO)
        return LoadReport(**orjson.loads(self._read()))

    def _write(self, line: bytes) -> None:
        if self._child.stdin is None:
            raise ChildProcessError("the load client has no standard input")
        self._child.stdin.write(line)
        self._child.stdin.flush()

    def _read(self) -> bytes:
        return b"" if self._child.stdout is None else self._child.stdout.readline()


def report_of(answers: Answers) -> LoadReport:
    """Counts, and the latencies under which half of the answers and 99 in 100 came."""
    ranked = sorted(answers.latencies)
    return LoadReport(
        seconds=answers.seconds,
        sent=answers.sent,
        answered=len(ranked),
        in_time=len(ranked) - answers.late,
        permitted=answers.permitted,
        statuses=dict(answers.statuses),
        p50=percentile(ranked, 50) * 1000,
        p99=percentile(ranked, 99) * 1000,
        cpu_seconds=answers.cpu_seconds,
    )


def percentile(ranked: list[float], hundredths: int) -> float:
    """The smallest value that at least so many in a hundred do not exceed; NaN of nothing. `ranked` ascends."""
    if not ranked:
        return float("nan")
    return ranked[max(0, -(-len(ranked) * hundredths // 100) - 1)]


def main() -> None:
    """Serve plans until standard input ends."""
    gc.disable()  # a collection in the middle of a slice would be measured as somebody's latency
    for line in sys.stdin.buffer:
        plan = LoadPlan(**orjson.loads(line))
        callees = asked(plan.first, int(plan.seconds * MOST_PER_SECOND), plan.suppressed)
        requests = [request_bytes(callee) for callee in callees]
        _say(_READY)
        sys.stdin.buffer.readline()
        answers = drive("127.0.0.1", plan.port, plan.connections, plan.seconds, requests)
        _say(orjson.dumps(asdict(report_of(answers))) + b"\n")


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
