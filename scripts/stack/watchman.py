"""Ends every process group it was told of as soon as its standard input closes: also when the one that held it open
was killed. Each line is `+` or `-` and the id of a group. Needs the standard library alone.
"""

import os
import select
import signal
import sys
import time

GRACE_SECONDS = 5.0
LOOK_EVERY = 0.05


def main() -> None:
    """Keep the list, then end what is still on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # ended by the closing of its input alone, so that nobody is left behind
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    end(groups)


def end(groups: set[int]) -> None:
    """Ask all groups to end, wait a little, then end by force."""
    for group in groups:
        _signal(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(_signal(group, 0) for group in groups):
        select.select([], [], [], LOOK_EVERY)
    for group in groups:
        _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Whether there was anybody to signal."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS answers so for a group of zombies
        return False
    return True


if __name__ == "__main__":
    main()
