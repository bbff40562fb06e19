"""A server that answers every request as a test wants it, byte by byte, and keeps what it was sent."""

from __future__ import annotations

import itertools
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

HOST = "127.0.0.1"
Answer = Callable[[int], Sequence[bytes]]  # the request's number, from 0; the pieces in which to send, none to hang up


def http(status: str, body: str = "{}") -> bytes:
    """A whole answer in one piece."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return f"{head}{body}".encode()


@dataclass
class ToyServer:
    port: int
    received: list[bytes] = field(default_factory=list)


@contextmanager
def toy_server(answer: Answer) -> Iterator[ToyServer]:
    """Serve on a free port until the block ends."""
    numbers = itertools.count()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while request := self.request.recv(65_536):
                toy.received.append(request)
                pieces = answer(next(numbers))
                for piece in pieces:
                    self.request.sendall(piece)
                if not pieces:
                    return

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server((HOST, 0), Handler) as server:
        toy = ToyServer(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield toy
        finally:
            server.shutdown()
            thread.join()
