"""Which slices may be believed: those in which the processors were ours."""

import os
import subprocess
import sys

import pytest

from scripts.benchmark.machine import Machine, Reading, Usage, usage_between


@pytest.mark.parametrize(
    ("steal", "foreign", "is_quiet"),
    [(0.0, 0.0, True), (0.149, 0.149, True), (0.15, 0.0, False), (0.0, 0.15, False)],
)
def test_a_slice_is_quiet_while_steal_and_foreign_work_stay_below_their_limits(
    steal: float, foreign: float, is_quiet: bool
) -> None:
    assert Usage(steal, foreign, {}).is_quiet is is_quiet


def test_what_nobody_of_ours_used_was_used_by_others() -> None:
    before = Reading(at=100, busy=50, steal=7, ours=30, trees={"server": 10, "database": 5})
    after = Reading(at=104, busy=57, steal=9, ours=36, trees={"server": 13, "database": 6})

    usage = usage_between(before, after)

    assert usage == Usage(steal=0.5, foreign=0.25, seconds={"server": 3, "database": 1})


def test_rounding_never_makes_foreign_work_negative() -> None:
    before = Reading(at=0, busy=10, steal=0, ours=10, trees={})
    after = Reading(at=1, busy=10.99, steal=0, ours=11, trees={})

    assert usage_between(before, after).foreign == 0


def test_children_count_with_their_parents_while_they_live_and_after_they_have_ended() -> None:
    work = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ninput()"
    machine = Machine({"own": os.getpid()})

    before = machine.read()
    child = subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    alive = machine.read()
    child.communicate(b"\n")
    ended = machine.read()

    assert alive.ours - before.ours >= 0.15
    assert ended.trees["own"] >= alive.trees["own"]
