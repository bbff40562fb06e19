"""TwiML from a dialer's own URL: how it is asked for, what is taken, and where no URL of a dialer's may lead us."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from middleware.errors import CallbackForbidden, DocumentUnavailable
from middleware.gateways import checked_http
from middleware.gateways.documents import MOST_BYTES, MOST_REDIRECTS, DialerDocuments
from middleware.gateways.ports import FetchedDocument
from middleware.gateways.public_addresses import is_public
from tests.twiml_server import TwimlServer, twiml_server
from tests.webhook_receiver import webhook_receiver

PAIRS = [("CallSid", "CA1"), ("To", "+4533123456"), ("Twice", "b"), ("Twice", "a"), ("Å", "æ ø+&=")]
TOKEN = "0123456789abcdef" * 2
TWIML = "<Response><Say>Ærligt</Say></Response>"
OUTWARD = frozenset({"127.0.0.1", "127.0.0.3"})  # taken as public, so that real servers can stand there
NOBODY = "127.0.0.3"


@pytest.fixture
def dialer() -> Iterator[TwimlServer]:
    with twiml_server() as server:
        yield server


def fetch(url: str, method: str = "POST", seconds: float = 5.0, *, allow_private: bool = True) -> FetchedDocument:
    documents = DialerDocuments(seconds, allow_private=allow_private)
    return documents.fetch(url, method, PAIRS, TOKEN, "one delivery")


# ---------------------------------------------------------------- how it is asked for


def test_it_is_asked_for_as_twilio_would_and_signed_with_the_token_that_the_dialer_knows(dialer: TwimlServer) -> None:
    url = dialer.serve(TWIML, content_type="text/xml; charset=utf-8")

    found = fetch(f"{url}?tenant=%c3%a6#rc=2")

    assert found == FetchedDocument("text/xml; charset=utf-8", TWIML, f"{url}?tenant=%c3%a6")
    [asked] = dialer.asked
    assert (asked.method, asked.url) == ("POST", f"{url}?tenant=%c3%a6")
    assert asked.form == dict(PAIRS) | {"Twice": "a"}
    assert RequestValidator(TOKEN).compute_signature(asked.url, _multi(PAIRS)) == asked.headers["X-Twilio-Signature"]
    assert asked.headers["I-Twilio-Idempotency-Token"] == "one delivery"
    assert asked.headers["Accept-Encoding"] == "identity"


def test_with_get_the_parameters_stand_in_the_query_and_are_signed_there(dialer: TwimlServer) -> None:
    url = dialer.serve(TWIML)

    found = fetch(f"{url}?a=1", "GET")

    [asked] = dialer.asked
    assert asked.method == "GET"
    assert asked.form == dict(PAIRS) | {"Twice": "a", "a": "1"}
    assert RequestValidator(TOKEN).compute_signature(asked.url, {}) == asked.headers["X-Twilio-Signature"]
    assert found.final_url == f"{url}?a=1"  # what the caller's number is told with is no address to go on from


def test_a_url_without_a_path_is_signed_as_it_is_asked_for(dialer: TwimlServer) -> None:
    dialer.serve(TWIML, path="/")

    assert fetch(dialer.url).text == TWIML
    [asked] = dialer.asked
    assert RequestValidator(TOKEN).compute_signature(asked.url, _multi(PAIRS)) == asked.headers["X-Twilio-Signature"]


@pytest.mark.parametrize(("status", "then"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_redirects_are_followed_and_each_hop_is_signed_anew(dialer: TwimlServer, status: int, then: str) -> None:
    dialer.serve(TWIML, path="/deep/twiml")
    url = dialer.serve("", status=status, Location="/deep/twiml?step=2")

    found = fetch(url)

    first, second = dialer.asked
    assert found == FetchedDocument("text/xml", TWIML, f"{dialer.url}/deep/twiml?step=2")
    assert (first.method, second.method) == ("POST", then)
    assert second.form["CallSid"] == "CA1"
    form = _multi(PAIRS) if then == "POST" else {}
    assert RequestValidator(TOKEN).compute_signature(second.url, form) == second.headers["X-Twilio-Signature"]


def test_a_redirect_that_never_ends_does_end(dialer: TwimlServer) -> None:
    url = dialer.serve("", status=307, path="/round", Location="/round")

    with pytest.raises(DocumentUnavailable, match="more than 10"):
        fetch(url)
    assert len(dialer.asked) == MOST_REDIRECTS + 1


def test_user_and_password_are_for_the_urls_own_host_and_no_other(dialer: TwimlServer) -> None:
    with twiml_server() as stranger:
        there = stranger.serve("", status=307, path="/there", Location=dialer.serve(TWIML, path="/back"))
        onwards = stranger.url.replace("//", "//other:secret@") + "/there"
        dialer.serve("", status=307, path="/again", Location=onwards)
        url = dialer.serve("", status=307, Location="/again").replace("//", "//me:p%40ss@")

        assert there == f"{stranger.url}/there"
        assert fetch(url).final_url == f"{dialer.url}/back"

        assert [asked.headers.get("Authorization") for asked in dialer.asked] == ["Basic bWU6cEBzcw=="] * 3
        assert [asked.headers.get("Authorization") for asked in stranger.asked] == [None]


# ---------------------------------------------------------------- what is taken


@pytest.mark.parametrize("status", [300, 304, 305, 400, 403, 404, 410, 429, 500, 503])
def test_a_status_that_brings_no_twiml_is_none(dialer: TwimlServer, status: int) -> None:
    with pytest.raises(DocumentUnavailable, match=str(status)):
        fetch(dialer.serve(TWIML, status=status))


@pytest.mark.parametrize("location", ["", "http://[::1"])
def test_a_redirect_to_nowhere_is_none(dialer: TwimlServer, location: str) -> None:
    with pytest.raises(DocumentUnavailable, match="nowhere"):
        fetch(dialer.serve("", status=302, Location=location))


@pytest.mark.parametrize(
    "there", ["ftp://dialer.example/", "file:///etc/passwd", "gopher://dialer.example/_x", "data:,x"]
)
def test_a_redirect_to_another_scheme_is_refused(dialer: TwimlServer, there: str) -> None:
    with pytest.raises(CallbackForbidden):
        fetch(dialer.serve("", status=302, Location=there))


def test_64_kilobytes_are_taken_and_not_one_more(dialer: TwimlServer) -> None:
    assert len(fetch(dialer.serve(b"x" * MOST_BYTES)).text) == MOST_BYTES == 65_536
    with pytest.raises(DocumentUnavailable, match="longer"):
        fetch(dialer.serve(b"x" * (MOST_BYTES + 1)))


def test_what_is_compressed_or_in_another_encoding_is_not_taken(dialer: TwimlServer) -> None:
    for encoding in ("gzip", "br", "deflate, identity"):
        with pytest.raises(DocumentUnavailable, match="compressed"):
            fetch(dialer.serve(b"\x1f\x8b", Content_Encoding=encoding))
    with pytest.raises(DocumentUnavailable, match="UTF-8"):
        fetch(dialer.serve(TWIML.encode("latin-1"), content_type="text/xml; charset=iso-8859-1"))
    assert fetch(dialer.serve(b"\xef\xbb\xbf" + TWIML.encode())).text == TWIML


def test_cookies_are_neither_kept_nor_sent(dialer: TwimlServer) -> None:
    dialer.serve(TWIML, path="/twiml")
    fetch(dialer.serve("", status=302, Location="/twiml", Set_Cookie="a=1"))

    assert [asked.headers.get("Cookie") for asked in dialer.asked] == [None, None]


# ---------------------------------------------------------------- how long it may take


@contextmanager
def slow_server(*pieces: bytes, then: bytes = b"", every: float = 0.05) -> Iterator[str]:
    """Says `pieces` at once, then repeats `then` for ever, a little at a time."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                for piece in pieces:
                    connection.sendall(piece)
                while not over.wait(every):
                    connection.sendall(then)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()


