"""What is installed is what pyproject.toml asks for, locked, and each dependency says why it is there."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
SETTINGS = tomllib.loads(PYPROJECT)
RUNTIME = [*SETTINGS["project"]["dependencies"], *SETTINGS["build-system"]["requires"]]
DEVELOPMENT = SETTINGS["project"]["optional-dependencies"]["dev"]


def locked(name: str) -> dict[str, str]:
    """Version by package of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [("requirements.lock", RUNTIME), ("requirements-dev.lock", RUNTIME + DEVELOPMENT)],
)
def test_a_lock_holds_a_fitting_version_of_everything_asked_for(lock: str, wanted: list[str]) -> None:
    versions = locked(lock)
    requirements = [Requirement(line) for line in wanted]
    unfit = [
        str(requirement)
        for requirement in requirements
        if versions.get(canonicalize_name(requirement.name), "none") not in requirement.specifier
    ]

    assert unfit == [], "run scripts/lock"


def test_the_development_lock_holds_the_versions_that_production_runs() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items(), "run scripts/lock"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_file_by_hash_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url|--find-links", text) == []


@pytest.mark.parametrize("dependency", RUNTIME[:-1] + DEVELOPMENT)
def test_a_dependency_says_why_it_is_there_and_where_its_range_ends(dependency: str) -> None:
    lines = [line.strip() for line in PYPROJECT.splitlines()]
    reason = lines[lines.index(f'"{dependency}",') - 1]

    assert reason.startswith("# ")
    assert not reason.startswith("# ---")
    assert "<" in dependency or dependency.startswith("tzdata"), "the versions of tzdata are dates"
