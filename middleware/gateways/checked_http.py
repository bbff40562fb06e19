"""One exchange with a server that somebody else named, made only where such a URL may lead us.

The host is resolved once, every address is checked, and the connection goes to a checked address: a name that changes
its mind between check and use leads nowhere else. Redirects are not followed here. The time limit holds for all of it,
from the look-up of the name to the last byte, however slowly they come.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Event, Thread, Timer
from time import monotonic
from typing import Any

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.response import BaseHTTPResponse

from middleware.callback_urls import CallbackUrl
from middleware.errors import CallbackForbidden, NoAnswer
from middleware.gateways.public_addresses import is_public

Resolve = Callable[..., Sequence[tuple[Any, ...]]]  # as `socket.getaddrinfo`
_NO_CONNECTION = (NewConnectionError, ConnectTimeoutError)


@dataclass(frozen=True, slots=True)
class Request:
    """Sent exactly so: nothing in the path is spelled otherwise than in `target`, over which it was signed."""

    target: CallbackUrl
    method: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is read where the status is one of success."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Deadline:
    """When all of it must be over."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = monotonic() + seconds

    def left(self) -> float:
        """Seconds, more than none. Raises `NoAnswer` when time is up."""
        left = self._ends_at - monotonic()
        if left <= 0:
            raise NoAnswer("it took too long")
        return left


class CheckedHttp:
    """`allow_private` opens loopback and private networks, for development alone."""

    def __init__(self, connect_seconds: float, *, allow_private: bool, resolve: Resolve | None = None) -> None:
        self._connect_seconds = connect_seconds
        self._allow_private = allow_private
        self._resolve = resolve

    def exchange(self, request: Request, deadline: Deadline, most_bytes: int, *, public_only: bool = False) -> Answer:
        """Send it, and read no more than `most_bytes` of the answer's body (0: none of it, whatever is there).

        `public_only`: private networks stay closed, whatever the settings say. Raises `CallbackForbidden` where it
        leads into one, and `NoAnswer`; texts do not repeat the URL.
        """
        addresses = self._checked_addresses(request.target, deadline, public_only)
        try:
            connection = self._connected(request.target, addresses, deadline)
            try:
                return _asked(connection, request, deadline, most_bytes)
            finally:
                connection.close()
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            raise NoAnswer(f"it cannot be reached ({type(error).__name__})") from error

    def _checked_addresses(self, target: CallbackUrl, deadline: Deadline, public_only: bool) -> list[str]:
        found = self._looked_up(target.host, target.port, deadline)
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        may_be_private = self._allow_private and not public_only
        if not may_be_private and not all(is_public(address) for address in addresses):
            raise CallbackForbidden("the dialer's URL leads into a private network")
        if not addresses:
            raise NoAnswer("its host has no address")
        return list(dict.fromkeys(str(address) for address in addresses))

    def _looked_up(self, host: str, port: int, deadline: Deadline) -> Sequence[tuple[Any, ...]]:
        """The system's resolver knows no time limit, so it is asked beside us and left alone when time is up."""
        told: SimpleQueue[Sequence[tuple[Any, ...]] | None] = SimpleQueue()

        def look_up() -> None:
            try:
                told.put((self._resolve or socket.getaddrinfo)(host, port, type=socket.SOCK_STREAM))
            except (OSError, ValueError):  # a name that cannot be written, too
                told.put(None)

        Thread(target=look_up, daemon=True).start()
        try:
            found = told.get(timeout=deadline.left())
        except Empty:
            raise NoAnswer("its host was not found in time") from None
        if found is None:
            raise NoAnswer("its host has no address")
        return found

    def _connected(self, target: CallbackUrl, addresses: Sequence[str], deadline: Deadline) -> HTTPConnection:
        """To the first address that can be reached; all of them have been checked."""
        for address in addresses:
            connection = _connection(target, address, min(self._connect_seconds, deadline.left()))
            try:
                connection.connect()
                return connection
            except BaseException as error:
                connection.close()
                if address == addresses[-1] or not isinstance(error, _NO_CONNECTION):
                    raise
        raise NoAnswer("its host has no address")


def _connection(target: CallbackUrl, address: str, seconds: float) -> HTTPConnection:
    if target.parts.scheme != "https":
        return HTTPConnection(address, target.port, timeout=seconds)
    name = target.host.rstrip(".")  # a closing dot is for the look-up; certificates have none
    return HTTPSConnection(
        address,
        target.port,
        timeout=seconds,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
        server_hostname=name,
        assert_hostname=name,
    )


def _asked(connection: HTTPConnection, request: Request, deadline: Deadline, most_bytes: int) -> Answer:
    connection.timeout = deadline.left()
    with _cut_off(connection.sock, connection.timeout) as is_cut:
        headers = {**request.headers, "Host": request.target.parts.netloc, "Connection": "close"}
        path = _path(request.target)
        connection.request(request.method, path, request.body, headers, preload_content=False, decode_content=False)
        response = connection.getresponse()
        try:
            body = _read(response, most_bytes) if response.status < 300 and most_bytes else b""
        finally:
            response.close()
        if is_cut.is_set():  # what has come looks as if it were whole
            raise NoAnswer("it took too long")
    return Answer(response.status, response.headers, body)


def _path(target: CallbackUrl) -> str:
    path = target.parts.path or "/"
    return f"{path}?{target.parts.query}" if target.parts.query else path


def _read(response: BaseHTTPResponse, most_bytes: int) -> bytes:
    body = bytearray()
    while piece := response.read(most_bytes + 1 - len(body), decode_content=False):
        body += piece
        if len(body) > most_bytes:
            raise NoAnswer(f"its answer is longer than {most_bytes} bytes")
    return bytes(body)


@contextmanager
def _cut_off(connected: socket.socket, seconds: float) -> Iterator[Event]:
    """Ends the connection when time is up: a socket's own limit begins anew with every byte that comes."""
    is_cut = Event()
    # a handle of our own, which stays open however the connection and the answer share the other
    with socket.socket(fileno=os.dup(connected.fileno())) as handle:

        def cut() -> None:
            is_cut.set()
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

        timer = Timer(seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield is_cut
        finally:
            timer.cancel()
            timer.join()