SLOW = {
    "silent": ((), b""),
    "status line": ((b"HTTP/1.1 2",), b"0"),
    "headers": ((b"HTTP/1.1 200 OK\r\n",), b"X: y\r\n"),
    "one header": ((b"HTTP/1.1 200 OK\r\nX: ",), b"y"),
    "continue": ((b"HTTP/1.1 100 Continue\r\n\r\n",), b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body of a given length": ((b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n",), b"x"),
    "body up to the end": ((b"HTTP/1.1 200 OK\r\n\r\n<Response/>",), b" "),
    "chunks": ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",), b"1\r\nx\r\n"),
    "trailers": ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",), b"X: y\r\n"),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_server_that_drips_is_left_when_time_is_up_however_it_drips(name: str) -> None:
    pieces, then = SLOW[name]
    began = monotonic()
    with slow_server(*pieces, then=then) as url, pytest.raises(DocumentUnavailable):
        fetch(url, seconds=0.4)

    assert monotonic() - began < 1.5


def test_the_time_is_one_for_all_hops() -> None:
    began = monotonic()
    slow = b"HTTP/1.1 307 Temporary\r\nContent-Length: 0\r\nLocation: "
    with (
        slow_server(b"HTTP/1.1 200 OK\r\n", then=b"X: y\r\n") as last,
        slow_server(slow + last.encode() + b"\r\n", then=b"X: y\r\n") as first,
        pytest.raises(DocumentUnavailable),
    ):
        fetch(first, seconds=0.4)

    assert monotonic() - began < 1.5


