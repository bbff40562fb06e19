"""Who runs a command: the API key of the person, from a file or the environment."""

from __future__ import annotations

import os
from typing import TextIO

from middleware.errors import NotAuthenticated

API_KEY = "RINGFENCE_API_KEY"


def api_key(file: TextIO | None, whose: str) -> str:
    """Never from an argument, which every user of the machine could read. Raises `NotAuthenticated`."""
    key = file.read() if file else os.environ.get(API_KEY, "")
    if not key.strip():
        raise NotAuthenticated(f"this needs the API key of {whose}: set {API_KEY}, or name --api-key-file")
    return key.strip()
