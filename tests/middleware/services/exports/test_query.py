"""What an auditor may write for a range, and what is refused with the field that is wrong."""

from datetime import UTC, datetime

import pytest

from middleware.errors import InvalidRequest
from middleware.services.exports.query import ExportFormat, export_query


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:00Z", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("2026-11-01T00:00:00+01:00", datetime(2026, 10, 31, 23, tzinfo=UTC)),
        ("2026-10-25T02:30:00.250+02:00", datetime(2026, 10, 25, 0, 30, 0, 250_000, tzinfo=UTC)),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_day_is_its_midnight_in_utc_and_an_instant_is_what_its_zone_says(text: str, meant: datetime) -> None:
    assert export_query(text, "9999-12-31", "csv").begins == meant


@pytest.mark.parametrize(
    ("begins", "ends", "form", "field", "told"),
    [
        (None, "2026-12-01", "csv", "from", "missing"),
        ("", "2026-12-01", "csv", "from", "missing"),
        ("2026-11-01", None, "csv", "to", "missing"),
        ("November", "2026-12-01", "csv", "from", "2026-11-01"),
        ("2026-11-31", "2026-12-01", "csv", "from", "2026-11-01"),
        ("2026-11-01T08:00", "2026-12-01", "csv", "from", "zone"),
        ("2026-11-01T08:00 01:00", "2026-12-01", "csv", "from", "%2B"),
        ("0001-01-01T00:00+01:00", "2026-12-01", "csv", "from", "2026-11-01"),
        ("2026-11-01", "9999-12-31T23:59-01:00", "csv", "to", "2026-11-01"),
        ("2026-11-01", "2026-11-01", "csv", "to", "later"),
        ("2026-11-02", "2026-11-01", "csv", "to", "later"),
        ("2026-11-01", "2026-12-01", "xlsx", "format", "csv or jsonl"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_the_name_of_its_field(
    begins: str | None, ends: str | None, form: str, field: str, told: str
) -> None:
    with pytest.raises(InvalidRequest, match=told) as refusal:
        export_query(begins, ends, form)

    assert refusal.value.field == field


def test_without_a_format_the_export_is_for_a_spreadsheet() -> None:
    assert export_query("2026-11-01", "2026-12-01", None).format is ExportFormat.CSV
