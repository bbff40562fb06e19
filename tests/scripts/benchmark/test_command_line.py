"""The whole benchmark, as small as it gets: real servers, a real store, no look at how fast anything was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts.benchmark.__main__ import main

SMALL = ("--quick", "--rows", "1000", "--rounds", "1", "--seconds", "0.3", "--connections", "2", "--connections", "1")


def bench(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "scripts.benchmark", "--data-dir", str(folder / "kept"), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.timeout(300)
def test_a_run_measures_every_cell_and_finds_a_row_for_every_answer(tmp_path: Path) -> None:
    report = tmp_path / "figures.json"

    done = bench(tmp_path, *SMALL, "--engine", "sqlite", "--json", str(report))

    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(report.read_text(encoding="utf-8"))
    assert figures["faults"] == []
    assert {(cell["probe"], cell["connections"]) for cell in figures["cells"]} == {
        (probe, connections) for probe in ("a", "b", "c") for connections in (1, 2)
    }
    assert all(cell["cpu"] > 0 and not cell["conclusive"] for cell in figures["cells"])
    checks = [each for each in figures["slices"] if each["cell"]["probe"] == "a"]
    assert all(0 < each["written"]["attempts"] == each["report"]["answered"] for each in checks)
    assert {each["baseline"] for each in figures["ratios"]} == {"b", "c"}
    assert len(figures["core"]) == 30
    for name in (
        "binding check",
        "one durable INSERT",
        "bare Flask view",
        "decide: permitted",
        "Land unknown",
        "inconclusive",
    ):
        assert name in done.stdout


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    holder = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    (tmp_path / "kept").mkdir()
    command = [sys.executable, "-c", holder, str(tmp_path / "kept" / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        done = bench(tmp_path, *SMALL)
        other.communicate(b"\n")

    assert done.returncode == 1
    assert "another benchmark is using" in done.stderr


def test_a_run_that_would_last_past_the_callees_hours_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--data-dir", str(tmp_path), "--rounds", "50", "--seconds", "30"])

    assert done.exit_code == 1
    assert "fewer rounds" in done.output
