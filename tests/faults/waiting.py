"""Waiting for what other processes do: looked at again and again, up to a deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

LOOK_EVERY = 0.05

Found = TypeVar("Found")


def awaited(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """What `look` finds, as soon as that is neither None nor False; AssertionError where it takes longer."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        pause.wait(LOOK_EVERY)