def test_a_name_that_is_never_found_is_left_when_time_is_up() -> None:
    over = threading.Event()

    def resolve(*_: Any, **__: Any) -> list[Any]:
        over.wait(10)
        return []

    began = monotonic()
    with pytest.raises(DocumentUnavailable, match="in time"):
        documents(resolve, seconds=0.3).fetch("http://dialer.example/", "POST", PAIRS, TOKEN, "one delivery")
    over.set()

    assert monotonic() - began < 1.5


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 two\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"],
    ids=["nothing", "another protocol", "no status", "cut off", "broken chunks", "too many headers"],
)  # fmt: skip
def test_what_is_no_whole_answer_is_none(answer: bytes) -> None:
    with twiml_server(), socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(DocumentUnavailable):
            fetch(f"http://127.0.0.1:{listener.getsockname()[1]}/")


# ---------------------------------------------------------------- where it may not lead

OURSELVES = [
    "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/",
    "http://0.0.0.0:{port}/", "http://[::]:{port}/", "http://2130706433:{port}/", "http://0x7f000001:{port}/",
    "http://0x7f.1:{port}/", "http://0177.0.0.1:{port}/", "http://017700000001:{port}/", "http://127.1:{port}/",
    "http://127.0.1:{port}/", "http://0:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/", "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/", "http://[2002:7f00:1::]:{port}/", "http://me:secret@127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
]  # fmt: skip
BESIDE_US = [
    "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/",
    "http://2852039166/", "http://0xa9fea9fe/", "http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://[fd12::1]/",
    "http://10.0.0.1/", "http://10.255.255.255/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/",
    "http://100.64.0.1/", "http://100.100.100.200/", "http://168.63.129.16/", "http://198.18.0.1/", "http://224.0.0.1/",
    "http://[ff02::1]/", "http://255.255.255.255/", "http://240.0.0.1/",
]  # fmt: skip


def documents(resolve: Callable[..., Sequence[Any]], seconds: float = 5.0, **how: bool) -> DialerDocuments:
    return DialerDocuments(seconds, resolve=resolve, **{"allow_private": False} | how)


class Names:
    """Answers each look-up with the next of these lists of addresses, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


@pytest.mark.parametrize("url", OURSELVES + BESIDE_US)
def test_a_url_that_leads_inside_is_never_asked_however_it_is_spelled(dialer: TwimlServer, url: str) -> None:
    with pytest.raises(CallbackForbidden, match="private network"):
        fetch(url.format(port=dialer.url.rpartition(":")[2]), allow_private=False)

    assert dialer.asked == []


@pytest.fixture
def outward(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two addresses of this machine count as public; all else is what it is."""
    monkeypatch.setattr(checked_http, "is_public", lambda address: str(address) in OUTWARD or is_public(address))


@pytest.mark.usefixtures("outward")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_is_not_followed(dialer: TwimlServer, status: int) -> None:
    with socket.create_server(("127.0.0.2", 0)) as inside:
        inside.settimeout(0.05)
        port = inside.getsockname()[1]
        for there in (f"http://127.0.0.2:{port}/", f"//127.0.0.2:{port}/x", f"http://2130706434:{port}/", *BESIDE_US):
            dialer.asked.clear()
            url = dialer.serve("", status=status, Location=there)
            with pytest.raises(CallbackForbidden, match="private network"):
                fetch(url, allow_private=False)
            assert len(dialer.asked) == 1
        with pytest.raises(TimeoutError):  # nobody has come
            inside.accept()


