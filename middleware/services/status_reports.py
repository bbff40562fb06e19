"""Twilio's status callbacks: kept as they came, applied by rank, handed on to the dialer."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from middleware.clock import Clock
from middleware.services.dialer_events import event_of, number_among
from middleware.services.observation import Observation
from middleware.services.progress import is_its_call, observe
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Connection, Database
from middleware.store.outbox import promise
from middleware.store.status_reports import StatusReportRepository

FORWARD_REPORT = "forward_report"
logger = logging.getLogger(__name__)


class StatusReports:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def receive(self, attempt_id: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Store a report and apply it; a repeated one changes nothing. Raises `NotFound` for an unknown attempt."""
        now = self._clock.now()
        form = dict(pairs)
        seen = Observation.from_callback(form)
        with self._database.writing() as connection:
            attempt = AttemptRepository(connection).lock(attempt_id)
            report_id = StatusReportRepository(connection).add(attempt_id, form, pairs, now)
            if report_id is None:
                return
            if not is_its_call(attempt, seen):
                logger.error("attempt %s: a report of another call came and was kept, not applied", attempt_id)
                return
            observe(connection, attempt, seen, now, "callback")
            hand_on(connection, attempt, report_id, form, now)


def hand_on(
    connection: Connection, attempt: AttemptSeen, report_id: str, form: Mapping[str, str], now: datetime
) -> None:
    """Promise the dialer the event of a kept report if it asked for it and has not had it.

    A CallStatus that we do not know is no event of ours.
    """
    if attempt.dialer_callback is None:
        return
    status = form.get("CallStatus", "")
    event = event_of(status)
    wanted = orjson.loads(attempt.dialer_callback)["events"]
    reports = StatusReportRepository(connection)
    if event is None or event not in wanted or reports.is_handed_on(attempt.id, status):
        return
    number = number_among(wanted, event, status, form.get("SequenceNumber", ""))
    reports.number_for_dialer(attempt.id, report_id, number)
    promise(connection, FORWARD_REPORT, report_id, attempt.id, now)
