"""Sends requests over kept-alive connections as fast as they are answered, and measures each one.

One thread over bare sockets: that costs about as much CPU per request as wrk does, and needs nothing installed.
"""

from __future__ import annotations

import selectors
import socket
import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

PATIENCE_SECONDS = 5.0  # for answers to what is still under way
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
_PERMITTED = b'"permitted":true'
LOST = "lost"


@dataclass(slots=True)
class Answers:
    """What came back. `latencies` are in seconds, one of each answer. `late` ones came after the slice had ended:
    they count as answers, and not towards the rate. `statuses` also counts `lost` connections."""

    latencies: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    late: int = 0
    permitted: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def unanswered(self) -> int:
        """Requests whose answer nobody saw; the server may have done what they asked."""
        return self.sent - len(self.latencies)


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


class _Lost(Exception):
    """The server ended the connection, or what it sent cannot be read."""


def drive(host: str, port: int, connections: int, seconds: float, requests: Iterable[bytes]) -> Answers:
    """Keep `connections` requests under way for `seconds`, then wait for the last answers.

    Ends early when `requests` runs out. A connection that was lost is not opened again.
    """
    opened = [_Connection(_connect(host, port)) for _ in range(connections)]
    with selectors.DefaultSelector() as selector:
        for connection in opened:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        try:
            return _Exchange(selector, iter(requests), time.perf_counter() + seconds).run(opened, seconds)
        finally:
            for connection in opened:
                connection.socket.close()


def _connect(host: str, port: int) -> socket.socket:
    opened = socket.create_connection((host, port), timeout=PATIENCE_SECONDS)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


class _Exchange:
    """One slice: every answer is followed by the connection's next request, until the end."""

    def __init__(self, selector: selectors.BaseSelector, requests: Iterator[bytes], end: float) -> None:
        self._selector = selector
        self._requests = requests
        self._end = end
        self._under_way = 0
        self._answers = Answers()

    def run(self, opened: list[_Connection], seconds: float) -> Answers:
        """Returns when nothing is under way any more, or nothing has come for too long."""
        answers, cpu_before = self._answers, time.process_time()
        self._under_way = len(opened)
        for connection in opened:
            self._send(connection)
        while self._under_way:
            ready = self._selector.select(PATIENCE_SECONDS)
            if not ready:
                break
            for key, _ in ready:
                self._receive(key.data)
        answers.seconds = seconds - max(0.0, self._end - time.perf_counter())
        answers.cpu_seconds = time.process_time() - cpu_before
        return answers

    def _send(self, connection: _Connection) -> None:
        """The next request, if there is time for one."""
        now = time.perf_counter()
        request = next(self._requests, None) if now < self._end else None
        if request is None:
            self._under_way -= 1
            return
        connection.sent_at = now
        connection.socket.sendall(request)
        self._answers.sent += 1

    def _receive(self, connection: _Connection) -> None:
        try:
            status, body = self._read(connection)
        except (_Lost, OSError, ValueError):
            self._selector.unregister(connection.socket)
            self._answers.statuses[LOST] += 1
            self._under_way -= 1
            return
        if not status:
            return
        now = time.perf_counter()
        answers = self._answers
        answers.latencies.append(now - connection.sent_at)
        answers.statuses[status] += 1
        answers.late += now > self._end
        answers.permitted += _PERMITTED in body
        self._send(connection)

    @staticmethod
    def _read(connection: _Connection) -> tuple[str, bytes]:
        """Status and body once all of the answer is there, until then an empty status."""
        chunk = connection.socket.recv(65_536)
        if not chunk:
            raise _Lost
        received = connection.received + chunk
        head_end = received.find(_HEAD_END)
        connection.received = received
        if head_end < 0:
            return "", b""
        length_at = received.find(_LENGTH, 0, head_end)
        if length_at < 0 or not received.startswith(b"HTTP/1.1 "):
            raise _Lost
        length_at += len(_LENGTH)
        length = int(received[length_at : received.index(b"\r", length_at)])
        if len(received) < head_end + len(_HEAD_END) + length:
            return "", b""
        connection.received = b""
        return received[9:12].decode(), received[head_end + len(_HEAD_END) :]
