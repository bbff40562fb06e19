"""`ringfence load`: a folder into the store, keys shown once, mistakes told, nobody made up on real telephones."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from middleware.settings import REPOSITORY
from scripts.cli import main
from tests.rows import migrated

DEMO = REPOSITORY / "config" / "demo"
SIMULATED = "http://127.0.0.1:1"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _settings(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    migrated(sqlite_url)
    values = dict.fromkeys(("PEPPER", "LINK_SECRET", "CREDENTIAL_SECRET", "TWILIO_AUTH_TOKEN"), "0123456789abcdef" * 4)
    values |= {"DATABASE_URL": sqlite_url, "REDIS_URL": "redis://127.0.0.1:1", "MAIL_FROM": "privacy@acme.example"}
    values |= {"PUBLIC_BASE_URL": "https://ringfence.example", "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}"}
    for name, value in values.items():
        monkeypatch.setenv(f"RINGFENCE_{name}", value)
    monkeypatch.setenv("RINGFENCE_TWILIO_API_BASE_URL", SIMULATED)


def load(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    monkeypatch.setattr("sys.argv", ["ringfence", "load", str(folder)])
    code = 0
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    return Said(code, *capsys.readouterr())


def test_the_first_load_shows_the_keys_and_the_second_adds_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = load(DEMO, monkeypatch, capsys), load(DEMO, monkeypatch, capsys)

    assert first.code == second.code == 0
    assert "contacts: 64 new" in first.out
    assert first.out.count("shown this once: rf_demo-") == 4
    assert "contacts: 0 new" in second.out
    assert "rf_" not in second.out


def test_who_is_there_already_and_heard_something_new_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(DEMO, folder)
    load(folder, monkeypatch, capsys)
    contacts = folder / "contacts.csv"
    checked = contacts.read_text(encoding="utf-8").splitlines()
    told = [f"{checked[0]},checked_on", f"{checked[1]},2026-11-01", *(f"{line}," for line in checked[2:])]
    contacts.write_text("\n".join(told) + "\n", encoding="utf-8")

    second = load(folder, monkeypatch, capsys)

    assert "contacts: 0 new" in second.out
    assert "contacts: 1 that were there heard something new" in second.out


def test_mistakes_are_told_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "suppressions.csv").write_text("subject,value\nnumber,12\nperson,x\n", encoding="utf-8")

    said = load(tmp_path, monkeypatch, capsys)

    assert said.code == 2
    assert {line.split(":")[0] for line in said.err.splitlines()} == {
        "suppressions.csv, line 2",
        "suppressions.csv, line 3",
    }


def test_made_up_companies_are_not_loaded_where_real_telephones_would_ring(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RINGFENCE_TWILIO_API_BASE_URL")

    said = load(DEMO, monkeypatch, capsys)

    assert said.code == 2
    assert "real Twilio would ring real telephones" in said.err
