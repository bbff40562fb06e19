"""What an export says of itself: who asked for what, and how many rows and bytes it must have under which digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from middleware.services.exports.query import ExportFormat
from middleware.store.exports import ExportedAttempt
from middleware.store.models.attempts import OPEN_STATES

PERMITTED, REFUSED, UNDECIDED = "permitted", "refused", "undecided"
_OWED = frozenset({"due", "no_address", "handed", "uncertain"})
REMARKS = (
    "An attempt belongs to the range by the moment of its asking; the beginning is part of the range, the end is not.",
    "Attempts asked after this export began are not in it, even if the range was asked for up to a later moment.",
    "An attempt asked before complete_before is in it; a later one may have been on its way into the store.",
    "The same export made again has the same bytes, unless an attempt or a notice has moved since, a late report "
    "came in, or a person was erased.",
    "The digest is of the bytes of the file, a byte order mark included.",
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ExportRange(_Part):
    """`wanted_before` is the end as it was asked for, `asked_before` the end as it was used."""

    asked_from: AwareDatetime
    asked_before: AwareDatetime
    wanted_before: AwareDatetime
    complete_before: AwareDatetime


class ExportedFile(_Part):
    """The data: its name beside the manifest, and what identifies its bytes."""

    name: str
    format: ExportFormat
    encoding: str
    columns: tuple[str, ...]
    size: int
    sha256: str


class Counts(_Part):
    """`by_verdict`: permitted, refused, and undecided where a decision is missing."""

    rows: int
    by_verdict: dict[str, int]
    by_state: dict[str, int]


class MayStillChange(_Part):
    """Rows whose attempt, and rows whose notice, had not come to its end."""

    attempts: int
    notices: int


class Manifest(_Part):
    manifest: Literal["ringfence.export/1"] = "ringfence.export/1"
    content: Literal["attempts"] = "attempts"
    export_id: str
    asked_by: str
    asked_by_label: str
    controller: str | None
    campaign: str | None
    range: ExportRange
    began_at: AwareDatetime
    ended_at: AwareDatetime
    clock_offset_seconds: float
    ringfence_version: str
    database_schema: str
    file: ExportedFile
    counts: Counts
    may_still_change: MayStillChange
    remarks: tuple[str, ...] = REMARKS

    def text(self) -> str:
        """As it is written beside the data."""
        return self.model_dump_json(indent=2) + "\n"


class RowCount:
    """Rows by verdict and by state; both verdicts are always named, states only where there are any."""

    def __init__(self) -> None:
        self.by_verdict: Counter[str] = Counter({PERMITTED: 0, REFUSED: 0})
        self.by_state: Counter[str] = Counter()

    def add(self, verdict: str, state: str) -> None:
        """One more row."""
        self.by_verdict[verdict] += 1
        self.by_state[state] += 1

    def counts(self) -> Counts:
        """As the manifest tells it."""
        by_state = dict(sorted(self.by_state.items()))
        return Counts(rows=self.by_state.total(), by_verdict=dict(self.by_verdict), by_state=by_state)


class Tally:
    """Counts and digests what passes, and keeps none of it."""

    def __init__(self) -> None:
        self.size = 0
        self.last_asked_at: datetime | None = None
        self._digest = sha256()
        self._rows = RowCount()
        self._open_notices = 0

    @property
    def rows(self) -> int:
        """How many attempts have passed."""
        return self._rows.by_state.total()

    def add_bytes(self, chunk: bytes) -> None:
        """These bytes belong to the file."""
        self.size += len(chunk)
        self._digest.update(chunk)

    def add_attempts(self, attempts: Iterable[ExportedAttempt]) -> None:
        """These attempts are in the file, in the order of asking."""
        for attempt in attempts:
            self._rows.add(verdict_of(attempt.is_permitted), attempt.state)
            self._open_notices += attempt.notice_state in _OWED
            self.last_asked_at = attempt.asked_at

    def sha256(self) -> str:
        """The digest of all bytes, in hex."""
        return self._digest.hexdigest()

    def counts(self) -> Counts:
        """How many rows, and of which kinds."""
        return self._rows.counts()

    def may_still_change(self) -> MayStillChange:
        """How many rows could look different tomorrow."""
        open_attempts = sum(self._rows.by_state[state] for state in OPEN_STATES)
        return MayStillChange(attempts=open_attempts, notices=self._open_notices)


def verdict_of(is_permitted: bool | None) -> str:
    """The word under which a row is counted."""
    if is_permitted is None:
        return UNDECIDED
    return PERMITTED if is_permitted else REFUSED
