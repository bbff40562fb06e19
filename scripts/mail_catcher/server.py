"""The catcher's SMTP server: loopback only, takes every mail, hands none on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from scripts.mail_catcher.maildrop import Maildrop, replace_durably

LOOPBACK = "127.0.0.1"


class _Keeper:
    """The answer to each mail: 250 once it is on the disk, 451 where it cannot be written."""

    def __init__(self, maildrop: Maildrop) -> None:
        self._maildrop = maildrop

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        """Called by aiosmtpd when a message is complete."""
        content = envelope.original_content or b""
        received_at = datetime.now(UTC)
        try:
            path = await asyncio.to_thread(
                self._maildrop.keep, content, envelope.mail_from or "", envelope.rcpt_tos, received_at
            )
        except OSError as error:
            return f"451 4.3.0 the mail could not be written: {error.strerror}"
        return f"250 2.0.0 kept as {path.name}"


async def serve(port: int, directory: Path, ready_file: Path | None) -> None:
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one; `ready_file` then tells it as JSON {port, pid}.

    The ready file exists exactly while the server answers.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    keeper = _Keeper(Maildrop(directory))
    server = await loop.create_server(lambda: SMTP(keeper, hostname="localhost"), LOOPBACK, port)
    bound = server.sockets[0].getsockname()[1]
    if ready_file is not None:
        replace_durably(ready_file, json.dumps({"port": bound, "pid": os.getpid()}).encode())
    print(f"mail catcher: smtp://{LOOPBACK}:{bound}, mails are kept in {directory}", flush=True)
    try:
        await stop.wait()
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)
        server.close()
