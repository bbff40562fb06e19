"""Tells by mail that calls were found which somebody has to look at. No name and no number leaves the store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from middleware.clock import Clock
from middleware.gateways.ports import MailTransport
from middleware.services.reconciliation.kinds import ALARMING, MEANINGS, Kind
from middleware.store.database import Connection, Database
from middleware.store.outbox import promise
from middleware.store.violations import ViolationRepository

SEND_ALARM = "send_alarm"
MOST_COUNTED = 10_000


def raise_alarm(connection: Connection, day: date, now: datetime) -> None:
    """Promise a mail about this day in the transaction that found something new in it."""
    promise(connection, SEND_ALARM, day.isoformat(), f"alarm/{day.isoformat()}", now)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Without an address the log and the health report tell it alone."""

    database: Database
    transport: MailTransport
    clock: Clock
    mail_from: str
    mail_to: str | None

    def send(self, day: str) -> None:
        """Send what is unsettled of that day now. A second mail would do no harm. Raises `MailFault`."""
        if self.mail_to is None:
            return
        begins = datetime.combine(date.fromisoformat(day), time(), UTC)
        with self.database.reading() as connection:
            found = ViolationRepository(connection).between(begins, begins + timedelta(days=1), ALARMING, MOST_COUNTED)
        unsettled = Counter(violation.kind for violation in found if violation.settled_at is None)
        if unsettled:
            self.transport.send(self._message(day, unsettled), lambda: None)

    def _message(self, day: str, unsettled: Counter[str]) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.mail_from, self.mail_to
        message["Subject"] = f"Ringfence: {unsettled.total()} calls of {day} have to be looked at"
        message["Date"] = format_datetime(self.clock.now())
        message["Auto-Submitted"] = "auto-generated"
        lines = [f"{count} x {kind}: {MEANINGS[Kind(kind)]}." for kind, count in sorted(unsettled.items())]
        message.set_content(
            f"Twilio's call list of {day} (UTC) was compared with what Ringfence permitted.\n\n"
            + "\n".join(lines)
            + f"\n\nSee them:    ringfence reconcile --day {day}\n"
            + "Settle one:  ringfence reconcile --settle ID --by NAME --note TEXT\n"
        )
        return message
