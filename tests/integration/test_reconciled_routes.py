"""A day on which telephones rang by every route is compared with Twilio's call list: each call is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from middleware.services.reconciliation.reconciling import Reconciled
from middleware.services.reconciliation.wiring import nightly_reconciliation
from middleware.store.attempts import AttemptRepository
from tests.gateway import CALLER_ID, NOBODY, NOW, OFFSET, a_callee, running_gateway
from tests.integration.test_every_route import ROUTES, World, pepper_of, set_up
from tests.simulator import Simulator, running_simulator
from tests.twiml_server import twiml_server


def compared(world: World) -> Reconciled:
    services = world.gateway.services
    night = nightly_reconciliation(
        services.database,
        services.nightly.reconciliations.lists.carrier,
        services.catalogue,
        services.clock,
        pepper_of(world.gateway),
        lambda _: None,
    )
    return night.reconciliations.run(NOW.date())


@pytest.fixture
def simulator() -> Iterator[Simulator]:  # one of its own: other tests call round the gate
    with running_simulator(time_scale=2000, cps=500, seed=5, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


def test_every_call_of_every_route_is_accounted_for_and_one_round_the_gate_is_found(
    tmp_path: Path, simulator: Simulator
) -> None:
    url = f"sqlite:///{tmp_path}/ringfence.sqlite3"
    with twiml_server() as dialer, running_gateway(url, simulator) as gateway:
        set_up(gateway)
        world = World(gateway, simulator, dialer)
        for route in ROUTES.values():
            route(world, a_callee("90"))
            simulator.wait_until_idle()

        first = compared(world)
        round_it = simulator.client().calls.create(to=a_callee("90"), from_=CALLER_ID, url=f"{NOBODY}/voice")
        simulator.wait_until_idle()
        second = compared(world)

    assert [(each.kind, each.detail) for each in first.violations] == []
    assert first.counts["attempts"] == len(ROUTES)
    assert first.counts["own_people"] > 0
    assert [(each.kind, each.subject) for each in second.violations] == [("not_permitted", round_it.sid)]
    assert second.counts.get("repaired", 0) == 0


def test_calls_of_every_route_whose_callbacks_were_all_lost_end_as_twilio_says(
    tmp_path: Path, simulator: Simulator
) -> None:
    url = f"sqlite:///{tmp_path}/ringfence.sqlite3"
    simulator.set_faults(callback_lose=1.0)
    with twiml_server() as dialer, running_gateway(url, simulator) as gateway:
        set_up(gateway)
        world = World(gateway, simulator, dialer)
        callees = {name: a_callee("90") for name in ROUTES}
        for name, route in ROUTES.items():
            route(world, callees[name])
            simulator.wait_until_idle()

        result = compared(world)

        assert [(each.kind, each.detail) for each in result.violations] == []
        assert result.counts["repaired"] > len(ROUTES) // 2  # the action of a <Dial> tells of some ends
        for name, callee in callees.items():
            [leg] = world.legs_to(callee)
            with gateway.services.database.reading() as connection:
                seen = AttemptRepository(connection).by_call_sid(leg["call"]["sid"])
            assert (name, seen.state) == (name, leg["call"]["status"])
