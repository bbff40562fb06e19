"""`ringfence relay` goes on with what it can do while the queue is gone."""

from __future__ import annotations

import pytest

from middleware.errors import QueueUnavailable
from scripts.cli.relay import one_pass


def test_attempts_are_closed_while_the_queue_is_down(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def relay() -> int:
        raise QueueUnavailable("the queue did not answer")

    def sweep() -> int:
        done.append("swept")
        return 1

    one_pass(relay, sweep)

    assert done == ["swept"]
    assert caplog.messages == ["tried again soon: the queue did not answer"]
