"""One lead after the other is asked about, as any call is, and answered in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson

from middleware.decision.model import CallFacts, PlacedBy
from middleware.decision.zones import callee_zones, day_begins
from middleware.explanations import explain
from middleware.leads.lead import Lead
from middleware.leads.records import Record
from middleware.services.asking import Credential, Question, ReasonGiven, reasons_of
from middleware.services.precall import Considered, Precall
from middleware.services.scrubbing.answers import Order, RowAnswer, Span, Verdict
from middleware.services.scrubbing.row_words import said
from middleware.services.scrubbing.stop_list import StopList, decided
from middleware.store.hot_path.model import SuppressionFound

ROUTE = "scrub"
_UTC = ZoneInfo("UTC")
_MOST_SENTENCES = 20_000
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """A row to be asked about. `is_objection`: another row says that this person is not called."""

    record: Record
    lead: Lead
    is_objection: bool


class Answering:
    """Answers leads of one list. Raises what `Precall.consider` raises."""

    def __init__(self, precall: Precall, stop_list: StopList, order: Order, asker: Credential) -> None:
        self._precall = precall
        self._stop_list = stop_list
        self._order = order
        self._asker = asker
        self._sentences: dict[bytes, str] = {}

    def answers(self, rows: Sequence[Asked]) -> Iterator[RowAnswer]:
        """An answer for each row, in their order."""
        barring = self._stop_list.barring([row.lead for row in rows])
        for row, entries in zip(rows, barring, strict=True):
            yield self._answer(row, entries)

    def _answer(self, row: Asked, entries: Sequence[SuppressionFound]) -> RowAnswer:
        lead = row.lead
        considered = self._precall.consider(self._question(lead), self._asker)
        decision = decided(considered, entries, is_objection=row.is_objection or lead.is_objection)
        first = decision.decided_at if decision.is_permitted else decision.not_before
        zones = callee_zones(considered.facts) or (_UTC,)
        reasons = reasons_of(decision)
        return RowAnswer(
            record=row.record,
            verdict=Verdict.NOW if decision.is_permitted else Verdict.LATER if first is not None else Verdict.NO,
            e164=considered.number.e164,
            first_at=None if first is None else first.astimezone(zones[0] if len(zones) == 1 else UTC),
            first_day=None if first is None else _first_day(first, zones),
            span=_span(first, decision.decided_at, zones),
            reasons=reasons,
            remarks=lead.remarks,
            messages=self._messages(reasons, considered, lead),
            is_suppressed=any(reason.code.startswith("suppression.") for reason in reasons),
        )

    def _question(self, lead: Lead) -> Question:
        order = self._order
        return Question(
            campaign_id=order.campaign_id,
            callee=lead.number.callee,
            placed_by=PlacedBy.DIALER,
            route=ROUTE,
            request_digest="",
            default_country=lead.number.country,
            caller_id=order.caller_id,
            speaker=order.speaker,
            dialling=order.dialling,
            free_agents=1,  # who will be free when the call is made cannot be known: the call itself is asked again
            at=order.at,
            callee_overlay=lead.facts,
        )

    def _messages(self, reasons: tuple[ReasonGiven, ...], considered: Considered, lead: Lead) -> tuple[str, ...]:
        zone = _shown_zone(reasons, considered.facts)
        remarks = [said(remark, self._order.language) for remark in lead.remarks]
        return (*[self._sentence(reason, zone) for reason in reasons], *remarks)

    def _sentence(self, reason: ReasonGiven, zone: str | None) -> str:
        # most rows of a list are refused for the same few reasons, and a sentence takes longer than a decision
        told = (reason.code, reason.not_before, reason.parameters, reason.source, reason.set_by, zone)
        key = orjson.dumps(told)
        sentence = self._sentences.get(key)
        if sentence is None:
            if len(self._sentences) >= _MOST_SENTENCES:
                self._sentences.clear()
            sentence = self._sentences[key] = explain(reason, self._order.language, zone).message
        return sentence


def _shown_zone(reasons: tuple[ReasonGiven, ...], facts: CallFacts) -> str | None:
    """The zone that times are told in: one that a reason names, else the only one where the callee may be."""
    named = (reason.parameters.get("zone") for reason in reasons)
    zone = next((zone for zone in named if isinstance(zone, str)), None)
    zones = callee_zones(facts)
    return zone or (zones[0].key if len(zones) == 1 else None)


def _first_day(first: datetime, zones: Sequence[ZoneInfo]) -> date:
    """The day on which the callee's clock shows the first moment; the latest, where there may be several clocks."""
    return max(first.astimezone(zone).date() for zone in zones)


def _span(first: datetime | None, now: datetime, zones: Sequence[ZoneInfo]) -> Span:
    if first is None:
        return Span.NEVER
    if first < _days_end(now, zones, timedelta(days=1)):
        return Span.TODAY
    return Span.WEEK if first < _days_end(now, zones, _WEEK) else Span.LATER


def _days_end(now: datetime, zones: Sequence[ZoneInfo], span: timedelta) -> datetime:
    """When the callee's day that is so many days ahead begins: wherever it begins first."""
    return min(day_begins(zone, now.astimezone(zone).date() + span) for zone in zones)
