"""The whole run, as small as it gets."""

import subprocess
import sys

import pytest

COMMAND = (sys.executable, "-m", "scripts.benchmark.carrier", "--calls", "40", "--rate", "20", "--time-scale", "100")


@pytest.mark.timeout(200)
def test_forty_calls_of_a_bad_carrier_end_as_they_must() -> None:
    faults = ("--lose", "0.1", "--repeat", "0.2", "--delay", "0.2")

    done = subprocess.run([*COMMAND, *faults], capture_output=True, text=True, timeout=180, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "40 calls" in done.stdout
    assert done.stdout.endswith("no difference\n")


def test_more_calls_than_an_open_morning_holds_are_refused() -> None:
    done = subprocess.run(
        [*COMMAND[:3], "--calls", "10000", "--rate", "1"], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert "take fewer" in done.stderr
