"""How far back the store is asked, so that no attempt that still forbids a call stays unseen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from middleware.decision.model import Outcome, Policy, RefusalRest, Scope, Subject
from middleware.services.facts import MOST_RESTING, counted_by
from tests.builders import NOON, ORIGIN, a_cap, some_policy

HOUR = timedelta(hours=1)


def _asked(**rests: timedelta) -> int:
    default = rests.pop("default")
    by_outcome = {Outcome(name.replace("_", "-")): rest for name, rest in rests.items()}
    policy = replace(some_policy(caps=(), spacing=default, spacing_after=by_outcome), refusal_rest=None)
    return _newest(policy, Subject.PERSON)


def _newest(policy: Policy, subject: Subject) -> int:
    found = {(each.scope, each.subject): each.newest for each in counted_by(policy)}
    return found[Scope.CONTROLLER, subject]


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


@pytest.mark.parametrize(
    ("rest", "newest"),
    [
        (24 * HOUR, 1),  # over as soon as any other rest
        (60 * 24 * HOUR, 61),
        (365 * 24 * HOUR, MOST_RESTING),
        (None, MOST_RESTING),  # until they ask to be called
    ],
)
def test_a_refusal_is_seen_behind_the_attempts_that_were_made_since(rest: timedelta | None, newest: int) -> None:
    policy = replace(some_policy(caps=(), spacing=24 * HOUR), refusal_rest=RefusalRest(rest, ORIGIN))

    assert _newest(policy, Subject.NUMBER) == newest


def test_what_a_change_of_the_law_will_count_is_read_before_it_comes() -> None:
    later = some_policy(caps=(a_cap(9), a_cap(7, subject=Subject.COMPANY)), refusal_rest=24 * HOUR)
    now = some_policy(caps=(a_cap(4),), refusal_rest=24 * HOUR)
    policy = replace(now, changes_at=NOON + 24 * HOUR, successor=later)

    assert _newest(now, Subject.NUMBER) == 4
    assert _newest(policy, Subject.NUMBER) == 9
    assert _newest(policy, Subject.COMPANY) == 7
