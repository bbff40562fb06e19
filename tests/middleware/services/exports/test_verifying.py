"""An export is checked with its two files alone, and any change to either is found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from middleware.errors import InvalidRequest
from middleware.keyed_hash import digest
from middleware.services.exports.query import ExportFormat
from middleware.services.exports.verifying import verify
from tests.builders import NOON
from tests.rows import a_refused_row, an_attempt_row, an_ended_row, insert_attempts

if TYPE_CHECKING:
    from tests.middleware.services.exports.conftest import Desk

SECOND = timedelta(seconds=1)
FORMATS = pytest.mark.parametrize("form", list(ExportFormat))


def saved(desk: Desk, folder: Path, form: ExportFormat) -> tuple[Path, Path]:
    typed = an_attempt_row(NOON, callee='"=1;\r\n,æ', idempotency_key="-1")
    insert_attempts(desk.database, [typed, a_refused_row(NOON + SECOND), an_ended_row(NOON + 2 * SECOND)])
    path, manifest_path, _ = desk.save(folder, form)
    return path, manifest_path


def change_manifest(path: Path, *keys: str, to: object) -> None:
    body = orjson.loads(path.read_bytes())
    part = body
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = to
    path.write_bytes(orjson.dumps(body))


@FORMATS
def test_an_untouched_export_is_confirmed(embedded_desk: Desk, tmp_path: Path, form: ExportFormat) -> None:
    _, manifest_path = saved(embedded_desk, tmp_path, form)

    assert verify(manifest_path).problems == ()


@FORMATS
def test_an_export_of_nothing_is_confirmed_too(embedded_desk: Desk, tmp_path: Path, form: ExportFormat) -> None:
    _, manifest_path, manifest = embedded_desk.save(tmp_path, form)

    assert manifest.counts.rows == 0
    assert verify(manifest_path).problems == ()


@FORMATS
@pytest.mark.parametrize("place", [0, 0.3, 0.5, 0.8, 1])
def test_a_flipped_byte_is_found(embedded_desk: Desk, tmp_path: Path, form: ExportFormat, place: float) -> None:
    path, manifest_path = saved(embedded_desk, tmp_path, form)
    data = bytearray(path.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    path.write_bytes(data)

    assert any("SHA-256" in problem for problem in verify(manifest_path).problems)


@FORMATS
def test_a_missing_row_is_found_and_named(embedded_desk: Desk, tmp_path: Path, form: ExportFormat) -> None:
    path, manifest_path = saved(embedded_desk, tmp_path, form)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    problems = " ".join(verify(manifest_path).problems)

    assert "SHA-256" in problems
    assert "2 attempts" in problems
    assert "3 attempts" in problems


@FORMATS
def test_counts_that_do_not_fit_are_found_even_under_the_right_digest(
    embedded_desk: Desk, tmp_path: Path, form: ExportFormat
) -> None:
    _, manifest_path = saved(embedded_desk, tmp_path, form)
    change_manifest(manifest_path, "counts", "by_verdict", to={"permitted": 3, "refused": 0})

    problems = verify(manifest_path).problems

    assert len(problems) == 1
    assert "holds 3 attempts (2 permitted, 1 refused; by state" in problems[0]
    assert "says 3 attempts (3 permitted, 0 refused; by state" in problems[0]


@pytest.mark.parametrize(
    ("form", "data"),
    [
        (ExportFormat.CSV, b"\xff\xfe"),
        (ExportFormat.CSV, b""),
        (ExportFormat.CSV, b'"'),
        (ExportFormat.JSONL, b"{"),
        (ExportFormat.JSONL, b"[]\n"),
        (ExportFormat.JSONL, b"{}\n"),
    ],
)
def test_a_file_that_is_none_of_ours_is_no_export_even_under_its_own_digest(
    embedded_desk: Desk, tmp_path: Path, form: ExportFormat, data: bytes
) -> None:
    path, manifest_path = saved(embedded_desk, tmp_path, form)
    path.write_bytes(data)
    change_manifest(manifest_path, "file", "sha256", to=digest(data))
    change_manifest(manifest_path, "file", "size", to=len(data))

    problems = verify(manifest_path).problems

    assert len(problems) == 1
    assert "cannot be read" in problems[0]


def test_a_manifest_without_its_data_confirms_nothing(embedded_desk: Desk, tmp_path: Path) -> None:
    path, manifest_path = saved(embedded_desk, tmp_path, ExportFormat.CSV)
    path.unlink()

    assert "not there" in verify(manifest_path).problems[0]


def test_a_manifest_leads_to_no_file_outside_its_folder(embedded_desk: Desk, tmp_path: Path) -> None:
    path, manifest_path = saved(embedded_desk, tmp_path, ExportFormat.CSV)
    (tmp_path / "below").mkdir()
    manifest_path = manifest_path.rename(tmp_path / "below" / "manifest.json")
    change_manifest(manifest_path, "file", "name", to=f"../{path.name}")

    assert "not there" in verify(manifest_path).problems[0]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff"])
def test_what_is_no_manifest_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(content)

    with pytest.raises(InvalidRequest, match="not a manifest"):
        verify(path)


def test_a_manifest_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="cannot be read"):
        verify(tmp_path / "nothing.json")
