from datetime import UTC, datetime
from pathlib import Path

import pytest

from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from scripts.benchmark.hard_cases import CALLEES, hard_costs

MOMENT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def test_the_costliest_decisions_are_measured_open_and_closed_remembered_and_anew() -> None:
    costs = hard_costs(PolicyBook(REPOSITORY / "config" / "countries"), MOMENT, calls=2)

    assert all(cost.microseconds > 0 for cost in costs)
    for callee in CALLEES:
        what = [cost.what for cost in costs if callee.what in cost.what]
        answers = what[::2]
        assert what[1::2] == [f"{answer}, nothing remembered" for answer in answers]
        assert "refused, outside hours" in answers[1]
        # whom no moment suits in 42 zones at once is refused at all times
        assert answers[0].endswith("refused, outside hours" if "42 zones" in callee.what else "permitted")
    assert [cost.what for cost in costs[-3:]] == [
        "read the facts from JSON",
        "write a policy as JSON",
        "read a policy from JSON",
    ]


def test_a_country_that_is_closed_is_named(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="DE is closed"):
        hard_costs(PolicyBook(tmp_path), MOMENT, calls=1)
