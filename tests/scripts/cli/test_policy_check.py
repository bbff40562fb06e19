"""`ringfence policy check`: what countries' files hold, or file, line and what is wrong in one line each."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from middleware.policies.schema import published_schema
from middleware.policies.source import read_source
from middleware.settings import REPOSITORY
from tests.command_line import Run, Said, ran

COUNTRIES = REPOSITORY / "config" / "countries"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs `ringfence policy` with no setting but those that a test sets, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RINGFENCE_CONFIG_DIR", raising=False)
    monkeypatch.setenv("COLUMNS", "100")

    def command(*arguments: object) -> Said:
        return ran(monkeypatch, capsys, "policy", *arguments)

    return command


def test_the_countries_that_ship_are_told_one_by_one_and_nothing_is_wrong_with_them(run: Run) -> None:
    said = run("check")

    assert (said.code, said.err) == (0, "")
    for country in ("DK Denmark", "FR France", "US United States"):
        assert country in said.out
    assert "FR.yaml, will change by date:\n  2026-08-11: Consumers are called only with consent" in said.out
    assert "  b2b and b2c spacing: No Danish figure was found.\n" in said.out
    assert "21 files, nothing wrong with any line." in said.out
    assert "not legal advice" in " ".join(said.out.split())


def test_figures_are_counted_by_how_binding_they_are(run: Run) -> None:
    said = run("check", COUNTRIES / "SE.yaml")

    row = next(line for line in said.out.splitlines() if "SE Sweden" in line)
    law, code, recommended = (int(cell) for cell in row.split("│")[2:5])
    text = (COUNTRIES / "SE.yaml").read_text(encoding="utf-8")
    assert law == text.count("basis: law")
    assert code == text.count("basis: code")
    assert recommended == text.count("basis: recommended")
    assert min(law, code, recommended) > 0
    assert "1 file, nothing wrong" in said.out


def broken(folder: Path, country: str, old: str, new: str) -> int:
    """Writes a country's file with a mistake; returns the line on which it stands."""
    text = (COUNTRIES / f"{country}.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / f"{country}.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_every_mistake_of_every_file_is_one_line_and_the_exit_code_is_2(run: Run, tmp_path: Path) -> None:
    misspelt = broken(tmp_path, "DK", "refusal_rest:", "refusal_rests:")
    backwards = broken(tmp_path, "NL", '"09:00-22:00"', '"22:00-09:00"')
    shutil.copyfile(COUNTRIES / "FI.yaml", tmp_path / "FI.yaml")
    shutil.copyfile(COUNTRIES / "FI.yaml", tmp_path / "finland.yaml")

    said = run("check", tmp_path)

    assert (said.code, said.out) == (2, "")
    told = said.err.splitlines()
    assert f"DK.yaml, line {misspelt}: both.refusal_rests: is no key that is known here; look for a misspelling" in told
    assert any(
        line.startswith(f"NL.yaml, line {backwards - 1}: b2c.hours.week: 22:00-09:00 closes before it opens")
        for line in told
    ), told
    assert any(line.startswith("finland.yaml: a country's file is named by its ISO code") for line in told)
    assert not any(line.startswith("FI.yaml") for line in told)
    assert not any("Traceback" in line for line in told)


def test_a_draft_may_have_any_name(run: Run, tmp_path: Path) -> None:
    draft = tmp_path / "next-year.yaml"
    shutil.copyfile(COUNTRIES / "FI.yaml", draft)

    said = run("check", draft)

    assert said.code == 0
    assert "FI Finland" in said.out


def test_a_file_about_another_country_than_its_name_says_is_refused(run: Run, tmp_path: Path) -> None:
    shutil.copyfile(COUNTRIES / "FI.yaml", tmp_path / "SE.yaml")

    said = run("check", tmp_path / "SE.yaml")

    assert said.code == 2
    assert said.err.rstrip().endswith("the file is named SE and is about FI")


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"\xff\xfe", "DK.yaml is not written in UTF-8"), (b"a: [", "DK.yaml, line "), (b"", "DK.yaml, line 1: ")],
)
def test_what_is_no_country_s_file_is_told_in_one_line(run: Run, tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "DK.yaml").write_bytes(content)

    said = run("check", tmp_path / "DK.yaml")

    assert said.code == 2
    assert said.err.startswith(problem)
    assert len(said.err.splitlines()) == 1


def test_a_folder_without_countries_and_a_path_that_is_not_there_are_refused(run: Run, tmp_path: Path) -> None:
    empty, absent = run("check", tmp_path), run("check", tmp_path / "nowhere")

    assert (empty.code, absent.code) == (2, 2)
    assert "holds no country's file" in empty.err
    assert "does not exist" in absent.err


def test_without_paths_the_configured_folder_is_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "countries").mkdir()
    shutil.copyfile(COUNTRIES / "PL.yaml", tmp_path / "countries" / "PL.yaml")
    monkeypatch.setenv("RINGFENCE_CONFIG_DIR", str(tmp_path))

    said = run("check")

    assert "PL Poland" in said.out
    assert "1 file, nothing wrong" in said.out


def test_the_published_schema_is_the_one_that_files_are_read_by(run: Run) -> None:
    published = (COUNTRIES / "schema.json").read_text(encoding="utf-8")

    assert published == published_schema() == run("schema").out
    shape = json.loads(published)
    assert shape["additionalProperties"] is False
    assert {"country", "zones", "calendar", "b2b", "b2c"} <= set(shape["required"])


def as_an_editor_reads(path: Path) -> Any:
    """Days are text in JSON, and in the schema."""
    return json.loads(json.dumps(read_source(path).content, default=str))


@pytest.mark.parametrize("path", sorted(COUNTRIES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_that_ships_names_the_schema_and_fits_it(path: Path) -> None:
    schema = json.loads((COUNTRIES / "schema.json").read_text(encoding="utf-8"))

    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")
    assert list(Draft202012Validator(schema).iter_errors(as_an_editor_reads(path))) == []


def test_an_editor_is_told_of_a_misspelt_key_and_a_basis_that_does_not_exist() -> None:
    schema = json.loads((COUNTRIES / "schema.json").read_text(encoding="utf-8"))
    content = as_an_editor_reads(COUNTRIES / "DK.yaml")
    content["both"]["spacing"] |= {"basis": "habit", "housr": 1}

    wrong = " ".join(error.message for error in flat(Draft202012Validator(schema).iter_errors(content)))
    assert "'habit' is not one of" in wrong
    assert "'housr' was unexpected" in wrong


def flat(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    for error in errors:
        yield error
        yield from flat(error.context or ())
