"""`ringfence replay` and `ringfence policy try`: what is printed, the exit codes, and the picture."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from middleware.decision.model import Audience, CalleeFacts, CallFacts, Policy
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from middleware.store.database import Database
from tests.builders import NOON, some_campaign, some_facts
from tests.command_line import Run, Said, ran, set_environment, settings
from tests.decision_log import keep, log_decision
from tests.rows import insert_campaign

COUNTRIES = REPOSITORY / "config" / "countries"
PERIOD = ("--from", "2026-03-01", "--to", "2026-03-10")


@pytest.fixture
def run(
    sqlite_store: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs a command on the store, in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    set_environment(monkeypatch, settings(sqlite_store.url))

    def command(*arguments: str) -> Said:
        return ran(monkeypatch, capsys, *arguments)

    return command


def a_call(hours_from_noon: int = 0) -> CallFacts:
    return some_facts(
        now=NOON + timedelta(hours=hours_from_noon),
        campaign=some_campaign(washed_at={"dk_robinson": NOON - timedelta(days=1)}),
        callee=CalleeFacts(has_source=True, checked_on=NOON.date() - timedelta(days=9)),
    )


@pytest.fixture
def policy(sqlite_store: Database) -> Policy:
    """Denmark's rules as they are, kept in the store."""
    insert_campaign(sqlite_store, "spring")
    found = PolicyBook(COUNTRIES).resolve("DK", Audience.B2B, {}, "acme", {}, "spring")
    assert isinstance(found, Policy)
    return keep(sqlite_store, found)


def test_a_log_that_nobody_touched_is_identical_and_ends_with_0(
    run: Run, sqlite_store: Database, policy: Policy
) -> None:
    for hours in (0, 1, 9):
        log_decision(sqlite_store, a_call(hours), policy)

    said = run("replay", *PERIOD)

    assert (said.code, said.text) == (0, "3 decisions made again: 3 identical, 0 different")


def test_a_decision_that_somebody_turned_round_is_named_and_ends_with_1(
    run: Run, sqlite_store: Database, policy: Policy
) -> None:
    log_decision(sqlite_store, a_call(), policy)
    turned = log_decision(sqlite_store, a_call(9), policy, {"is_permitted": True, "refusals": "[]", "not_before": None})

    said = run("replay", *PERIOD)

    assert said.code == 1
    assert f"{turned} (campaign spring): verdict was permitted, is refused; reasons was none, is hours.out" in said.text
    assert said.text.endswith("2 decisions made again: 1 identical, 1 different")


@pytest.mark.parametrize("command", [("replay",), ("policy", "try", "DK.yaml")])
@pytest.mark.parametrize(
    ("period", "complaint"),
    [
        (("--from", "yesterday", "--to", "2026-03-10"), "--from"),
        (("--from", "2026-03-10", "--to", "2026-03-01"), "--to"),
        (("--from", "2026-03-10T10:00", "--to", "2026-03-11"), "--from"),
    ],
)
def test_a_period_that_cannot_be_is_refused_in_one_line(
    run: Run, command: tuple[str, ...], period: tuple[str, ...], complaint: str
) -> None:
    shutil.copy(COUNTRIES / "DK.yaml", "DK.yaml")

    said = run(*command, *period)

    assert (said.code, said.out) == (2, "")
    assert complaint in said.err


def shorter_hours(name: str = "shorter.yaml") -> str:
    text = (COUNTRIES / "DK.yaml").read_text(encoding="utf-8")
    assert '"09:00-17:00"' in text
    Path(name).write_text(text.replace('"09:00-17:00"', '"10:00-16:00"'), encoding="utf-8")
    return name


def test_a_changed_file_tells_what_it_would_have_changed_and_draws_it(
    run: Run, sqlite_store: Database, policy: Policy
) -> None:
    early = log_decision(sqlite_store, a_call(-4), policy)  # 09:00 in Copenhagen
    for hours in (0, 9):
        log_decision(sqlite_store, a_call(hours), policy)

    said = run("policy", "try", shorter_hours(), *PERIOD)

    assert said.code == 0, said.err
    assert "3 calls to DK: 2 were permitted, 1 would have been: 1 fewer." in said.text
    assert "0 refused ones would have been permitted, 1 permitted ones refused." in said.text
    assert f"{early} Wed 2026-03-04 09:00 where it rang spring: refused now for hours.outside_window" in said.text
    assert "Nothing has been switched on." in said.text
    assert "Wed 09:00, after: 1 refused" in Path("what-if-DK.svg").read_text(encoding="utf-8")


def test_without_any_call_to_the_country_it_says_so_and_draws_nothing(run: Run, policy: Policy) -> None:
    said = run("policy", "try", shorter_hours(), *PERIOD)

    assert (said.code, said.text) == (0, "No call to DK was asked for in that time that can be tried.")
    assert not list(Path().glob("*.svg"))


def test_a_file_that_is_wrong_is_told_with_its_line_and_ends_with_2(run: Run, policy: Policy) -> None:
    name = shorter_hours()
    text = Path(name).read_text(encoding="utf-8")
    Path(name).write_text(text.replace('"10:00-16:00"', '"16:00-10:00"', 1), encoding="utf-8")

    said = run("policy", "try", name, *PERIOD)

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("shorter.yaml, line ")
    assert "closes before it opens" in said.err


def test_a_picture_that_cannot_be_written_is_told_in_one_line(run: Run, sqlite_store: Database, policy: Policy) -> None:
    log_decision(sqlite_store, a_call(), policy)

    said = run("policy", "try", shorter_hours(), *PERIOD, "--picture", "no/such/folder/picture.svg")

    assert said.code == 2
    assert "picture.svg" in said.err
