"""Hands status reports on to the dialer, as if Twilio had sent them to it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import orjson

from middleware.errors import CallbackForbidden, NotFound
from middleware.gateways.ports import CallbackSender
from middleware.services.access import Access
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.store.attempts import AttemptRepository
from middleware.store.database import Database
from middleware.store.status_reports import StatusReportRepository

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forwarding:
    database: Database
    catalogue: CurrentCatalogue
    access: Access
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
        credential = self.catalogue.checked().credentials.get(attempt.credential_id)
        if attempt.dialer_callback is None:
            return
        if credential is None or credential.account_sid is None:
            raise NotFound("the credential that this call was made with is gone")
        callback = orjson.loads(attempt.dialer_callback)
        own = {"AccountSid": credential.account_sid, "SequenceNumber": str(report.forward_number)}
        pairs = [(name, own.get(name, value)) for name, value in report.pairs]
        try:
            token = self.access.token_of(credential)
            self.sender.send(callback["url"], callback["method"], pairs, token, report_id)
        except CallbackForbidden as error:  # trying again cannot help
            logger.warning("attempt %s: its status callback is not sent: %s", attempt.id, error)
