"""What line a contact's number leads to, as Twilio Lookup tells: cached, within a budget, and never on the hot path.

What cannot be told stays unknown, which opens nothing. A kind that was loaded stays.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from middleware.clock import Clock
from middleware.decision.model import NumberKind
from middleware.errors import InvalidRequest, LookUpFailed, NotFound
from middleware.gateways.ports import LineLookUps
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.database import Database
from middleware.store.line_look_ups import (
    LineLookUp,
    NumberToLookUp,
    keep_look_up,
    numbers_to_look_up,
    spend_look_up,
)

logger = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=90)
ERRORS_KEPT_FOR = timedelta(days=1)  # credit and permissions are mended sooner than lines change
MOST_FAILURES = 5  # in a row, after which Twilio is left alone
KINDS = {
    "landline": NumberKind.FIXED,
    "mobile": NumberKind.MOBILE,
    "fixedVoip": NumberKind.VOIP,
    "nonFixedVoip": NumberKind.VOIP,
    "personal": NumberKind.PERSONAL,
    "tollFree": NumberKind.TOLL_FREE,
    "premium": NumberKind.PREMIUM,
    "sharedCost": NumberKind.SHARED_COST,
    "uan": NumberKind.UNIVERSAL_ACCESS,
    "voicemail": NumberKind.VOICEMAIL,
    "pager": NumberKind.PAGER,
}

OnProgress = Callable[[Mapping[str, int]], None]


@dataclass(frozen=True, slots=True)
class Line:
    """What one answer tells; None: it does not."""

    is_valid: bool | None
    kind: NumberKind | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LookedUp:
    """`counts`: known, invalid, unknown, cached, failed. `stopped`: why it ended before all numbers were looked up."""

    counts: Mapping[str, int]
    stopped: str | None


@dataclass(frozen=True, slots=True)
class LookUps:
    """`most_a_day` look-ups a day (UTC) are paid for, all campaigns together."""

    database: Database
    lines: LineLookUps
    catalogue: CurrentCatalogue
    clock: Clock
    most_a_day: int

    def run(self, campaign_id: str, limit: int | None, on_progress: OnProgress = lambda _: None) -> LookedUp:
        """Look up the numbers of the campaign's controller, at most `limit` of them. Raises `NotFound`."""
        campaign = self.catalogue.checked().campaigns.get(campaign_id)
        if campaign is None:
            raise NotFound(f"no campaign {campaign_id}")
        if limit is not None and limit < 1:
            raise InvalidRequest("must be at least 1", "limit")
        counts: Counter[str] = Counter()
        failures = asked = 0
        stale_before = self.clock.now() - KEPT_FOR
        for number in numbers_to_look_up(self.database, campaign.controller_id, stale_before):
            if self._is_cached(number):
                counts["cached"] += 1
                continue
            if limit is not None and asked >= limit:
                return LookedUp(counts, f"{limit} numbers have been looked up, as asked for")
            if not self._spend():
                return LookedUp(counts, _spent(self.most_a_day))
            asked += 1
            what = self._look_up(number)
            counts[what] += 1
            failures = failures + 1 if what == "failed" else 0
            on_progress(counts)
            if failures == MOST_FAILURES:
                return LookedUp(counts, "Twilio does not answer: run it again later")
        return LookedUp(counts, None)

    def _is_cached(self, number: NumberToLookUp) -> bool:
        """Whether what was told still holds; then it is written again, for contacts that came later."""
        earlier = number.earlier
        if earlier is None:
            return False
        kept_for = ERRORS_KEPT_FOR if earlier.error else KEPT_FOR
        if self.clock.now() - earlier.looked_up_at >= kept_for:
            return False
        if earlier.line_kind is not None:
            with self.database.writing() as connection:
                keep_look_up(connection, earlier, earlier)
        return True

    def _spend(self) -> bool:
        with self.database.writing() as connection:
            return spend_look_up(connection, self.clock.now().date(), self.most_a_day)

    def _look_up(self, number: NumberToLookUp) -> str:
        try:
            line = read_line(self.lines.look_up(number.number))
        except LookUpFailed as error:
            logger.warning("a number could not be looked up: %s", error)
            return "failed"
        kind = line.kind.value if line.kind else None
        told = LineLookUp(number.number_key, self.clock.now(), line.is_valid, kind, line.error)
        with self.database.writing() as connection:
            keep_look_up(connection, told, number.earlier)
        if line.kind is NumberKind.INVALID:
            return "invalid"
        return "known" if line.kind else "unknown"


def read_line(body: Mapping[str, Any]) -> Line:
    """Twilio's answer. A number that does not exist is answered like any other, and so are errors of the look-up."""
    is_valid = body.get("valid")
    if is_valid is False:
        return Line(is_valid=False, kind=NumberKind.INVALID)
    told = body.get("line_type_intelligence")
    told = told if isinstance(told, Mapping) else {}
    error = told.get("error_code") or body.get("code")
    kind = told.get("type")
    return Line(
        is_valid=True if is_valid is True else None,
        kind=KINDS.get(kind) if isinstance(kind, str) and not error else None,
        error=str(error)[:64] if error else None,
    )


def _spent(most_a_day: int) -> str:
    if most_a_day == 0:
        return "look-ups cost money, so none is allowed until you set RINGFENCE_LOOK_UPS_PER_DAY"
    return f"the {most_a_day:,} look-ups of today (UTC) are spent; RINGFENCE_LOOK_UPS_PER_DAY allows more"
