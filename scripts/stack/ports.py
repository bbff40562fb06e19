"""Ports on loopback: the same ones at every start, as long as nobody else has taken them."""

from __future__ import annotations

import socket
from collections.abc import Collection

from scripts.stack.errors import CannotStart

LOOPBACK = "127.0.0.1"
GATEWAY = 8080


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def gateway_port(asked: int | None, kept: int | None) -> int:
    """The port asked for, which must be free; else the one used before; else 8080 or the next free one."""
    if asked is not None:
        if not is_free(asked):
            raise CannotStart(f"--port {asked}: another program listens there; choose another port")
        return asked
    candidates = ([kept] if kept else []) + list(range(GATEWAY, GATEWAY + 100))
    found = next((port for port in candidates if is_free(port)), None)
    return found if found is not None else _any_free(set())


def other_port(kept: int | None, taken: Collection[int]) -> int:
    """The port used before, or any free one."""
    return kept if kept and kept not in taken and is_free(kept) else _any_free(taken)


def _any_free(taken: Collection[int]) -> int:
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in taken:
            return port
