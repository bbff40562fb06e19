"""One gateway and one simulator of Twilio for all tests of the HTTP edge; each test calls numbers of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api_contract import CheckedClient
from tests.gateway import OFFSET, Dialer, Gateway, running_gateway
from tests.simulator import Simulator, running_simulator
from tests.webhook_receiver import WebhookReceiver, webhook_receiver


@pytest.fixture(scope="session")
def _simulator() -> Iterator[Simulator]:
    with running_simulator(time_scale=2000, cps=500, seed=3, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


@pytest.fixture
def simulator(_simulator: Simulator) -> Iterator[Simulator]:
    """Two thousand times as fast as life, and without a fault but those that the test asks for."""
    yield _simulator
    _simulator.reset()


@pytest.fixture(scope="session")
def gateway(_simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Waits one second for Twilio, so that a Twilio that hangs costs a test no more."""
    file = Path(tmp_path_factory.mktemp("gateway"), "ringfence.sqlite3")
    with running_gateway(f"sqlite:///{file}", _simulator, twilio_timeout_seconds=1) as gateway:
        gateway.app.test_client_class = CheckedClient
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> FlaskClient:
    return gateway.http()


@pytest.fixture
def dialer(gateway: Gateway) -> Dialer:
    return gateway.dialer


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as receiver:
        yield receiver
