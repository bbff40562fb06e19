"""Which numbers the benchmark rings: valid ones of four countries, in ranges that never overlap.

Every number is computed from its place, so that neither the loader nor the load client keeps a list. Places that follow
one another lie in different countries and far apart, as the numbers of a call list do.
"""

from __future__ import annotations

from collections.abc import Iterator

# Blocks of a million numbers each, all of which exist in their numbering plans: three of mobiles, three of landlines.
BLOCKS = {
    "DK": ("+4526", "+4527", "+4528", "+4567", "+4568", "+4596"),
    "SE": ("+46701", "+46702", "+46703", "+4681", "+4685", "+4686"),
    "DE": ("+4915110", "+4915111", "+4915112", "+493022", "+493023", "+493024"),
    "NL": ("+31610", "+31611", "+31612", "+31202", "+31205", "+31206"),
}
COUNTRIES = tuple(BLOCKS)
_BY_PLACE = tuple(BLOCKS[country][row] for row in range(6) for country in COUNTRIES)
_COUNT = len(_BY_PLACE)
_BLOCK = 1_000_000
_SCATTER = 737_869  # shares no factor with a block's size, so every number comes once

SUPPRESSED = range(4_000_000)
LOGGED = range(4_000_000, 8_000_000)
CLEAN = range(8_000_000, _COUNT * _BLOCK)
SUPPRESSED_IN_A_HUNDRED = 15


def number_at(place: int) -> str:
    """The E.164 number at a place, a different one for every place below 24 million."""
    row, column = divmod(place, _COUNT)
    return f"{_BY_PLACE[column]}{row * _SCATTER % _BLOCK:06d}"


def country_at(place: int) -> str:
    """The country of the number at a place."""
    return COUNTRIES[place % len(COUNTRIES)]


def is_mobile_at(place: int) -> bool:
    """Whether the number at a place is a mobile."""
    return place % _COUNT < _COUNT // 2


def asked(first: int, count: int, suppressed: int) -> Iterator[str]:
    """Callees of `count` requests from the `first` on: 85 in 100 never asked before, the others among the first
    `suppressed` numbers of the stop list. The same `first` brings the same callees."""
    for each in range(first, first + count):
        if each * 37 % 100 < SUPPRESSED_IN_A_HUNDRED:
            yield number_at(SUPPRESSED.start + each * _SCATTER % suppressed)
        else:
            yield number_at(CLEAN.start + each % len(CLEAN))
