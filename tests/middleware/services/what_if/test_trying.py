"""A country's changed file is tried on the calls of a period; nothing is switched on by it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest

from middleware.decision.model import Audience, CalleeFacts, CallFacts, Consent
from middleware.errors import UnusablePolicy
from middleware.policies.book import PolicyBook
from middleware.services.what_if.tally import Tally
from middleware.services.what_if.trying import FIRST, GONE, UNREADABLE, WhatIf
from middleware.store.database import Database
from tests.builders import NOON, some_campaign, some_facts, some_number
from tests.decision_log import keep, log_decision
from tests.rows import insert_campaign

COUNTRIES = Path(__file__).parents[4] / "config" / "countries"
BEGINS, ENDS = NOON - timedelta(days=2), NOON + timedelta(days=2)
HOUR = timedelta(hours=1)
# 13:00 on a Wednesday in Copenhagen is NOON. Whatever else Danish figures ask for is there.
CONSENTING = CalleeFacts(
    call_consent=Consent(NOON.date() - timedelta(days=30)), has_source=True, checked_on=NOON.date() - timedelta(days=9)
)
FIRST_EDITION_FACTS = orjson.dumps(
    orjson.loads((Path(__file__).parents[1] / "replay" / "first_edition.json").read_bytes())["decisions"][0]["facts"]
).decode()


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Denmark with calls from 10:00 to 16:00 in place of 09:00 to 17:00."""
    path = tmp_path / "tried.yaml"
    text = (COUNTRIES / "DK.yaml").read_text(encoding="utf-8")
    assert '"09:00-17:00"' in text
    path.write_text(text.replace('"09:00-17:00"', '"10:00-16:00"'), encoding="utf-8")
    return path


def a_call(at: datetime, campaign_id: str = "spring", country: str = "DK") -> CallFacts:
    washed = {"dk_robinson": NOON - timedelta(days=1)}
    return some_facts(
        now=at,
        number=some_number(country=country),
        campaign=some_campaign(campaign_id=campaign_id, washed_at=washed),
        callee=CONSENTING,
    )


def asked(store: Database, *calls: CallFacts, changes: dict[str, object] | None = None) -> None:
    """Log calls as the present files decide them."""
    book = PolicyBook(COUNTRIES)
    policy = book.resolve("DK", Audience.B2B, {}, "acme", {}, "spring")
    assert not hasattr(policy, "detail"), policy
    for call in calls:
        log_decision(store, call, keep(store, policy), changes)


def tried(store: Database, file: Path) -> Tally:
    return WhatIf(store).try_out(file, BEGINS, ENDS).tally


def test_the_file_as_it_is_changes_nothing(store: Database) -> None:
    insert_campaign(store, "spring")
    asked(store, a_call(NOON), a_call(NOON + 9 * HOUR))

    tally = tried(store, COUNTRIES / "DK.yaml")

    assert (tally.tried, tally.permitted_before, tally.permitted_after) == (2, 1, 1)
    assert (tally.gained, tally.lost, tally.reasons_after) == (0, 0, tally.reasons_before)


def test_shorter_hours_tell_which_calls_would_have_been_lost(store: Database, changed: Path) -> None:
    insert_campaign(store, "spring")
    early, noon, late = NOON - 4 * HOUR, NOON, NOON + 4 * HOUR  # 09:00, 13:00 and 17:00 in Copenhagen
    asked(store, a_call(early), a_call(noon), a_call(late))

    tally = tried(store, changed)

    assert (tally.permitted_before, tally.permitted_after, tally.gained, tally.lost) == (2, 1, 0, 1)
    assert (tally.reasons_before["hours.outside_window"], tally.reasons_after["hours.outside_window"]) == (1, 2)
    [example] = tally.examples_lost
    assert (example.reasons_before, example.reasons_after) == ((), ("hours.outside_window",))
    assert example.asked_at.strftime("%a %H:%M") == "Wed 09:00"
    wednesday = 2
    assert (tally.refused_before[wednesday][9], tally.refused_after[wednesday][9]) == (0, 1)
    assert (tally.refused_before[wednesday][17], tally.refused_after[wednesday][17]) == (1, 1)


def test_each_campaign_is_counted_for_itself_under_its_own_figures(store: Database, changed: Path) -> None:
    insert_campaign(store, "spring")
    insert_campaign(store, "autumn", overrides={"hours": {"mon-fri": ["10:00-12:00"]}})
    asked(store, a_call(NOON), a_call(NOON, "autumn"))

    tally = tried(store, changed)

    assert dict(tally.campaigns_before) == {"spring": 1, "autumn": 1}
    assert dict(tally.campaigns_after) == {"spring": 1, "autumn": 0}


def test_only_calls_to_the_files_country_count_and_no_mere_questions(store: Database, changed: Path) -> None:
    insert_campaign(store, "spring")
    asked(store, a_call(NOON), a_call(NOON, country="SE"))
    asked(store, a_call(NOON), changes={"kind": "check"})

    assert tried(store, changed).tried == 1


def test_what_cannot_be_tried_is_counted_with_its_reason(store: Database, changed: Path) -> None:
    asked(store, a_call(NOON))
    asked(store, a_call(NOON), changes={"facts": FIRST_EDITION_FACTS})
    asked(store, a_call(NOON), changes={"facts": "{}"})

    tally = tried(store, changed)

    assert (tally.tried, dict(tally.not_tried)) == (0, {GONE: 1, FIRST: 1, UNREADABLE: 1})


def test_a_file_that_is_wrong_is_named_with_its_line_and_nothing_is_tried(store: Database, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    text = (COUNTRIES / "DK.yaml").read_text(encoding="utf-8")
    line = next(place for place, each in enumerate(text.splitlines(), 1) if '"09:00-17:00"' in each)
    wrong.write_text(text.replace('"09:00-17:00"', '"17:00-09:00"', 1), encoding="utf-8")

    with pytest.raises(UnusablePolicy) as problem:
        WhatIf(store).try_out(wrong, BEGINS, ENDS)

    assert all(each.startswith("wrong.yaml, line ") for each in problem.value.lines)
    assert any(abs(int(each.split()[2].rstrip(":")) - line) <= 1 for each in problem.value.lines)


@pytest.mark.parametrize("text", ["", "[]", "country: Denmark\n", "country: 45\n", "just words"])
def test_a_file_about_no_country_is_refused(sqlite_store: Database, tmp_path: Path, text: str) -> None:
    path = tmp_path / "nothing.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UnusablePolicy, match=r"nothing\.yaml"):
        WhatIf(sqlite_store).try_out(path, BEGINS, ENDS)
