"""The dialer's list: a CSV file with the column `callee`, and perhaps `campaign` and `caller_id`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.stack.errors import CannotStart

COLUMNS = ("campaign", "callee", "caller_id", "shows")  # `shows` is for readers


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One call to be made; the callee as it was written."""

    campaign: str
    callee: str
    caller_id: str


def read_call_list(path: Path, caller_ids: Mapping[str, str], default_campaign: str) -> list[ListedCall]:
    """All calls in order; raises `CannotStart` with a line for each row that cannot be used.

    `caller_ids` names the campaigns there are, and the number that each shows where the list does not say.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [(reader.line_num, row) for row in reader]
            columns = reader.fieldnames or ()
    except (OSError, UnicodeError, csv.Error) as error:
        raise CannotStart(f"--calls {path}: cannot be read: {error}") from None
    if "callee" not in columns:
        raise CannotStart(f"--calls {path}: has no column callee; known are {', '.join(COLUMNS)}")
    problems: list[str] = []
    calls: list[ListedCall] = []
    for line, row in rows:
        campaign = (row.get("campaign") or "").strip() or default_campaign
        callee = (row.get("callee") or "").strip()
        if not callee:
            problems.append(f"--calls {path}, line {line}: names no callee")
        elif campaign not in caller_ids:
            problems.append(f"--calls {path}, line {line}: no campaign {campaign}; there are {', '.join(caller_ids)}")
        else:
            calls.append(ListedCall(campaign, callee, (row.get("caller_id") or "").strip() or caller_ids[campaign]))
    if not rows:
        problems.append(f"--calls {path}: lists no call")
    if problems:
        raise CannotStart(*problems)
    return calls
