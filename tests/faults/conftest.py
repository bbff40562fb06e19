"""The one run that all tests of this folder look at.

Its seed is printed where a test fails; `FAULTS_SEED=... pytest tests/faults` draws the same kills again.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from tests.faults.story import Story, play


@pytest.fixture(scope="session")
def _story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    seed = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10**6))
    print(f"FAULTS_SEED={seed}")
    story = play(tmp_path_factory.mktemp("kill"), seed)
    told = ", ".join(f"{number} {what}" for what, number in sorted(story.ledger.counts.items()))
    states = Counter(row["state"] for row in story.evidence.notices.values())
    print(f"killed: {story.kills}\nasked: {told}\ncalls: {len(story.evidence.calls)}, notices: {dict(states)}")
    return story


@pytest.fixture
def story(_story: Story) -> Story:
    """A whole Ringfence that was killed piece by piece, and what became of it."""
    print(f"FAULTS_SEED={_story.seed}")
    return _story
