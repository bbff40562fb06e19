"""A simulator of Twilio and a gateway for all integration tests, and the dialer's own server."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.gateway import OFFSET, Gateway, running_gateway
from tests.servers import store_of
from tests.simulator import Simulator, running_simulator
from tests.webhook_receiver import WebhookReceiver, webhook_receiver


@pytest.fixture(scope="session")
def _simulator() -> Iterator[Simulator]:
    with running_simulator(time_scale=2000, cps=500, seed=3, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


@pytest.fixture
def simulator(_simulator: Simulator) -> Iterator[Simulator]:
    """Two thousand times as fast as life, and without a fault but those that the test asks for."""
    _simulator.reset()
    yield _simulator
    _simulator.reset()


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def _gateway(
    request: pytest.FixtureRequest, _simulator: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    with ExitStack() as stack:
        url = store_of(request.param, stack, request, tmp_path_factory, "gateway")
        yield stack.enter_context(running_gateway(url, _simulator, twilio_timeout_seconds=1))


@pytest.fixture
def gateway(_gateway: Gateway, simulator: Simulator) -> Gateway:
    """On each engine in turn, for all tests, each of which calls numbers of its own; waits one second for Twilio."""
    _gateway.queue.forget()
    return _gateway


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as receiver:
        yield receiver
