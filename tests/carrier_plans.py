"""Runs made-up plans of what happens to calls, each in a world of its own, and checks how it ends.

Twilio's part is played by a simulator in real time: what happens there is never the same twice, so that nothing can be
shrunk. `RINGFENCE_LONG_TESTS` asks for many more plans, different in every run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis.strategies import SearchStrategy

Plan = list[tuple[Any, ...]]
IS_LONG = "RINGFENCE_LONG_TESTS" in os.environ
LONG = 200  # plans


class Playable(Protocol):
    """Where a plan happens."""

    def do(self, step: tuple[Any, ...]) -> None:
        """One step."""

    def settle(self) -> None:
        """Until nothing is under way, and all sweeps have been made."""

    def close(self) -> None:
        """Whatever has happened."""


Where = TypeVar("Where", bound=Playable)


def run_plans(
    plans: SearchStrategy[Plan], how_many: int, new_world: Callable[[], Where], check: Callable[[Where], None]
) -> None:
    """So many of them, one after the other."""

    @settings(
        max_examples=how_many,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        derandomize=not IS_LONG,
        suppress_health_check=list(HealthCheck),
    )
    @given(plans)
    def run(plan: Plan) -> None:
        world = new_world()
        try:
            for step in plan:
                note(str(step))
                world.do(step)
            world.settle()
            check(world)
        finally:
            world.close()

    run()
