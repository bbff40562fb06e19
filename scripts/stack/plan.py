"""What the user asked for on the command line, checked together with the settings: every problem at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scripts.stack.clock import read_at
from scripts.stack.configuration import Given
from scripts.stack.errors import CannotStart


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `scripts/run`."""

    data_dir: Path
    port: int | None
    at: str | None
    with_demo_data: bool
    demo: bool
    calls: Path | None
    keep: bool


def wrong_options(asked: Asked, given: Given) -> list[str]:
    """One sentence for each option that cannot be meant, alone or beside the settings."""
    wrong: list[str] = []
    if asked.at is not None:
        try:
            read_at(asked.at)
        except CannotStart as error:
            wrong += error.lines
    if asked.calls is not None and not asked.demo:
        wrong.append("--calls: goes with --demo, which makes the calls")
    if asked.keep and not asked.demo:
        wrong.append("--keep: goes with --demo; without it everything runs until Ctrl-C anyway")
    if asked.demo and not asked.with_demo_data:
        wrong.append("--demo: needs the demonstration's campaigns; leave out --no-demo-data")
    if "clock_offset_seconds" in given.values and (asked.demo or asked.at is not None):
        wrong.append("RINGFENCE_CLOCK_OFFSET_SECONDS: --demo and --at set the clock themselves; remove it")
    if given.is_real_twilio:
        wrong += _beside_real_twilio(asked)
    return wrong


def _beside_real_twilio(asked: Asked) -> list[str]:
    wrong = []
    if asked.at is not None:
        wrong.append("--at: real Twilio credentials are configured, and real people are never called by a moved clock")
    if asked.demo:
        wrong.append("--demo: real Twilio credentials are configured; remove them to see the demonstration")
    elif asked.with_demo_data:
        wrong.append("demo data is never loaded beside real Twilio credentials: add --no-demo-data")
    return wrong


def instant_asked(asked: Asked) -> datetime | None:
    """`--at`, if it was given; it has been checked."""
    return None if asked.at is None else read_at(asked.at)
