"""`ringfence policy show`: every figure with its origin, in 80 columns, of a country and under a campaign."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from middleware.decision.model import Audience
from middleware.encoding import digest_of, policy_from_text
from middleware.policies.book import PolicyBook
from middleware.settings import REPOSITORY
from tests.command_line import Run, Said, ran, set_environment, settings
from tests.rows import insert_campaign, insert_controller, migrated

BOOK = PolicyBook(REPOSITORY / "config" / "countries")
APPROVED = {"reason": "the branch works early", "approved_by": "J. Jensen", "approved_on": "2026-11-02"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `ringfence policy show` in a terminal of 80 columns, without any setting."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def command(*arguments: str) -> Said:
        return ran(monkeypatch, capsys, "policy", "show", *arguments)

    return command


@pytest.fixture
def store(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with a controller that tightens, and two campaigns of its: one that loosens, one that may not."""
    set_environment(monkeypatch, settings(sqlite_url))
    database = migrated(sqlite_url)
    insert_controller(database, "acme", overrides={"ring_seconds": 25})
    loosens = {"hours": {"mon-fri": ["08:00-17:00"]}, "reasons": {"hours": APPROVED}}
    insert_campaign(database, "spring", overrides=loosens)
    insert_campaign(database, "greedy", overrides={"spacing": {"hours": 1}})
    database.dispose()


def shown(run: Run, *arguments: str) -> dict[str, Any]:
    said = run(*arguments, "--json")
    assert said.code == 0, said.err
    body: dict[str, Any] = json.loads(said.out)
    return body


@pytest.mark.parametrize(("country", "audience"), [("DK", "b2b"), ("US", "b2c"), ("CH", "b2b"), ("FR", "b2c")])
def test_a_country_can_be_read_in_80_columns_without_a_store(run: Run, country: str, audience: str) -> None:
    said = run(country, "--audience", audience)

    assert (said.code, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 80
    for figure in ("hours", "days without", "most attempts", "rest after", "number shown", "a machine", "record of"):
        assert f" {figure} " in said.out


def test_a_figure_stands_with_how_binding_it_is_its_source_and_its_file(run: Run) -> None:
    said = run("fr", "--audience", "b2c", "--at", "2026-08-10")

    assert "Calls to consumers (b2c) in FR, the country's own figures, as of 2026-08-10 12:00 UTC" in said.text
    assert "mon-fri 10:00-13:00, 14:00-20:00; sat-sun none" in said.text
    hours = said.out[said.out.index("\n hours ") : said.out.index("\n days without")]
    assert " law " in hours
    assert " FR.yaml " in hours
    assert "Code de la consommation art. D. 223-9." in hours


def test_a_change_of_the_law_is_told_with_its_day_until_it_has_come(run: Run) -> None:
    before, after = (run("FR", "--audience", "b2c", "--at", day) for day in ("2026-08-10", "2026-08-11"))

    assert "what changes on 2026-08-11" in before.text
    assert "from then on: the callee's recorded consent" in before.text
    assert "what changes on 2026-08-11" not in after.text
    assert "the callee's recorded consent" in after.text


def test_what_research_did_not_find_is_told_for_the_audience_that_was_asked_about(run: Run) -> None:
    said = run("DK", "--audience", "b2c")

    assert "Not decided by research" in said.text
    assert "spacing: No Danish figure was found." in said.text
    assert "- b2b hours" not in said.out


def test_for_programs_the_whole_policy_is_there_and_is_the_one_that_decides(run: Run) -> None:
    body = shown(run, "DE")

    resolved = BOOK.resolve("DE", Audience.B2B, {}, "", {}, "")
    policy = policy_from_text(json.dumps(body["policy"]))
    assert policy == resolved
    assert body["digest"] == digest_of(policy)
    assert {figure["basis"] for figure in body["figures"]} == {"law", "code", "recommended"}
    assert all(figure["set_by"] == "country DE" for figure in body["figures"])


@pytest.mark.usefixtures("store")
def test_under_a_campaign_each_figure_names_whose_it_is_and_what_was_loosened_by_whom(run: Run) -> None:
    body = shown(run, "DK", "--campaign", "spring")

    assert (body["controller"], body["campaign"], body["audience"]) == ("acme", "spring", "b2b")
    by_key = {figure["key"]: figure for figure in body["figures"]}
    assert (by_key["ring"]["value"], by_key["ring"]["set_by"]) == ("25 seconds", "controller acme")
    assert (by_key["spacing"]["set_by"], by_key["hours"]["set_by"]) == ("country DK", "campaign spring")
    assert [figure["key"] for figure in body["loosened"]] == ["hours"]
    assert "mon-fri 09:00-17:00; sat-sun none (recommended, country DK" in body["loosened"][0]["loosens"]
    said = run("DK", "--campaign", "spring")
    assert "campaign spring of acme" in said.text
    assert "controller acme" in said.text
    told = said.text[said.text.index("Looser than what they replace:") :]
    assert "hours, by campaign spring: mon-fri 08:00-17:00; sat-sun none, in place of mon-fri 09:00-17:00" in told
    assert "approved by J. Jensen on 2026-11-02, because: the branch works early" in told


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("DK", "--campaign", "sping"), "no campaign sping; there are: greedy, spring"),
        (("DK", "--campaign", "spring", "--audience", "b2c"), "campaign spring calls b2b; leave --audience out"),
        (
            ("DK", "--campaign", "greedy"),
            "spacing.hours must be at least 24 (recommended, country DK); to loosen that, add",
        ),
        (("XX",), "Calls to XX are closed: no file holds its rules."),
        (("DK", "--at", "tomorrow"), "--at"),
        (("DK", "--audience", "everybody"), "--audience"),
    ],
)
def test_what_cannot_be_shown_is_said_with_what_to_do_and_exit_code_2(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    said = run(*arguments)

    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "Traceback" not in said.err


def test_a_file_that_is_wrong_shows_nothing_but_its_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "countries").mkdir()
    (tmp_path / "countries" / "DK.yaml").write_text("country: DK\nname: [\n", encoding="utf-8")
    monkeypatch.setenv("RINGFENCE_CONFIG_DIR", str(tmp_path))

    said = run("DK")

    assert (said.code, said.out) == (2, "")
    assert "DK.yaml, line 3" in said.err
