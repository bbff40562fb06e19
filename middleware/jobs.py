"""What RQ calls: an id in, one service call. Services are wired once for each worker process."""

from __future__ import annotations

from functools import cache

from middleware.bootstrap import Services, build
from middleware.settings import read_settings


@cache
def _services() -> Services:
    return build(read_settings())


def run_outbox_row(outbox_id: str, tries: int) -> None:
    """Do one outbox row if this try of it is still the current one."""
    _services().delivery.run(outbox_id, tries)
