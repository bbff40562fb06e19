"""The folder in which one installation keeps everything, and the locks that let one stack use it at a time."""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TextIO

from scripts.stack.errors import CannotStart

_LONG_LOG = 10 << 20  # bytes, after which a log is put aside at the next start
_LOOK_EVERY = 0.05
_END_SECONDS = 15.0  # for the parts of a stack that was killed; its watchman gives them five
_FOLDERS = ("valkey", "mails", "exports", "logs", "twilio", "ready")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Where everything lies. `lock` ends with the process, however it ends; `parts_lock` when its parts have ended,
    too, since the watchman who ends them holds it as well."""

    path: Path
    lock: TextIO
    parts_lock: TextIO

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "ringfence.sqlite3"

    @property
    def run_file(self) -> Path:
        """What scripts read that drive a running stack."""
        return self.path / "run.json"

    def release(self) -> None:
        """Leave the folder to others, this process living on."""
        self.parts_lock.close()
        self.lock.close()

    def log_of(self, part: str) -> Path:
        """What a part wrote."""
        return self.path / "logs" / f"{part}.log"

    def ready_file_of(self, part: str) -> Path:
        """Written by a part once it answers."""
        return self.path / "ready" / f"{part}.json"


def open_data_folder(path: Path) -> DataFolder:
    """Make the folder where it is missing and lock it. Waits for the parts of a stack that was killed: they hold its
    ports, at which Twilio and the links in mails look for it. Raises `CannotStart`."""
    path = path.resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in _FOLDERS:
            (path / name).mkdir(mode=0o700, exist_ok=True)
        lock = (path / "lock").open("a+", encoding="utf-8")
        parts_lock = (path / "parts.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"--data-dir {path} cannot be used: {error.strerror}") from None
    if not _took(lock):
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise CannotStart(f"{path} is in use by process {holder}: end that one, or take another --data-dir")
    _lock_parts(parts_lock, path)
    for log in (path / "logs").glob("*.log"):
        if log.stat().st_size > _LONG_LOG:
            log.replace(log.with_suffix(".log.1"))
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return DataFolder(path, lock, parts_lock)


def _lock_parts(lock: TextIO, path: Path) -> None:
    deadline, pause = time.monotonic() + _END_SECONDS, Event()
    while not _took(lock):
        if time.monotonic() > deadline:
            raise CannotStart(f"{path}: parts of a stack that was killed still run; end them, then start again")
        pause.wait(_LOOK_EVERY)


def _took(lock: TextIO) -> bool:
    """Take a lock, if it is free."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
