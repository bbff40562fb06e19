"""Stands between the gateway and Twilio and remembers, byte for byte, what one sent and the other answered.

with recording_proxy(simulator.url) as line, running_gateway(url, simulator, twilio_api_base_url=line.url):
    ...
    assert line.exchanges[0].method == "POST"
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

_KEPT = ("Authorization", "Content-Type", "Accept", "User-Agent")


@dataclass(frozen=True, slots=True)
class Exchange:
    """`path` with its query."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes


@dataclass(slots=True)
class RecordingProxy:
    """`exchanges`: what was answered, the oldest first. `asked`: method, path and body of every request that came."""

    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)

    def taken(self) -> list[Exchange]:
        """What came since this was asked before."""
        taken, self.exchanges = self.exchanges, []
        return taken


@contextmanager
def recording_proxy(upstream: str) -> Iterator[RecordingProxy]:
    """Serves on a free port of 127.0.0.1."""
    proxy = RecordingProxy()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: self.headers[name] for name in _KEPT if name in self.headers}
            proxy.asked.append((self.command, self.path, body))
            try:
                answer = requests.request(
                    self.command, f"{upstream}{self.path}", headers=headers, data=body, timeout=10
                )
            except requests.RequestException:
                self.close_connection = True  # as it was closed to us
                return
            proxy.exchanges.append(Exchange(self.command, self.path, headers, body, answer.status_code, answer.content))
            with suppress(OSError):  # whoever asked may have given up
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
                if answer.status_code != 204:
                    self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

        def do_POST(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Keeps quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield proxy
        finally:
            server.shutdown()
