"""Whom the benchmark rings: numbers that exist, each once, some of them on the stop list."""

from itertools import islice

import pytest

from middleware.decision.model import NumberKind
from middleware.phone_numbers import parse
from scripts.benchmark.callees import BLOCKS, CLEAN, LOGGED, SUPPRESSED, asked, country_at, is_mobile_at, number_at

ROWS = 10_000


@pytest.mark.parametrize("places", [SUPPRESSED, LOGGED, CLEAN], ids=["suppressed", "logged", "clean"])
def test_every_number_exists_and_belongs_to_its_country(places: range) -> None:
    for place in islice(places, 0, None, len(places) // 300 + 1):
        number = parse(number_at(place))

        assert (number.facts.valid, number.facts.country) == (True, country_at(place)), number.e164


def test_it_is_known_which_numbers_are_mobiles() -> None:
    for place in range(48):
        kind = parse(number_at(place)).facts.kind
        if kind is not NumberKind.FIXED_OR_MOBILE:  # Danish digits do not tell
            assert is_mobile_at(place) is (kind is NumberKind.MOBILE)


def test_every_block_is_used() -> None:
    numbers = [number_at(place) for place in range(24)]

    blocks = [block for of_country in BLOCKS.values() for block in of_country]
    assert all(sum(number.startswith(block) for number in numbers) == 1 for block in blocks)


def test_no_number_comes_twice() -> None:
    parts = (SUPPRESSED[:50_000], LOGGED[:50_000], CLEAN[:50_000], SUPPRESSED[-50_000:], CLEAN[-50_000:])
    numbers = {number_at(place) for part in parts for place in part}

    assert len(numbers) == 250_000


def test_of_a_hundred_callees_fifteen_are_on_the_stop_list_and_the_others_never_asked_before() -> None:
    callees = list(asked(0, 2_000, ROWS))
    stopped = {number_at(place) for place in SUPPRESSED[:ROWS]}
    clean = [callee for callee in callees if callee not in stopped]

    assert len(callees) - len(clean) == 300
    assert len(set(clean)) == len(clean)
    assert set(clean) <= {number_at(place) for place in CLEAN[:2_000]}


def test_slices_that_follow_one_another_ring_nobody_clean_twice() -> None:
    stopped = {number_at(place) for place in SUPPRESSED[:ROWS]}

    first, second = set(asked(0, 500, ROWS)) - stopped, set(asked(500, 500, ROWS)) - stopped

    assert not first & second
    assert list(asked(0, 1_000, ROWS)) == [*asked(0, 500, ROWS), *asked(500, 500, ROWS)]
