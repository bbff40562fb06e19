"""What happened in one trial: what the askers were told, and what the database holds afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as its asker noted it. `began` and `ended` are seconds of the machine's monotonic clock.

    `ended` None: killed before an answer. `attempt_id` None: no answer, so the outcome is unknown.
    """

    key: str
    subject: str
    began: float
    ended: float | None = None
    attempt_id: str | None = None
    is_permitted: bool = False
    decided_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """`scopes`: under which a permit must have exactly one guard each."""

    attempt_id: str
    key: str
    subject: str
    scopes: tuple[str, ...]
    is_permitted: bool
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class StoredGuard:
    scope: str
    subject: str
    seq: int
    is_block: bool
    attempt_id: str | None


@dataclass(frozen=True, slots=True)
class OptedOut:
    """When the one who opted out was told that it is done: on the store's clock, and on the machine's monotonic one."""

    subject: str
    at: datetime
    told: float


@dataclass(frozen=True, slots=True)
class Rules:
    """What the trial's policy promises of each subject, in all campaigns together."""

    spacing: timedelta
    count: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class History:
    rules: Rules
    asked: tuple[Asked, ...]
    attempts: tuple[StoredAttempt, ...]
    guards: tuple[StoredGuard, ...]
    opted_out: tuple[OptedOut, ...] = ()
