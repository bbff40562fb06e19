"""How far back the store is asked, so that no attempt that still forbids a call stays unseen."""

from datetime import timedelta

import pytest

from middleware.decision.model import Outcome, Scope, Subject
from middleware.services.facts import MOST_RESTING, counted_by
from tests.builders import some_policy

HOUR = timedelta(hours=1)


def _asked(**rests: timedelta) -> int:
    default = rests.pop("default")
    by_outcome = {Outcome(name.replace("_", "-")): rest for name, rest in rests.items()}
    policy = some_policy(caps=(), spacing=default, spacing_after=by_outcome)
    return next(
        each.newest for each in counted_by(policy) if (each.scope, each.subject) == (Scope.CONTROLLER, Subject.PERSON)
    )


@pytest.mark.parametrize(
    ("rests", "newest"),
    [
        ({"default": 24 * HOUR}, 1),
        ({"default": 24 * HOUR, "busy": 24 * HOUR}, 1),
        ({"default": 24 * HOUR, "busy": 3 * HOUR}, 9),
        ({"default": 24 * HOUR, "answered": 30 * 24 * HOUR}, 31),
        ({"default": 24 * HOUR, "busy": timedelta(0)}, MOST_RESTING),
    ],
)
def test_a_long_rest_is_seen_behind_as_many_short_ones_as_fit_into_it(rests: dict[str, timedelta], newest: int) -> None:
    assert _asked(**rests) == newest
