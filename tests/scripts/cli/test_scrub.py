"""`ringfence scrub`: an annotated copy, a summary in words or JSON, and one line where something is wrong."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from middleware.services.scrubbing.columns import ADDED
from middleware.store.database import Database
from tests.command_line import Run, Said, ran, set_environment, settings
from tests.rows import insert_campaign, insert_credential, migrated

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # Tuesday, half past ten in Copenhagen
LIST = (
    "Firma;Telefon;Note;Land;CVR\n"
    "Nordlys;32 12 34 51;=HYPERLINK(1);DK;13585628\n"
    "Nordlys;+45 32 12 34 51;;;\n"
    'Åse;32 12 34 52;"x;DK;\n'
    "Aurora;32 12 34 53;;Danmark;13585627\n"
    "Ukendt;12;;;\n"
)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = migrated(sqlite_url)
    insert_campaign(database)
    yield database
    database.dispose()


@pytest.fixture
def run(
    sqlite_url: str,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs `ringfence scrub` as a caller, at half past ten on a Tuesday."""
    offset = str((NOW - datetime.now(UTC)).total_seconds())
    set_environment(monkeypatch, settings(sqlite_url, CLOCK_OFFSET_SECONDS=offset))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("RINGFENCE_API_KEY", insert_credential(database, "caller", "caller"))

    def command(*arguments: str | Path) -> Said:
        return ran(monkeypatch, capsys, "scrub", *arguments)

    return command


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_bytes(LIST.encode("cp1252"))
    return path


def rows_of(path: Path, delimiter: str = ";") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_an_annotated_copy_is_written_beside_the_list(run: Run, leads: Path) -> None:
    said = run(leads, "--campaign", "spring")

    assert said.code == 0, said.err
    copy = leads.with_name("leads.checked.csv")
    assert copy.stat().st_mode & 0o077 == 0
    rows = rows_of(copy)
    assert list(rows[0]) == ["Firma", "Telefon", "Note", "Land", "CVR", *ADDED]
    assert [(row["line"], row["callable"], row["e164"], row["duplicate_of"]) for row in rows] == [
        ("2", "now", "+4532123451", ""),
        ("3", "duplicate", "+4532123451", "2"),
        ("4", "broken", "", ""),
        ("5", "now", "+4532123453", ""),
        ("6", "no", "", ""),
    ]
    assert rows[0]["Firma"] == "Nordlys"
    assert rows[0]["Note"] == "'=HYPERLINK(1)"
    assert "number.invalid" in rows[4]["reasons"]


def test_the_summary_tells_people_all_they_need(run: Run, leads: Path) -> None:
    said = run(leads, "--campaign", "spring", "--language", "da")

    assert said.out.startswith("2 af 5 kan ringes op i dag; 0 på stoplisten; 1 dubletter;")
    assert "Ukendte kolonner, kopieret og ikke brugt: Note" in said.out
    assert "Windows-1252" in said.out
    assert "registernummer kan ikke være rigtigt" in said.out
    assert "number.invalid" in said.out
    assert "leads.checked.csv" in said.out
    assert re.search("█", said.out)


def test_the_summary_as_json(run: Run, leads: Path) -> None:
    told = json.loads(run(leads, "--campaign", "spring", "--json").out)

    assert told["summary"]["rows"] == 5
    assert told["summary"]["callable_today"] == 2
    assert told["summary"]["broken"] == 1
    assert told["columns"]["unknown"] == ["Note"]
    assert told["columns"]["used"]["phone"] == "Telefon"
    assert told["output"].endswith("leads.checked.csv")


def test_two_columns_for_the_same_are_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("Phone,Work phone\n+4532123451,+4532123452\n", encoding="utf-8")

    said = run(path, "--campaign", "spring")

    assert "Work phone claims the same as Phone, which is used (phone)" in said.out


def test_a_workbook_is_answered_by_a_workbook(run: Run, tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(("Phone", "Checked on"))
    sheet.append((4532123451, datetime(2026, 5, 1)))  # noqa: DTZ001  # a cell has no zone
    path = tmp_path / "leads.xlsx"
    workbook.save(path)

    assert run(path, "--campaign", "spring").code == 0

    rows = list(load_workbook(tmp_path / "leads.checked.xlsx").worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("Phone", "Checked on", *ADDED)
    assert rows[1][:5] == (4532123451, datetime(2026, 5, 1), "2", "+4532123451", "now")  # noqa: DTZ001


def test_the_output_may_be_of_the_other_kind(run: Run, leads: Path, tmp_path: Path) -> None:
    assert run(leads, "--campaign", "spring", "--output", tmp_path / "answers.xlsx").code == 0

    assert len(list(load_workbook(tmp_path / "answers.xlsx").worksheets[0].iter_rows())) == 6


def test_timing_says_rows_a_second_and_memory(run: Run, leads: Path) -> None:
    said = run(leads, "--campaign", "spring", "--timing")

    assert re.search(r"5 rows in [\d.]+ s \([\d,]+ rows/s\), [\d.]+ s of CPU; peak memory [\d,]+ MB", said.out)


def test_progress_is_shown_on_the_error_stream(run: Run, leads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    leads.write_text("Phone\n" + "".join(f"+4532{n:06d}\n" for n in range(120_000, 120_350)), encoding="utf-8")

    assert "300/350" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", run(leads, "--campaign", "spring", "--json").err)


WRONG = [
    (("--campaign", "autumn"), "autumn"),
    (("--campaign", "spring", "--default-country", "Narnia"), "--default-country"),
    (("--campaign", "spring", "--at", "tomorrow"), "--at"),
    (("--campaign", "spring", "--sheet", "Leads"), "--sheet"),
    (("--campaign", "spring", "--output", "leads.csv"), "--output"),
    (("--campaign", "spring", "--output", "/nowhere/at/all.csv"), "all.csv"),
    ((), "--campaign"),
]


@pytest.mark.parametrize(("options", "named"), WRONG)
def test_what_cannot_be_done_ends_with_exit_code_2_and_says_what_to_mend(
    run: Run, leads: Path, tmp_path: Path, options: tuple[str, ...], named: str
) -> None:
    said = run(leads, *options)

    assert said.code == 2
    assert named in said.err
    assert "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir() if path.suffix in {".csv", ".part"}] == ["leads.csv"]


@pytest.mark.parametrize("content", [b"", b"Name\nAnn\n", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"])
def test_a_list_that_cannot_be_read_ends_with_exit_code_2(run: Run, leads: Path, content: bytes) -> None:
    leads.write_bytes(content)

    said = run(leads, "--campaign", "spring")

    assert said.code == 2
    assert "the list" in said.err


def test_who_has_no_key_is_not_answered(run: Run, leads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RINGFENCE_API_KEY")

    said = run(leads, "--campaign", "spring")

    assert said.code == 2
    assert "RINGFENCE_API_KEY" in said.err


def test_auditors_do_not_ask(run: Run, database: Database, leads: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(insert_credential(database), encoding="utf-8")

    said = run(leads, "--campaign", "spring", "--api-key-file", key)

    assert said.code == 2
    assert "role" in said.err
