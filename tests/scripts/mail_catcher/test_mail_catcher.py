"""The mail catcher as it runs: its own process, kept files, a clean end."""

from __future__ import annotations

import json
import signal
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MAIL = b"From: a@b.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nfirst\r\n.\r\n..second\r\n"


@contextmanager
def catcher(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running catcher and the line it printed when it was ready."""
    command = [sys.executable, "-m", "scripts.mail_catcher", "--directory", str(folder / "mails")]
    with subprocess.Popen(
        [*command, "--ready-file", str(folder / "ready.json"), *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def kept(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted((folder / "mails").glob("*.eml"))]


def port_of(folder: Path) -> int:
    return int(json.loads((folder / "ready.json").read_text(encoding="utf-8"))["port"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("catcher")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with catcher(folder) as started:
        yield started


def test_the_ready_file_and_the_first_line_tell_where_it_listens(
    running: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    process, line = running

    assert json.loads((folder / "ready.json").read_text(encoding="utf-8")) == {
        "port": port_of(folder),
        "pid": process.pid,
    }
    assert f"smtp://127.0.0.1:{port_of(folder)}" in line


def test_every_mail_is_a_file_with_its_envelope_on_top_and_its_text_untouched(
    running: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    before = len(kept(folder))
    with smtplib.SMTP("127.0.0.1", port_of(folder)) as client:
        client.sendmail("bounce@calls.example", ["anna@boozt.example", "bo@boozt.example"], MAIL)

    [mail] = kept(folder)[before:]
    assert mail == (b"X-MailFrom: bounce@calls.example\r\nX-RcptTo: anna@boozt.example, bo@boozt.example\r\n" + MAIL)
    assert message_from_bytes(mail, policy=policy.default)["Subject"] == "Grüße"


def test_mails_sent_at_once_are_all_kept_and_none_is_half_written(
    running: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    before = len(kept(folder))

    def send(sender: int) -> None:
        with smtplib.SMTP("127.0.0.1", port_of(folder)) as client:
            for _ in range(5):
                client.sendmail(f"{sender}@b.example", ["anna@boozt.example"], MAIL)

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    mails = kept(folder)[before:]
    assert len(mails) == 20
    assert all(mail.endswith(MAIL) for mail in mails)
    assert {path.suffix for path in (folder / "mails").iterdir()} == {".eml"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_takes_its_ready_file_away(tmp_path: Path, number: signal.Signals) -> None:
    with catcher(tmp_path) as (process, _):
        client = smtplib.SMTP("127.0.0.1", port_of(tmp_path))  # a client that stays does not hold it up

        process.send_signal(number)

        assert process.wait(10) == 0
        assert not (tmp_path / "ready.json").exists()
        client.close()


def test_a_port_that_is_taken_is_told_in_one_line(
    running: tuple[subprocess.Popen[str], str], folder: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "scripts.mail_catcher", "--port", str(port_of(folder))]

    second = subprocess.run(
        [*command, "--directory", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )

    assert second.returncode == 1
    assert second.stderr.startswith(f"Error: cannot listen on port {port_of(folder)}")
    assert len(second.stderr.splitlines()) == 1


def test_a_mail_that_cannot_be_written_is_deferred(tmp_path: Path) -> None:
    with catcher(tmp_path) as _:
        (tmp_path / "mails").rename(tmp_path / "elsewhere")

        with smtplib.SMTP("127.0.0.1", port_of(tmp_path)) as client, pytest.raises(smtplib.SMTPDataError) as failure:
            client.sendmail("a@b.example", ["anna@boozt.example"], MAIL)

    assert failure.value.smtp_code == 451
