"""Who used the processors during a slice: the measured processes, foreign ones, or other machines."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil

MOST_STEAL = 0.15  # processors that other machines took while we wanted to run
MOST_FOREIGN = 0.15  # processors that other processes used


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment: seconds of CPU used until now by the machine, by all that is ours, and by each process tree."""

    at: float
    busy: float
    steal: float
    ours: float
    trees: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Usage:
    """Between two readings: processors stolen, processors used by foreign processes, seconds of CPU of each tree."""

    steal: float
    foreign: float
    seconds: Mapping[str, float]

    @property
    def is_quiet(self) -> bool:
        """Whether what was measured meanwhile says something about us, not about the machine."""
        return self.steal < MOST_STEAL and self.foreign < MOST_FOREIGN


class Machine:
    """Reads the processors' use; `roots` names the first process of every tree that is told apart.

    This process and all its descendants count as ours.
    """

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = {name: psutil.Process(pid) for name, pid in roots.items()}
        self._own = psutil.Process(os.getpid())

    def read(self) -> Reading:
        """Now."""
        times = psutil.cpu_times()
        return Reading(
            at=time.monotonic(),
            busy=times.user + times.nice + times.system,
            steal=getattr(times, "steal", 0.0),  # Linux alone tells
            ours=_of_tree(self._own),
            trees={name: _of_tree(root) for name, root in self._roots.items()},
        )


def usage_between(before: Reading, after: Reading) -> Usage:
    """What happened from one reading to the next."""
    wall = after.at - before.at
    foreign = after.busy - before.busy - (after.ours - before.ours)
    return Usage(
        steal=(after.steal - before.steal) / wall,
        foreign=max(0.0, foreign) / wall,  # counters are rounded, each for itself
        seconds={name: after.trees[name] - before.trees[name] for name in after.trees},
    )


def _of_tree(root: psutil.Process) -> float:
    """Living processes, and those that have ended and been noticed by their parents."""
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total
