"""The dialer's own web server, as far as Twilio would ask it: TwiML at addresses, and who asked for it.

with twiml_server() as dialer:
    url = dialer.serve("<Response><Pause/></Response>")
    ...
    assert [each.form["CallStatus"] for each in dialer.asked] == ["in-progress"]
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class AskedFor:
    """One request; `form` is what came with it, in the body or the query."""

    method: str
    url: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass(slots=True)
class TwimlServer:
    """`asked` holds every request, the oldest first."""

    url: str = ""
    asked: list[AskedFor] = field(default_factory=list)
    pages: dict[str, tuple[int, str, bytes, dict[str, str]]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def serve(
        self, text: str | bytes, status: int = 200, content_type: str = "text/xml", path: str | None = None, **more: str
    ) -> str:
        """The address at which this stands from now on; `more` are headers, with underscores."""
        path = path or f"/page-{next(self._numbers)}"
        body = text if isinstance(text, bytes) else text.encode()
        self.pages[path] = (status, content_type, body, {k.replace("_", "-"): v for k, v in more.items()})
        return f"{self.url}{path}"


@contextmanager
def twiml_server() -> Iterator[TwimlServer]:
    """Serves on a free port of 127.0.0.1; what is not there is 404."""
    dialer = TwimlServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            given = body if self.command == "POST" else parts.query
            url = f"http://{self.headers['Host']}{self.path}"
            form = dict(parse_qsl(given, keep_blank_values=True))
            dialer.asked.append(AskedFor(self.command, url, form, dict(self.headers)))
            status, content_type, page, more = dialer.pages.get(parts.path, (404, "text/plain", b"nothing here", {}))
            self.send_response(status)
            for name, value in {"Content-Type": content_type, "Content-Length": str(len(page)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page)

        def do_GET(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Keeps quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        dialer.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield dialer
        finally:
            server.shutdown()
