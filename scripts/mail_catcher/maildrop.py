"""Keeps mails as .eml files: each is whole and on the disk before the sender hears that it was taken."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


class Maildrop:
    """A folder of mails, one file each, named by the time (UTC) and a counter so that they sort as they came."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._numbers = itertools.count(1)

    def keep(self, message: bytes, mail_from: str, recipients: Sequence[str], received_at: datetime) -> Path:
        """Write one mail, its envelope as `X-MailFrom` and `X-RcptTo` on top; returns where. Raises `OSError`.

        Readers see the whole file or none: it gets its name only when it is on the disk.
        """
        stamp = received_at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        target = self._directory / f"{stamp}-{next(self._numbers):06}.eml"
        envelope = f"X-MailFrom: {mail_from}\r\nX-RcptTo: {', '.join(recipients)}\r\n".encode(errors="replace")
        replace_durably(target, envelope + message)
        return target


def replace_durably(target: Path, content: bytes) -> None:
    """Put a file in place whole: written beside, flushed to the disk, then renamed."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
