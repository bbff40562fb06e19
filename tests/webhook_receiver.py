"""A web server that receives webhooks as a user's own would, and remembers them."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

DROP = 0  # instead of a status: close the connection without an answer


@dataclass(frozen=True)
class Received:
    """One request; `url` as its sender wrote it, `form` from the body or, with GET, from the query."""

    method: str
    url: str
    form: Mapping[str, str]
    body: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


class WebhookReceiver:
    """Answers 204, or the statuses it was told, one after another."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._received: list[Received] = []
        self._statuses: deque[int] = deque()
        self.url = ""

    @property
    def received(self) -> list[Received]:
        with self._arrived:
            return list(self._received)

    def answer_with(self, *statuses: int) -> None:
        """The next answers; DROP closes the connection instead."""
        self._statuses.extend(statuses)

    def wait_until(self, condition: Callable[[list[Received]], bool], timeout: float = 10.0) -> list[Received]:
        """All requests so far, as soon as they meet the condition; AssertionError if they don't in time."""
        with self._arrived:
            met = self._arrived.wait_for(lambda: condition(self._received), timeout)
            assert met, f"only these came: {[(r.method, r.path, r.form.get('CallStatus')) for r in self._received]}"
            return list(self._received)

    def wait_for_count(self, count: int, timeout: float = 10.0) -> list[Received]:
        return self.wait_until(lambda received: len(received) >= count, timeout)

    def clear(self) -> None:
        with self._arrived:
            self._received.clear()

    def take(self, request: Received) -> int:
        """Notes a request and says with which status to answer."""
        with self._arrived:
            self._received.append(request)
            status = self._statuses.popleft() if self._statuses else 204
            self._arrived.notify_all()
            return status


@contextmanager
def webhook_receiver() -> Iterator[WebhookReceiver]:
    """A receiver on a free port of this machine."""
    receiver = WebhookReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = dict(parse_qsl(self._body(), keep_blank_values=True))
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            form = body if self.command == "POST" else query
            url = f"http://{self.headers['Host']}{self.path}"
            status = receiver.take(Received(self.command, url, form, body, dict(self.headers)))
            if status == DROP:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

        def _body(self) -> str:
            return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
            """Keeps quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield receiver
        finally:
            server.shutdown()