@pytest.mark.usefixtures("outward")
def test_the_last_of_many_redirects_is_checked_as_the_first(dialer: TwimlServer) -> None:
    dialer.serve("", status=302, path="/9", Location="http://169.254.169.254/latest/meta-data/")
    for number in range(9):
        dialer.serve("", status=302, path=f"/{number}", Location=f"/{number + 1}")

    with pytest.raises(CallbackForbidden, match="private network"):
        fetch(f"{dialer.url}/0", allow_private=False)
    assert len(dialer.asked) == 10


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["10.0.0.1", "93.184.215.14"], ["2606:2800::1", "::1"],
     ["2606:2800::1", "64:ff9b::a00:1"], ["fe80::1%eth0"], ["93.184.215.14"] * 9 + ["169.254.169.254"]],
)  # fmt: skip
def test_a_name_is_refused_when_any_of_its_addresses_lies_inside(addresses: list[str]) -> None:
    with pytest.raises(CallbackForbidden, match="private network"):
        documents(Names(addresses)).fetch("http://dialer.example/", "POST", PAIRS, TOKEN, "one delivery")


@pytest.mark.usefixtures("outward")
def test_a_name_that_changes_its_mind_after_the_check_leads_nowhere_else(dialer: TwimlServer) -> None:
    """Public when it is checked, this machine when it is looked up again: it is not looked up again."""
    names = Names([NOBODY], ["127.0.0.1"])
    url = dialer.url.replace("127.0.0.1", "dialer.example")

    with pytest.raises(DocumentUnavailable):
        documents(names, seconds=0.3).fetch(url, "POST", PAIRS, TOKEN, "one delivery")

    assert names.asked == ["dialer.example"]
    assert dialer.asked == []


@pytest.mark.usefixtures("outward")
def test_a_name_that_changes_its_mind_between_hops_is_checked_again(dialer: TwimlServer) -> None:
    names = Names(["127.0.0.1"], ["127.0.0.2"])
    dialer.serve("", status=302, path="/twiml", Location="/twiml")

    with pytest.raises(CallbackForbidden, match="private network"):
        documents(names).fetch(
            f"{dialer.url.replace('127.0.0.1', 'dialer.example')}/twiml", "POST", PAIRS, TOKEN, "one delivery"
        )
    assert len(dialer.asked) == 1


@pytest.mark.usefixtures("outward")
def test_the_checked_address_is_asked_under_the_name_of_the_url(dialer: TwimlServer) -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    dialer.serve(TWIML, path="/twiml")
    url = f"{dialer.url.replace('127.0.0.1', 'dialer.example')}/twiml"

    assert documents(names).fetch(url, "POST", PAIRS, TOKEN, "one delivery").text == TWIML
    assert dialer.asked[0].url == url


@pytest.mark.usefixtures("outward")
def test_where_one_of_several_checked_addresses_cannot_be_reached_the_next_is_asked(dialer: TwimlServer) -> None:
    dialer.serve(TWIML, path="/twiml")
    url = f"{dialer.url.replace('127.0.0.1', 'dialer.example')}/twiml"

    found = documents(Names([NOBODY, "127.0.0.1"]), seconds=2).fetch(url, "POST", PAIRS, TOKEN, "one delivery")

    assert found.text == TWIML


def test_for_development_private_hosts_may_be_opened(dialer: TwimlServer) -> None:
    dialer.serve(TWIML, path="/twiml")
    port = dialer.url.rpartition(":")[2]

    for host in ("127.0.0.1", "localhost", "2130706433"):
        assert fetch(f"http://{host}:{port}/twiml").text == TWIML


def test_a_proxy_of_the_environment_is_not_asked(dialer: TwimlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look names up by itself, unchecked."""
    with webhook_receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert fetch(dialer.serve(TWIML)).text == TWIML
        assert proxy.received == []


class _Multi(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def _multi(pairs: Sequence[tuple[str, str]]) -> Any:
    form = _Multi()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form
