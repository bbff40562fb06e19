"""`ringfence export`: whole files or none, an auditor's key, and a check that needs nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select, text

from middleware.store.database import Database
from middleware.store.models import AccessRow
from tests.command_line import Run, Said, ran, set_environment, settings
from tests.rows import (
    a_refused_row,
    an_attempt_row,
    an_ended_row,
    insert_attempts,
    insert_campaign,
    insert_copies,
    insert_credential,
    migrated,
)

ROOT = Path(__file__).parents[3]
THEN = datetime(2020, 3, 4, 12, tzinfo=UTC)  # the command has the machine's clock: this is past on any machine
RANGE = ("--from", "2020-03-04", "--to", "2020-03-05")


@pytest.fixture
def environment(sqlite_url: str) -> dict[str, str]:
    """Settings of a Ringfence on an empty SQLite file."""
    return settings(sqlite_url)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = migrated(sqlite_url)
    insert_campaign(database)
    yield database
    database.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "exports"


@pytest.fixture
def run(
    environment: dict[str, str],
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command of `ringfence` with an auditor's key in the environment."""
    monkeypatch.chdir(tmp_path)
    set_environment(monkeypatch, environment)
    monkeypatch.setenv("RINGFENCE_API_KEY", insert_credential(database))

    def command(*arguments: str | Path) -> Said:
        return ran(monkeypatch, capsys, *arguments)

    return command


def data_and_manifest(folder: Path) -> tuple[Path, Path]:
    (manifest,) = folder.glob("*.manifest.json")
    (path,) = set(folder.iterdir()) - {manifest}
    return path, manifest


def actions(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.scalars(select(AccessRow.action).order_by(AccessRow.at, AccessRow.action)))


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_is_two_files_that_verify(run: Run, database: Database, folder: Path, form: str) -> None:
    insert_attempts(database, [a_refused_row(THEN), an_attempt_row(THEN), an_ended_row(THEN)])

    said = run("export", "attempts", *RANGE, "--format", form, "--output", folder)

    assert said.code == 0
    assert (
        "3 attempts (2 permitted, 1 refused) asked from 2020-03-04 00:00:00 to before 2020-03-05 00:00:00" in said.out
    )
    path, manifest = data_and_manifest(folder)
    assert path.suffix == f".{form}"
    assert manifest.name == f"{path.name}.manifest.json"
    assert orjson.loads(manifest.read_bytes())["file"]["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert (path.stat().st_mode | manifest.stat().st_mode) & 0o077 == 0
    assert run("export", "verify", manifest).code == 0


def test_a_changed_byte_ends_the_check_with_exit_code_1_and_a_sentence(
    run: Run, database: Database, folder: Path
) -> None:
    insert_attempts(database, [an_ended_row(THEN)])
    run("export", "attempts", *RANGE, "--output", folder)
    path, manifest = data_and_manifest(folder)
    path.write_bytes(path.read_bytes().replace(b"answered", b"Answered", 1))

    said = run("export", "verify", manifest)

    assert said.code == 1
    assert "it is not the file that was exported" in said.out


def test_without_a_manifest_the_check_ends_with_exit_code_2(run: Run, folder: Path) -> None:
    said = run("export", "verify", folder / "none.manifest.json")

    assert (said.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("role", ["dialer", "caller", "admin"])
def test_a_key_of_another_role_gets_one_line_and_no_file(
    run: Run, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setenv("RINGFENCE_API_KEY", insert_credential(database, role, role))

    said = run("export", "attempts", *RANGE, "--output", folder)

    assert (said.code, said.out) == (2, "")
    assert said.err == f"this needs the role auditor; the credential has the role {role}\n"
    assert not folder.exists()
    assert actions(database) == []


@pytest.mark.parametrize("key", ["", "rf_auditor.wrong", "nonsense"])
def test_no_key_or_a_wrong_one_gets_one_line_that_does_not_repeat_it(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("RINGFENCE_API_KEY", key)

    said = run("export", "attempts", *RANGE, "--output", folder)

    assert said.code == 2
    assert len(said.err.splitlines()) == 1
    assert not key or key not in said.err


def test_a_key_may_come_from_a_file(
    run: Run, database: Database, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RINGFENCE_API_KEY")
    (tmp_path / "key").write_text(f"{insert_credential(database, 'another')}\n")

    assert run("export", "attempts", *RANGE, "--output", folder, "--api-key-file", tmp_path / "key").code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "2020-03-04T08:00", "--to", "2020-03-05"), "--from"),
        (("--from", "2020-03-05", "--to", "2020-03-04"), "--to"),
        ((*RANGE, "--format", "pdf"), "--format"),
        ((*RANGE, "--campaign", "sping"), "sping"),
    ],
)
def test_what_cannot_be_exported_is_said_by_the_option_that_is_wrong(
    run: Run, folder: Path, arguments: tuple[str, ...], told: str
) -> None:
    said = run("export", "attempts", *arguments, "--output", folder)

    assert said.code == 2
    assert told in said.err
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    said = run("export", "attempts", *RANGE, "--output", tmp_path / "file" / "below")

    assert said.code == 2
    assert "Traceback" not in said.err


def test_an_export_that_breaks_off_leaves_no_file_and_no_end_in_the_access_log(
    run: Run, database: Database, folder: Path
) -> None:
    insert_attempts(database, [an_attempt_row(THEN)])
    with database.writing() as connection:
        connection.execute(text("ALTER TABLE notices RENAME TO gone"))

    said = run("export", "attempts", *RANGE, "--output", folder)

    assert said.code == 2
    assert "the store" in said.err
    assert list(folder.iterdir()) == []
    assert actions(database) == ["export.began"]


def test_two_hundred_thousand_attempts_need_no_more_memory_than_a_thousand(
    environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    key = {"RINGFENCE_API_KEY": insert_credential(database)}
    insert_copies(database, a_refused_row(THEN), (THEN + timedelta(milliseconds=place) for place in range(1, 200_000)))

    def peak_of(folder: Path, ends: datetime) -> int:
        """The most memory, in MB, that an export up to this moment ever had."""
        span = ("--from", "2020-03-04", "--to", ends.isoformat())
        arguments = ("-m", "scripts.cli", "export", "attempts", *span, "--format", "jsonl", "--output", str(folder))
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment, **key})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss // (1 << 10 if sys.platform == "linux" else 1 << 20)

    few = peak_of(tmp_path / "few", THEN + timedelta(seconds=1))
    many = peak_of(tmp_path / "many", THEN + timedelta(days=1))

    path, manifest = data_and_manifest(tmp_path / "many")
    assert orjson.loads(manifest.read_bytes())["counts"]["rows"] == 200_000
    assert path.stat().st_size > 200 << 20
    assert many - few < 30, f"{few} MB for a thousand, {many} MB for two hundred thousand"
