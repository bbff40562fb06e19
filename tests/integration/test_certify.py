"""`ringfence store certify` certifies a store that keeps its promises, and no other; it leaves nothing behind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from middleware.bootstrap import hot_path_for
from middleware.errors import NotCertifiable
from middleware.services.certification.certify import Certificate, Certification, Effort, Trial
from middleware.services.certification.findings import Finding
from middleware.services.certification.further_trials import clock, opting_out, settings
from middleware.services.certification.orders import OpenHotPath
from middleware.services.certification.site import Site
from middleware.services.certification.stage import Stage, new_run_id
from middleware.services.certification.trials import killing, naive_control, race
from middleware.store.database import Database
from middleware.store.guards import block
from middleware.store.models import Base
from middleware.store.policies import keep_policy
from tests import broken_stores
from tests.rows import an_attempt_row, insert_attempts, insert_campaign, migrated
from tests.server_guard import ServerMissing
from tests.servers import postgres_server

SHORT = Effort(seconds=1.5, processes=6, seed=7)


@dataclass
class QuietWatch:
    """Notes which trials are over."""

    over: list[str] = field(default_factory=list)

    def begins(self, number: int, of: int) -> None:
        pass

    def ticks(self) -> None:
        pass

    def ends(self, finding: Finding) -> None:
        self.over.append(finding.trial)


def certified(
    database: Database, *trials: Trial, open_hot_path: OpenHotPath = hot_path_for, effort: Effort = SHORT
) -> Certificate:
    return Certification(database, open_hot_path).run(effort, QuietWatch(), trials or None)


def rows(database: Database) -> dict[str, int]:
    """How many rows each table holds."""
    with database.reading() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.tables.values()
        }


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[str]:
    """A server set as in production; that of the other tests need not survive a power cut."""
    try:
        with postgres_server(fsync="on", full_page_writes="on") as server:
            yield server.url
    except ServerMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.mark.postgres
@pytest.mark.timeout(240)
def test_postgresql_is_certified(durable_postgres: str) -> None:
    database = migrated(durable_postgres)

    certificate = certified(database)

    assert certificate.problems == ()
    assert certificate.is_certified
    figures = {finding.trial: finding.figures for finding in certificate.findings}
    assert len(figures) == 8
    assert figures["control: check, then insert"]["caught"] != 0
    assert figures["kill -9 of the askers"]["killed"] == 12
    assert figures["opt-outs in the middle"]["asked_afterwards"] != 0


@pytest.mark.timeout(240)
def test_the_command_certifies_sqlite_says_so_and_ends_with_0(sqlite_url: str, tmp_path: Path) -> None:
    database = migrated(sqlite_url)
    before = rows(database)
    report = tmp_path / "report.json"

    done = ringfence(sqlite_url, "store", "certify", "--seconds", "1.5", "--processes", "6", "--json", str(report))

    assert done.stdout.splitlines()[-1] == "certified", done.stdout + done.stderr
    assert done.returncode == 0
    written = json.loads(report.read_bytes())
    assert written["certified"] is True
    assert [trial["passed"] for trial in written["trials"]] == [True] * 7
    assert written["rows_removed"] > 0
    assert rows(database) == before


@pytest.mark.postgres
def test_the_command_ends_with_1_where_a_commit_is_not_durable(postgres_database: str) -> None:
    migrated(postgres_database)

    done = ringfence(postgres_database, "store", "certify", "--seconds", "1", "--processes", "2")

    assert done.stdout.splitlines()[-1].startswith("NOT certified: ")
    assert "fsync is 'off'" in done.stdout.splitlines()[-1]
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("open_hot_path", "trial", "said"),
    [
        (broken_stores.naive, race, "closer than the spacing"),
        (broken_stores.forgetful, race, "an acknowledged answer is not stored"),
        (broken_stores.forgetful, killing, "an acknowledged answer is not stored"),
        (broken_stores.deaf, opting_out, "permitted after the opt-out was acknowledged"),
        (broken_stores.jumpy, clock, "the store's clock went back"),
        (broken_stores.far_off, clock, "are 3.0"),
    ],
)
def test_a_store_that_breaks_its_promise_is_not_certified(
    database_url: str, open_hot_path: OpenHotPath, trial: Trial, said: str
) -> None:
    certificate = certified(migrated(database_url), trial, open_hot_path=open_hot_path)

    assert not certificate.is_certified
    assert any(said in problem for problem in certificate.problems)


def test_nothing_is_certified_when_the_checker_cannot_find_what_is_wrong(sqlite_url: str) -> None:
    """One asker alone races nobody, so the wrong method does no wrong."""
    alone = Effort(seconds=0.4, processes=1, seed=7)

    certificate = certified(migrated(sqlite_url), naive_control, effort=alone)

    assert "the checker is blind" in certificate.problems[0]


@pytest.mark.postgres
def test_every_setting_by_which_an_answer_may_be_lost_is_named(postgres_database: str) -> None:
    problems = certified(migrated(postgres_database), settings).problems

    assert len(problems) == 2
    assert "fsync is 'off'" in problems[0]
    assert "full_page_writes is 'off'" in problems[1]


def test_real_rows_stay_and_its_own_go_even_when_a_trial_fails(database_url: str) -> None:
    database = migrated(database_url)
    insert_campaign(database, "spring")
    insert_attempts(database, [an_attempt_row(), an_attempt_row(datetime.now(UTC))])
    before = rows(database)

    with pytest.raises(RuntimeError):
        certified(database, race, opting_out, break_off, effort=Effort(0.5, 2, 7))

    assert rows(database) == before


def break_off(site: Site) -> Finding:
    """The machine is in the middle of something when Ctrl-C is pressed."""
    assert rows(site.database)["guards"] > 0
    raise RuntimeError("broken off")


def test_what_a_killed_run_left_behind_is_removed_by_the_next(database_url: str) -> None:
    database = migrated(database_url)
    before = rows(database)
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    killed = Stage(new_run_id(long_ago), "race")
    own = an_attempt_row(long_ago, controller_id=killed.controller_id)
    insert_attempts(database, [own])
    with database.writing() as connection:
        keep_policy(connection, killed.policy.digest, "{}", "DE", killed.run_id, long_ago)
        block(connection, killed.scopes, killed.subject(3), long_ago)

    certificate = certified(database, settings)

    assert certificate.left_behind_removed == 6  # policy, attempt, decision, three guards
    assert rows(database) == before


def test_a_run_that_may_still_be_at_work_is_left_alone(sqlite_url: str) -> None:
    database = migrated(sqlite_url)
    working = Stage(new_run_id(datetime.now(UTC)), "race")
    with database.writing() as connection:
        keep_policy(connection, working.policy.digest, "{}", "DE", working.run_id, datetime.now(UTC))

    certificate = certified(database, settings)

    assert certificate.left_behind_removed == 0
    assert rows(database)["policies"] == 1


def test_without_the_schema_nothing_is_said(sqlite_url: str) -> None:
    with pytest.raises(NotCertifiable, match="ringfence migrate"):
        certified(Database(sqlite_url), settings)


def ringfence(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, as its own process."""
    secrets = {f"RINGFENCE_{name}": "s" * 32 for name in ("PEPPER", "LINK_SECRET", "CREDENTIAL_SECRET")}
    environment = {
        **os.environ,
        **secrets,
        "RINGFENCE_DATABASE_URL": database_url,
        "RINGFENCE_REDIS_URL": "redis://127.0.0.1:1/0",
        "RINGFENCE_PUBLIC_BASE_URL": "http://127.0.0.1:1",
        "RINGFENCE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "RINGFENCE_TWILIO_AUTH_TOKEN": "token",
        "RINGFENCE_MAIL_FROM": "notices@gateway.example",
    }
    command = [sys.executable, "-m", "scripts.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
