"""Which rows of a list are the same person or company. Keeps no number and no name, and little memory."""

from __future__ import annotations

import secrets
import sqlite3
from hashlib import blake2b
from types import TracebackType


class FirstLines:
    """Where each key stood first. A file of its own on disk, which SQLite removes, holds digests under a secret that is
    drawn for this list alone: a million rows cost the memory of a hundred. Close it, or use it as a context manager."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        # the server may give an answer's last part to another thread; two never use it at once
        self._seen = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._seen.execute("PRAGMA journal_mode=OFF")
        self._seen.execute("PRAGMA synchronous=OFF")
        self._seen.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._seen.execute("BEGIN")

    def first(self, kind: str, key: str) -> int | None:
        """The line at which this key was noted; None where it never was."""
        row = self._seen.execute("SELECT line FROM seen WHERE key = ?", (self._digest(kind, key),)).fetchone()
        return None if row is None else int(row[0])

    def first_or_note(self, kind: str, key: str, line: int) -> int | None:
        """The line at which this key was noted; None where it never was, and from now on it is noted here."""
        digest = self._digest(kind, key)
        if self._seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, line)).rowcount:
            return None
        return int(self._seen.execute("SELECT line FROM seen WHERE key = ?", (digest,)).fetchone()[0])

    def close(self) -> None:
        """Forget everything."""
        self._seen.close()

    def __enter__(self) -> FirstLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _digest(self, kind: str, key: str) -> bytes:
        return blake2b(f"{kind}|{key}".encode(), digest_size=16, key=self._secret).digest()
