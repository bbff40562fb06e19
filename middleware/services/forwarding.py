"""Hands status reports on to the dialer, as if Twilio had sent them to it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import orjson

from middleware.errors import CallbackForbidden
from middleware.gateways.ports import CallbackSender
from middleware.services.dialer_accounts import DialerAccounts
from middleware.store.attempts import AttemptRepository
from middleware.store.database import Database
from middleware.store.status_reports import StatusReportRepository

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forwarding:
    database: Database
    accounts: DialerAccounts
    sender: CallbackSender

    def send(self, report_id: str) -> None:
        """Send one report, signed with the token the dialer knows, in the dialer's own counting.

        Raises `CallbackFailed` when it may be tried again; a forbidden URL ends it for good. Every try has the same
        idempotency token, so that a dialer can tell a repeated delivery from another event.
        """
        with self.database.reading() as connection:
            report = StatusReportRepository(connection).to_forward(report_id)
            if report is None:
                return
            attempt = AttemptRepository(connection).by_id(report.attempt_id)
        if attempt.dialer_callback is None:
            return
        account = self.accounts.of(attempt.credential_id)
        callback = orjson.loads(attempt.dialer_callback)
        pairs = account.seen(report.pairs, {"SequenceNumber": str(report.forward_number)})
        try:
            self.sender.send(callback["url"], callback["method"], pairs, account.token, report_id)
        except CallbackForbidden as error:  # trying again cannot help
            logger.warning("attempt %s: its status callback is not sent: %s", attempt.id, error)
