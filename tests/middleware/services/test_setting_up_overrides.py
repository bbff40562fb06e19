"""Overrides come in by the files of controllers and campaigns, and rule the calls that follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from middleware.clock import Clock
from middleware.decision.model import Audience, Policy
from middleware.errors import InvalidSetUp
from middleware.keyed_hash import Pepper
from middleware.policies.book import PolicyBook
from middleware.services.setting_up import SettingUp
from middleware.settings import REPOSITORY
from middleware.store.catalogue_reading import load as load_catalogue
from middleware.store.database import Database
from tests.rows import migrated
from tests.set_up_folder import CAMPAIGNS, CONTROLLERS, written

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OVERRIDES = """\
  overrides:
    hours: {mon-fri: ["08:00-17:00"]}
    days_without_calls: [2027-07-15]
    refusal_rest_days: until_asked
    reasons:
      hours: {reason: the branch works early, approved_by: J. Jensen, approved_on: 2026-11-02}
"""


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Database]:
    database = migrated(sqlite_url)
    yield database
    database.dispose()


def load(store: Database, folder: Path, campaigns: str, controllers: str = CONTROLLERS) -> None:
    written(folder, **{"campaigns.yaml": campaigns, "controllers.yaml": controllers})
    setting_up = SettingUp(store, Clock(NOW - datetime.now(UTC)), Pepper(b"p" * 32))
    setting_up.load(setting_up.read(folder))


def test_overrides_of_a_file_with_their_days_and_approvals_rule_the_campaign(store: Database, tmp_path: Path) -> None:
    load(store, tmp_path, CAMPAIGNS + OVERRIDES, CONTROLLERS + "  overrides: {ring_seconds: 20}\n")

    with store.reading() as connection:
        found = load_catalogue(connection).campaigns["spring"]
    book = PolicyBook(REPOSITORY / "config" / "countries")
    policy = book.resolve("DK", Audience.B2B, found.controller_overrides, "acme", found.overrides, "spring")
    assert isinstance(policy, Policy), policy
    assert date(2027, 7, 15) in policy.hours.holidays
    assert "approved by J. Jensen on 2026-11-02" in policy.hours.origin.loosens
    assert policy.ring_origin.set_by == "controller acme"


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ("{houres: {}}", "overrides: houres: is no key that is known here; look for a misspelling"),
        ("{caps: [{count: 1}]}", "overrides: caps.0: give either within_days"),
        ("{reasons: {hours: {reason: r, approved_by: me}}}", "overrides: reasons.hours.approved_on: is missing"),
    ],
)
def test_overrides_that_cannot_be_read_are_told_with_their_line_and_nothing_is_loaded(
    store: Database, tmp_path: Path, overrides: str, told: str
) -> None:
    with pytest.raises(InvalidSetUp) as refusal:
        load(store, tmp_path, f"{CAMPAIGNS}  overrides: {overrides}\n")

    (line,) = refusal.value.lines
    assert line.startswith("campaigns.yaml, line ")
    assert told in line
