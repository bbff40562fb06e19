"""How the gateway is started."""

import signal
import socket
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from middleware.settings import Settings, read_settings
from scripts.gateway_server import gateway_command

SECRET = "0123456789abcdef" * 2
TOY = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]
"""


def settings(database_url: str) -> Settings:
    return read_settings(
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        public_base_url="https://ringfence.example",
        pepper=SECRET,
        link_secret=SECRET,
        credential_secret=SECRET,
        twilio_account_sid=f"AC{'0' * 32}",
        twilio_auth_token=SECRET,
        mail_from="calls@example.com",
    )


def option(command: list[str], name: str) -> str:
    return command[command.index(name) + 1]


@pytest.mark.parametrize(("url", "workers"), [("sqlite:////tmp/x.db", "1"), ("postgresql://x/y", "2")])
def test_sqlite_has_one_process_and_a_database_server_may_have_several(url: str, workers: str) -> None:
    command = gateway_command(settings(url), "127.0.0.1", 8080)

    assert option(command, "--workers") == workers
    assert option(command, "--blocking-threads") == "4"
    assert command[-1] == "webhooks.wsgi:app"


def test_the_command_starts_a_server_that_answers_and_ends_in_order(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(TOY, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    server = subprocess.Popen(
        gateway_command(settings("sqlite:////tmp/x.db"), "127.0.0.1", port, "toy:app"), cwd=tmp_path
    )
    try:
        body = _body_once_it_answers(server, port)
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(30)

    assert body == b"here"
    assert code == 0


def _body_once_it_answers(server: "subprocess.Popen[bytes]", port: int) -> bytes:
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/") as answer:
                content: bytes = answer.read()
                return content
        except OSError:
            try:
                server.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise
