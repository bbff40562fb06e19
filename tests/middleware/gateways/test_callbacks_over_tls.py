"""Callbacks over https: to the checked address, and only to a server that proves the name in the URL."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import certifi
import pytest
import trustme
from twilio.request_validator import RequestValidator

from middleware.errors import CallbackFailed, CallbackForbidden
from middleware.gateways.callbacks import SignedCallbacks
from middleware.gateways.documents import DialerDocuments
from tests.webhook_receiver import webhook_receiver

PAIRS = [("CallSid", "CA1"), ("To", "+4533123456"), ("CallStatus", "completed")]
TOKEN = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def looked_up(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every name that is looked up. `dialer.example` is this machine, and everybody trusts the authority."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trusted)
    monkeypatch.setattr(certifi, "where", lambda: str(trusted))
    real, looked_up = socket.getaddrinfo, list[str]()

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        looked_up.append(host)
        return real("127.0.0.1" if host.rstrip(".").endswith("dialer.example") else host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return looked_up


class TlsServer:
    """Remembers the server name that clients asked for, and what they sent."""

    def __init__(self) -> None:
        self.asked_names: list[str | None] = []
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.port = 0
        self.redirects_to: str | None = None


@contextmanager
def tls_server(certificate: trustme.LeafCert) -> Iterator[TlsServer]:
    """A dialer's server with this certificate."""
    told = TlsServer()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    context.sni_callback = lambda _socket, name, _context: told.asked_names.append(name)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.requests.append((self.command, self.path, dict(self.headers), body))
            self.send_response(302 if told.redirects_to else 204)
            if told.redirects_to:
                self.send_header("Location", told.redirects_to)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    class Server(ThreadingHTTPServer):
        def get_request(self) -> tuple[socket.socket, Any]:
            connection, address = super().get_request()
            connection.settimeout(10)
            return context.wrap_socket(connection, server_side=True), address

        def handle_error(self, *_: Any) -> None:
            """A client that does not trust us goes away: that is what is tested."""

    with Server(("127.0.0.1", 0), Handler) as server:
        told.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield told
        finally:
            server.shutdown()


def send(url: str, method: str = "POST", pairs: list[tuple[str, str]] = PAIRS) -> None:
    sender = SignedCallbacks(connect_seconds=5, answer_seconds=5, allow_private=True)
    sender.send(url, method, pairs, TOKEN, "one delivery")


@pytest.mark.parametrize("names", [("dialer.example",), ("*.dialer.example", "dialer.example")])
def test_a_server_that_proves_its_name_gets_the_report(
    authority: trustme.CA, looked_up: list[str], names: tuple[str, ...]
) -> None:
    with tls_server(authority.issue_cert(*names)) as server:
        send(f"https://dialer.example:{server.port}/calls?campaign=spring#rc=3")

        [(method, path, headers, body)] = server.requests
        assert server.asked_names == ["dialer.example"]
        assert looked_up.count("dialer.example") == 1  # what was checked is what was connected to
        assert (method, path) == ("POST", "/calls?campaign=spring")
        assert parse_qsl(body.decode()) == PAIRS
        assert headers["Host"] == f"dialer.example:{server.port}"
        url = f"https://dialer.example:{server.port}/calls?campaign=spring"
        assert RequestValidator(TOKEN).validate(url, dict(PAIRS), headers["X-Twilio-Signature"])


@pytest.mark.usefixtures("looked_up")
@pytest.mark.parametrize("name", ["another.example", "sub.dialer.example", "127.0.0.1"])
def test_a_server_with_somebody_elses_certificate_gets_nothing(authority: trustme.CA, name: str) -> None:
    with tls_server(authority.issue_cert(name)) as server:
        with pytest.raises(CallbackFailed):
            send(f"https://dialer.example:{server.port}/")

        assert server.requests == []


@pytest.mark.usefixtures("looked_up")
def test_a_certificate_that_nobody_vouches_for_gets_nothing() -> None:
    with tls_server(trustme.CA().issue_cert("dialer.example")) as server:
        with pytest.raises(CallbackFailed):
            send(f"https://dialer.example:{server.port}/")

        assert server.requests == []


