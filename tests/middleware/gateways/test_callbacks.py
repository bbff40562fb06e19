"""Where a callback URL that somebody else gave may lead us, and what is sent there."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from middleware.callback_urls import read_callback_url
from middleware.errors import CallbackFailed, CallbackForbidden
from middleware.gateways.callbacks import SignedCallbacks
from tests.webhook_receiver import webhook_receiver

PAIRS = [("CallSid", "CA1"), ("CallStatus", "completed")]


def send(sender: SignedCallbacks, url: str) -> None:
    sender.send(url, "POST", PAIRS, "token", "one delivery")


INWARD = [
    "http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/", "http://0.0.0.0:9/", "http://10.0.0.1/",
    "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/",
    "http://[fe80::1]/", "http://[fd00::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/",
    "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://224.0.0.1/",
    "http://[2002:7f00:1::]/", "http://255.255.255.255/", "https://127.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", INWARD)
def test_a_url_that_leads_inside_is_never_requested_however_it_is_spelled(url: str) -> None:
    with pytest.raises(CallbackForbidden, match="private network"):
        send(SignedCallbacks(allow_private=False), url)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["2606:2800::1", "::1"]], ids=["inside", "both", "IPv6"]
)
def test_a_name_is_refused_when_any_of_its_addresses_lies_inside(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with pytest.raises(CallbackForbidden, match="private network"):
        send(SignedCallbacks(allow_private=False), "https://dialer.example/")


def test_the_address_that_was_checked_is_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise the second time leads nowhere else: it is not asked a second time."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1" if host == "dialer.example" else host, port, *rest, **more)

    with webhook_receiver() as receiver:
        port = receiver.url.rpartition(":")[2]
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        send(SignedCallbacks(allow_private=True), f"http://dialer.example:{port}/calls")

        assert asked.count("dialer.example") == 1
        assert receiver.received[0].url == f"http://dialer.example:{port}/calls"


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com", "", "http://",
     "http:///path", "http://example.com:99999/", "http://[::1/", "http://exa mple.com/", "http://example.com/\r\nX: 1",
     "http://exämple.com/", "http://example.com/" + "x" * 4000],
)  # fmt: skip
def test_what_is_no_url_that_can_be_requested_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(CallbackForbidden) as refused:
        read_callback_url(url)
    assert "example" not in str(refused.value)


def test_a_url_is_requested_and_signed_without_fragment_and_user() -> None:
    read = read_callback_url("https://me:p%40ss@Example.com:8443/a?b=%7E#rc=2")

    assert read.address == "https://Example.com:8443/a?b=%7E"
    assert (read.host, read.port, read.user, read.password) == ("example.com", 8443, "me", "p@ss")


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410, 500, 503])
def test_what_is_not_taken_may_be_sent_again_and_no_redirect_is_followed(status: int) -> None:
    with webhook_receiver() as receiver:
        receiver.answer_with(status)
        with pytest.raises(CallbackFailed, match=str(status)):
            send(SignedCallbacks(allow_private=True), f"{receiver.url}/")
        assert len(receiver.received) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://nowhere.invalid/", f"http://{'a' * 64}.example/"])
def test_a_server_that_is_not_there_may_be_asked_again(url: str) -> None:
    with pytest.raises(CallbackFailed):
        send(SignedCallbacks(allow_private=True), url)


def test_a_server_that_is_silent_is_waited_for_no_longer_than_allowed() -> None:
    sender = SignedCallbacks(connect_seconds=0.2, answer_seconds=0.2, allow_private=True)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(CallbackFailed):
        send(sender, f"http://127.0.0.1:{silent.getsockname()[1]}/")


def test_values_that_repeat_are_all_sent_and_all_signed() -> None:
    pairs = [*PAIRS, ("Twice", "b"), ("Twice", "a"), ("Empty", ""), ("Å", "æ ø+&=")]
    with webhook_receiver() as receiver:
        SignedCallbacks(allow_private=True).send(f"{receiver.url}/c", "POST", pairs, "token", "one delivery")
        [request] = receiver.received

    assert RequestValidator("token").validate(request.url, MultiDict(pairs), request.headers["X-Twilio-Signature"])
    assert request.form == dict(pairs) | {"Twice": "a"}
    assert request.headers["I-Twilio-Idempotency-Token"] == "one delivery"
