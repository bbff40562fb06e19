"""What is taken for the host of a URL that somebody else wrote, and what is not taken at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3.util import parse_url

from middleware.callback_urls import read_callback_url
from middleware.errors import CallbackForbidden

TRICKS = [
    "http://a@b@c/", "http://dialer.example\\@127.0.0.1/", "http://127.0.0.1\\.dialer.example/",
    "http:\\\\127.0.0.1/", "http://dialer.example\t/", "http://dial\ner.example/", "\x01http://dialer.example/",
    " http://dialer.example/", "http://dialer.example /", "http://127。0。0。1/", "http://①②⑦.0.0.1/",
    "http://[::1]dialer.example/", "http://dialer.example[::1]/", "http://[::1%25eth0]/", "http://[fe80::1%eth0]/",
    "http://[v1.a]/", "http://[127.0.0.1]/", "http://[]/", "http://[::1/", "http://::1/", "http://a:b:c/",
    "http://dialer.example:0/", "http://dialer.example:-1/", "http://dialer.example:65536/", "http://dialer.example:8x/",
    "http://127.0.0.1%2f@dialer.example:x/", "http://127.0.0.1%00.dialer.example/", "http://%31%32%37.0.0.1/",
    "http://dialer.example;127.0.0.1/", "http://dialer.example,127.0.0.1/", "http://dialer.example!/", "http://*/",
    "javascript:alert(1)", "data:text/xml,<Response/>", "file://dialer.example/etc/passwd", "ws://dialer.example/",
    "unix:/run/docker.sock", "http+unix://%2frun%2fdocker.sock/", "gopher://127.0.0.1:6379/_INFO",
    "http:dialer.example",
    "http:/dialer.example", "https:///dialer.example", "http://@/", "http://user@/", "http://:80/", "http://?a",
    "http://#a",
]  # fmt: skip


@pytest.mark.parametrize("url", TRICKS)
def test_a_url_whose_host_readers_could_see_differently_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(CallbackForbidden) as refused:
        read_callback_url(url)

    assert "127" not in str(refused.value)
    assert "example" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "address"),
    [
        ("http://user:pass%40word@dialer.example/x", "dialer.example", 80, "http://dialer.example/x"),
        ("https://127.0.0.1@dialer.example/", "dialer.example", 443, "https://dialer.example/"),
        ("https://127.0.0.1:80@dialer.example/", "dialer.example", 443, "https://dialer.example/"),
        ("http://dialer.example#@127.0.0.1/", "dialer.example", 80, "http://dialer.example"),
        ("http://dialer.example?@127.0.0.1/", "dialer.example", 80, "http://dialer.example?@127.0.0.1/"),
        ("http://dialer.example/@127.0.0.1", "dialer.example", 80, "http://dialer.example/@127.0.0.1"),
        ("http://dialer.example./", "dialer.example.", 80, "http://dialer.example./"),
        ("HTTPS://DIALER.example:08443/", "dialer.example", 8443, "https://DIALER.example:08443/"),
        ("http://[2606:2800::1]:81/", "2606:2800::1", 81, "http://[2606:2800::1]:81/"),
        ("http://2130706433/", "2130706433", 80, "http://2130706433/"),
    ],
)
def test_everybody_sees_the_host_of_what_is_taken(url: str, host: str, port: int, address: str) -> None:
    read = read_callback_url(url)

    assert (read.host, read.port, read.address) == (host, port, address)


PIECES = st.sampled_from(
    ["http", "https", "ftp", ":", "/", "//", "@", "\\", "#", "?", "[", "]", "%", "%40", "%2f", "%00", ".", "。", "\t",
     "\n", " ", "127.0.0.1", "::1", "dialer.example", "a", "80", "0", ";", "|", "é", "\x00", "\x7f", "user", "0x7f"]
)  # fmt: skip


@given((st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40)).map("http://{}".format))
@example("http://a@b@c/")
def test_whatever_is_written_it_is_refused_or_every_reader_finds_the_same_host(text: str) -> None:
    try:
        read = read_callback_url(text)
    except CallbackForbidden:
        return

    again = read_callback_url(read.address)  # what is signed and requested has no user, and the same host
    assert (again.host, again.port, again.user) == (read.host, read.port, None)
    other = parse_url(text)  # a reader of its own, not Python's
    assert (other.host or "").strip("[]").lower() == read.host
    assert (other.port or {"http": 80, "https": 443}[other.scheme or ""]) == read.port
    assert not set(read.address) & set("\\ \t\r\n")


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_user_and_password_never_become_part_of_what_is_signed_or_asked(user: str, password: str) -> None:
    quoted = ["".join(f"%{byte:02x}" for byte in part.encode("utf-8", "replace")) for part in (user, password)]

    read = read_callback_url(f"https://{quoted[0]}:{quoted[1]}@dialer.example:8443/x?y#z")

    assert (read.host, read.address) == ("dialer.example", "https://dialer.example:8443/x?y")
    assert read.user is not None
