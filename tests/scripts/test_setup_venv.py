"""Set-up finds a Python that is new enough, or says in one line what is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "scripts" / "setup_venv.sh"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The only folder on PATH: what set-up itself needs, and no Python yet."""
    for tool in ("bash", "dirname"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    return tmp_path


def find_python(machine: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f'. "{SETUP}"; find_python'],
        env={"PATH": str(machine), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def put(machine: Path, name: str, script: str) -> Path:
    path = machine / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_without_a_new_enough_python_it_says_so_in_one_line(machine: Path) -> None:
    put(machine, "python3", "exit 1  # as an old one answers")

    done = find_python(machine)

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.11 or newer" in done.stderr


def test_a_name_that_only_leads_nowhere_is_passed_over(machine: Path) -> None:
    put(machine, "python3.13", "echo 'command not found' >&2; exit 127")
    (machine / "python3").symlink_to(sys.executable)

    done = find_python(machine)

    assert (done.stdout.strip(), done.stderr) == (str(machine / "python3"), "")


def test_a_python_that_cannot_make_environments_is_passed_over_for_one_that_can(machine: Path) -> None:
    put(machine, "python3.12", 'case "$2" in *ensurepip*) exit 1;; esac')
    whole = machine / "python3.11"
    whole.symlink_to(sys.executable)

    assert find_python(machine).stdout.strip() == str(whole)


def test_a_lone_python_that_cannot_make_environments_is_told_how_to_mend(machine: Path) -> None:
    put(machine, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')

    done = find_python(machine)

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "apt-get install python3-venv" in done.stderr


def test_the_python_that_the_user_names_comes_first(machine: Path) -> None:
    (machine / "python3.13").symlink_to(sys.executable)
    mine = put(machine, "mine", "exit 0")

    assert find_python(machine, RINGFENCE_PYTHON=str(mine)).stdout.strip() == str(mine)
