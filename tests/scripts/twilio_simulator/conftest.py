"""A simulator shared by all tests, emptied before each, and a receiver of its webhooks."""

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from tests.simulator import Simulator, running_simulator
from tests.webhook_receiver import WebhookReceiver, webhook_receiver

# one rule for each way in which a call can go, on numbers that nobody can have
NUMBERS = {
    "+4512345600": {"outcome": "completed", "ring_seconds": 4, "talk_seconds": 49, "answered_by": "human"},
    "+4512345601": {"outcome": "busy", "ring_seconds": 2},
    "+4512345602": {"outcome": "no-answer"},
    "+4512345603": {"outcome": "failed"},
    "+4512345604": {"outcome": "completed", "ring_seconds": 4, "talk_seconds": 30, "answered_by": "machine_start"},
    "+4512345605": {"outcome": "completed", "ring_seconds": 4, "talk_seconds": 14_000, "answered_by": "human"},
    "+4512345606": {"outcome": "completed", "ring_seconds": 590, "talk_seconds": 10, "answered_by": "human"},
    "+4512345607": {"refused": 21216},
}
OUTCOMES = {"numbers": NUMBERS, "endings": {}}


@pytest.fixture(scope="session")
def _shared_simulator() -> Iterator[Simulator]:
    with running_simulator(time_scale=2000, cps=200, seed=7, outcomes=OUTCOMES) as simulator:
        yield simulator


@pytest.fixture
def simulator(_shared_simulator: Simulator) -> Simulator:
    """Two thousand times as fast as life, without calls and without faults."""
    _shared_simulator.reset()
    return _shared_simulator


@pytest.fixture
def client(simulator: Simulator) -> Client:
    return simulator.client()


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as receiver:
        yield receiver
