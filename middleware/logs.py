"""Logs on standard error, one line an event, with numbers and mailboxes masked whoever wrote the line."""

from __future__ import annotations

import logging
import re

_NUMBER = re.compile(r"\+\d{4,13}(\d{2})\b")
_ENCODED_NUMBER = re.compile(r"%2B\d{4,13}(\d{2})\b", re.IGNORECASE)
_MAILBOX = re.compile(r"[^\s<>\"'=,;:()]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")


class MaskingFormatter(logging.Formatter):
    """Masks the whole line, tracebacks and what libraries write included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line without clear numbers or mailboxes; a number keeps its last two digits."""
        line = _NUMBER.sub(r"+…\1", super().format(record))
        return _MAILBOX.sub("…@…", _ENCODED_NUMBER.sub(r"%2B…\1", line))


def configure_logs(level: str) -> None:
    """Set up the root logger of this process; once is enough."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Twilio's client writes whole requests, parameters included, at INFO
    logging.getLogger("twilio").setLevel(logging.WARNING)
    # Alembic writes two lines whenever somebody asks which revision a store has
    logging.getLogger("alembic").setLevel(logging.WARNING)
