"""`ringfence check`: whoever reads the screen knows why, who says so, how binding it is, and when then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy, copytree
from typing import Any

import pytest
from sqlalchemy import select

from middleware.store.database import Database
from middleware.store.models import DecisionRow
from tests.command_line import Run, Said, ran, set_environment, settings
from tests.rows import insert_campaign, insert_credential, migrated

ROOT = Path(__file__).parents[3]
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # 10:30 in Copenhagen
NIGHT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
CALLEE, CALLER_ID = "+4532123456", "+4570123499"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = migrated(sqlite_url)
    insert_campaign(database)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def denmark_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with the rules of one country, read in a moment."""
    folder = tmp_path_factory.mktemp("config")
    copytree(ROOT / "config" / "notices", folder / "notices")
    (folder / "countries").mkdir()
    copy(ROOT / "config" / "countries" / "DK.yaml", folder / "countries")
    return folder


@pytest.fixture
def run(
    sqlite_url: str,
    denmark_alone: Path,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Asks as a caller, at the given moment; the machine's language is English and its zone UTC."""
    monkeypatch.chdir(tmp_path)
    set_environment(monkeypatch, settings(sqlite_url, CONFIG_DIR=str(denmark_alone)))
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RINGFENCE_API_KEY", insert_credential(database, "anna", "caller"))

    def command(*arguments: str, at: datetime = TUESDAY) -> Said:
        monkeypatch.setenv("RINGFENCE_CLOCK_OFFSET_SECONDS", str((at - datetime.now(UTC)).total_seconds()))
        return ran(monkeypatch, capsys, "check", *arguments)

    return command


def decisions(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(DecisionRow.is_permitted, DecisionRow.credential_id)))


def test_who_may_be_called_is_said_in_one_line_with_until_when(run: Run, database: Database) -> None:
    said = run("spring", CALLEE, "--caller-id", CALLER_ID)

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        "The call may be made: now, until Tuesday, 24 November 2026 at 17:00 (local time in Copen"
    )
    assert "For you that is Tuesday, 24 November 2026 at 16:00 (UTC)." in said.out
    assert "4 attempts left, this one included." in said.out
    assert "It may ring for at most 30 seconds." in said.out
    assert decisions(database) == [(True, "anna")]


def test_a_refusal_answers_why_who_says_so_how_binding_and_when(run: Run, database: Database) -> None:
    said = run("spring", CALLEE, "--caller-id", CALLER_ID, at=NIGHT)

    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[0] == "Not now."
    assert lines[1] == "The call may be made from Wednesday, 25 November 2026 at 09:00 (local time in Copenhagen)."
    assert lines[2] == "For you that is Wednesday, 25 November 2026 at 08:00 (UTC)."
    assert "1. Outside calling hours (hours.outside_window, calling_hours)" in lines
    assert any("In Copenhagen it is Tuesday, 24 November 2026 at 23:00." in line for line in lines)
    [why] = [line for line in lines if line.strip().startswith("Why: ")]
    assert "our own recommendation, not a law" in why
    assert "Denmark" in why
    assert "Source: " in why
    assert any(line.strip().startswith("What to do: Call within calling hours.") for line in lines)
    assert decisions(database) == [(False, "anna")]


def test_what_waiting_does_not_lift_says_so(run: Run) -> None:
    said = run("spring", "112", "--caller-id", CALLER_ID)

    assert said.code == 1
    assert said.out.startswith("No.\n")
    assert "Waiting does not help." in said.out
    assert "fixed safety rule of Ringfence, not a law" in said.out


@pytest.mark.parametrize(
    ("language", "not_now"),
    [("da", "Ikke nu."), ("sv", "Inte nu."), ("de", "Jetzt nicht."), ("nl", "Nu niet."), ("en", "Not now.")],
)
def test_it_is_said_in_the_language_that_was_asked_for(run: Run, language: str, not_now: str) -> None:
    said = run("spring", CALLEE, "--caller-id", CALLER_ID, "--language", language, at=NIGHT)

    assert said.out.startswith(f"{not_now}\n")
    assert "check." not in said.out
    assert "{" not in said.out


def test_without_one_it_is_said_in_the_language_of_the_machine(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "da_DK.UTF-8")

    assert run("spring", CALLEE, "--caller-id", CALLER_ID).out.startswith("Der må ringes: nu, indtil tirsdag den 24.")


@pytest.mark.parametrize("when", ["2026-11-25 08:59", "2026-11-25T08:59:00+01:00", "2026-11-25T07:59:00Z"])
def test_it_can_be_asked_for_another_time(run: Run, when: str) -> None:
    said = run("spring", CALLEE, "--caller-id", CALLER_ID, "--at", when)

    assert said.code == 1
    assert said.out.startswith("Not at this time: Wednesday, 25 November 2026 at 08:59 (local time in Copenhagen).")
    assert "The call may be made from Wednesday, 25 November 2026 at 09:00 (local time in Copenhagen)." in said.out
    later = run("spring", CALLEE, "--caller-id", CALLER_ID, "--at", "2026-11-25 09:00")
    assert later.code == 0
    assert "The call may be made: Wednesday, 25 November 2026 at 09:00 (local time in Copenhagen), until" in later.out


def test_programs_get_all_of_it_as_json(run: Run) -> None:
    permitted = run("spring", CALLEE, "--caller-id", CALLER_ID, "--json")
    refused = run("spring", CALLEE, "--caller-id", CALLER_ID, "--json", "--language", "de", at=NIGHT)

    assert (permitted.code, refused.code) == (0, 1)
    assert json.loads(permitted.out)["permitted_until"] == "2026-11-24T16:00:00+00:00"
    told = json.loads(refused.out)
    assert (told["permitted"], told["callee"]) == (False, CALLEE)
    assert [reason["code"] for reason in told["reasons"]] == ["hours.outside_window"]
    assert told["reasons"][0]["what"].startswith("In Kopenhagen ist es Dienstag, 24. November 2026, 23:00 Uhr.")
    assert told["reasons"][0]["basis"] == "recommended"
    assert told["not_before"] == "2026-11-25T08:00:00+00:00"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("spring",), "NUMBER"),
        (("nobody's", CALLEE), "no campaign"),
        (("spring", "+" + "1" * 65), "NUMBER"),
        (("spring", CALLEE, "--at", "soon"), "--at"),
        (("spring", CALLEE, "--at", "2026-11-24 09:00"), "--at"),  # has passed
        (("spring", "+18002530000", "--at", "2026-11-25 09:00"), "--at"),  # where is that?
        (("spring", CALLEE, "--language", "tlh"), "--language"),
        (("spring", CALLEE, "--contact", "c" * 37), "--contact"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(run: Run, arguments: tuple[str, ...], names: str) -> None:
    said = run(*arguments)

    assert (said.code, said.out) == (2, "")
    assert names in said.err
    assert "Traceback" not in said.err


def test_without_a_key_or_with_one_of_another_role_nobody_is_told_anything(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_API_KEY", insert_credential(database, "audit", "auditor"))
    auditor = run("spring", CALLEE)
    monkeypatch.delenv("RINGFENCE_API_KEY")
    nobody = run("spring", CALLEE)

    assert (auditor.code, nobody.code) == (2, 2)
    assert "role" in auditor.err
    assert "--api-key-file" in nobody.err
    assert decisions(database) == []
