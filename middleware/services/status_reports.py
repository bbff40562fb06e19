"""Twilio's status callbacks: kept as they came, applied by rank, handed on to the dialer."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from middleware.clock import Clock
from middleware.services.observation import Observation
from middleware.services.progress import observe
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Connection, Database
from middleware.store.outbox import promise
from middleware.store.status_reports import StatusReportRepository

FORWARD_REPORT = "forward_report"
_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}  # all others end the call


class StatusReports:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def receive(self, attempt_id: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Store a report and apply it; a repeated one changes nothing. Raises `NotFound` for an unknown attempt."""
        now = self._clock.now()
        seen = Observation.from_callback(dict(pairs))
        with self._database.writing() as connection:
            attempt = AttemptRepository(connection).lock(attempt_id)
            reports = StatusReportRepository(connection)
            report_id = reports.add(attempt_id, dict(pairs), pairs, now)
            if report_id is None:
                return
            observe(connection, attempt, seen, now, "callback")
            self._forward(connection, attempt, report_id, seen)

    def _forward(self, connection: Connection, attempt: AttemptSeen, report_id: str, seen: Observation) -> None:
        """Promise the dialer the event if it asked for it, numbered as Twilio numbers: over the events it gets."""
        if attempt.dialer_callback is None:
            return
        event = _EVENTS.get(seen.call_status, "completed")
        if event not in orjson.loads(attempt.dialer_callback)["events"]:
            return
        StatusReportRepository(connection).number_for_dialer(attempt.id, report_id)
        promise(connection, FORWARD_REPORT, report_id, attempt.id, self._clock.now())