@pytest.mark.usefixtures("looked_up")
def test_a_server_that_speaks_no_tls_gets_nothing() -> None:
    with webhook_receiver() as receiver:
        with pytest.raises(CallbackFailed):
            send(f"https://dialer.example:{receiver.url.rpartition(':')[2]}/")

        assert receiver.received == []


@pytest.mark.usefixtures("looked_up")
def test_a_redirect_is_not_followed(authority: trustme.CA) -> None:
    with tls_server(authority.issue_cert("dialer.example")) as server, webhook_receiver() as elsewhere:
        for there in (f"{elsewhere.url}/", "/again", "//127.0.0.1/again"):
            server.redirects_to = there
            with pytest.raises(CallbackFailed, match="302"):
                send(f"https://dialer.example:{server.port}/")

        assert elsewhere.received == []
        assert [path for _, path, _, _ in server.requests] == ["/"] * 3


@pytest.mark.usefixtures("looked_up")
def test_from_https_no_redirect_leads_into_a_private_network_even_where_these_are_open(authority: trustme.CA) -> None:
    documents = DialerDocuments(allow_private=True)
    with tls_server(authority.issue_cert("dialer.example")) as server, webhook_receiver() as elsewhere:
        for there in (f"{elsewhere.url}/", f"https://127.0.0.1:{server.port}/"):
            server.redirects_to = there
            with pytest.raises(CallbackForbidden, match="private network"):
                documents.fetch(f"https://dialer.example:{server.port}/", "POST", PAIRS, TOKEN, "one delivery")

        assert elsewhere.received == []
        assert len(server.requests) == 2


@pytest.mark.usefixtures("looked_up")
def test_a_name_with_a_closing_dot_is_proved_without_it(authority: trustme.CA) -> None:
    with tls_server(authority.issue_cert("dialer.example")) as server:
        send(f"https://dialer.example.:{server.port}/")

        assert len(server.requests) == 1


@pytest.mark.usefixtures("looked_up")
def test_an_address_in_the_url_is_proved_as_an_address(authority: trustme.CA) -> None:
    with tls_server(authority.issue_cert("127.0.0.1")) as server:
        send(f"https://127.0.0.1:{server.port}/")

        assert len(server.requests) == 1


# ---------------------------------------------------------------- what is signed


def twilios_signature(url: str, pairs: list[tuple[str, str]]) -> str:
    """By Twilio's description: the URL, then each parameter's name and value in the order of the names."""
    said = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(TOKEN.encode(), said.encode(), hashlib.sha1).digest()).decode()


REPEATED = [*PAIRS, ("Twice", "b"), ("Twice", "a"), ("Twice", "a"), ("Empty", ""), ("Å&=+ ", "æ ø+&=")]


def test_a_post_is_signed_over_its_url_and_every_value_of_every_name() -> None:
    with webhook_receiver() as receiver:
        send(f"{receiver.url}/calls?a=1&b=%20x#rc=2", "POST", REPEATED)

        [request] = receiver.received
        assert request.url == f"{receiver.url}/calls?a=1&b=%20x"
        assert request.headers["X-Twilio-Signature"] == twilios_signature(request.url, REPEATED)


@pytest.mark.parametrize(("path", "joint"), [("/calls", "?"), ("/calls?a=1", "&"), ("/?", "")])
def test_a_get_is_signed_over_its_whole_url_alone(path: str, joint: str) -> None:
    with webhook_receiver() as receiver:
        send(f"{receiver.url}{path}#rc=2", "GET", REPEATED)

        [request] = receiver.received
        start = f"{receiver.url}{path}{joint}"
        assert request.method == "GET"
        assert request.url.startswith(start)
        assert parse_qsl(request.url.removeprefix(start), keep_blank_values=True) == REPEATED
        assert request.headers["X-Twilio-Signature"] == twilios_signature(request.url, [])
