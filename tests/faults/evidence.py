"""What is found afterwards: the database as a plain SQLite file, Twilio's own list, the mails. No product code."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any, NamedTuple

from tests.mail_server import ReceivedMail
from tests.simulator import Simulator

OPEN_STATES = ("permitted", "uncertain", "placed", "ringing", "in-progress")
_CALLBACK = re.compile(r"/twilio/status/([0-9a-f-]{36})")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TwilioCall:
    """A call that was really made; `attempt_id` is the one that it was made for."""

    sid: str
    callee: str
    status: str
    attempt_id: str


class Report(NamedTuple):
    """A status callback. `number` is its SequenceNumber."""

    attempt_id: str
    call_sid: str
    status: str
    number: int


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    attempts: Mapping[str, Row]
    decisions: Mapping[str, Row]
    events: list[Row]
    guards: list[Row]
    notices: Mapping[str, Row]
    suppressions: list[Row]
    reports: Mapping[str, Row]
    outbox: list[Row]
    calls: list[TwilioCall]
    reported: set[Report]  # what Twilio told of its calls, and was thanked for
    mails: Mapping[str, list[ReceivedMail]]  # by Message-ID
    integrity: str

    def call_of(self, call_sid: str) -> Row | None:
        """The attempt that knows this call."""
        return next((row for row in self.attempts.values() if row["call_sid"] == call_sid), None)

    def notice_of(self, message_id: str) -> Row | None:
        """The notice that was sent under this Message-ID."""
        return next((row for row in self.notices.values() if row["message_id"] == message_id), None)


def gather(database: Path, simulator: Simulator, mails: list[ReceivedMail]) -> Evidence:
    """Read everything."""
    with closing(_open(database)) as connection:
        return Evidence(
            attempts=_by_id(connection, "attempts"),
            decisions=_by_id(connection, "decisions"),
            events=_rows(connection, "SELECT * FROM attempt_events ORDER BY attempt_id, seq"),
            guards=_rows(connection, "SELECT * FROM guards"),
            notices=_by_id(connection, "notices"),
            suppressions=_rows(connection, "SELECT * FROM suppressions"),
            reports=_by_id(connection, "status_reports"),
            outbox=_rows(connection, "SELECT * FROM outbox"),
            calls=[_twilio_call(call) for call in simulator.calls()],
            reported={_report(delivery) for delivery in simulator.callbacks() if _was_thanked_for(delivery)},
            mails=_by_message_id(mails),
            integrity=str(connection.execute("PRAGMA integrity_check").fetchone()[0]),
        )


def left_open(database: Path) -> dict[str, int]:
    """How much is not settled yet, by what it is; empty when all is."""
    states = ", ".join(f"'{state}'" for state in OPEN_STATES)
    queries = {
        "attempts": f"SELECT count(*) FROM attempts WHERE state IN ({states})",
        "outbox rows": "SELECT count(*) FROM outbox WHERE state = 'pending'",
    }
    with closing(_open(database)) as connection:
        counted = {what: connection.execute(query).fetchone()[0] for what, query in queries.items()}
    return {what: number for what, number in counted.items() if number}


def _open(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=15)
    connection.row_factory = sqlite3.Row
    return connection


def _by_id(connection: sqlite3.Connection, table: str) -> dict[str, Row]:
    return {row["id"]: row for row in _rows(connection, f"SELECT * FROM {table} ORDER BY id")}


def _rows(connection: sqlite3.Connection, query: str) -> list[Row]:
    return [dict(row) for row in connection.execute(query)]


def _twilio_call(call: Mapping[str, Any]) -> TwilioCall:
    named = _CALLBACK.search(str(call["parameters"].get("StatusCallback", "")))
    shown = call["call"]
    return TwilioCall(shown["sid"], shown["to"], shown["status"], named.group(1) if named else "")


def _was_thanked_for(delivery: Mapping[str, Any]) -> bool:
    return any(attempt["status"] == 204 for attempt in delivery["attempts"])


def _report(delivery: Mapping[str, Any]) -> Report:
    named = _CALLBACK.search(delivery["url"])
    told = delivery["parameters"]
    return Report(named.group(1) if named else "", told["CallSid"], told["CallStatus"], int(told["SequenceNumber"]))


def _by_message_id(mails: list[ReceivedMail]) -> dict[str, list[ReceivedMail]]:
    found: dict[str, list[ReceivedMail]] = {}
    for mail in mails:
        found.setdefault(str(message_from_bytes(mail.content)["Message-ID"]), []).append(mail)
    return found
