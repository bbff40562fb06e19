"""Callbacks that a dialer asked for at its own URLs: Twilio tells us, we tell the dialer, as if Twilio had."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from middleware.clock import Clock
from middleware.errors import CallbackForbidden, NotFound
from middleware.gateways.ports import CallbackSender
from middleware.services.dialer_accounts import DialerAccounts
from middleware.services.routes.links import CALLBACK, Link
from middleware.store.database import Connection, Database
from middleware.store.forwarded_callbacks import callback_to_forward, forget_form, hold, keep_callback
from middleware.store.links import link_by_id
from middleware.store.outbox import promise

FORWARD_CALLBACK = "forward_callback"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LinkCallbacks:
    database: Database
    clock: Clock
    accounts: DialerAccounts
    sender: CallbackSender

    def receive(self, link_id: str, pairs: Sequence[tuple[str, str]]) -> None:
        """Keep what Twilio told and promise it to the dialer; a repeated one changes nothing. Raises `NotFound`."""
        with self.database.writing() as connection:
            link = link_by_id(connection, link_id)
            if link.kind != CALLBACK:
                raise NotFound("no such link")
            hand_on(connection, link, pairs, self.clock.now())

    def send(self, callback_id: str) -> None:
        """Send one, signed with the token the dialer knows; every try has the same idempotency token.

        Raises `CallbackFailed` when it may be tried again. What nobody could take is dropped, with a warning.
        """
        with self.database.reading() as connection:
            kept = callback_to_forward(connection, callback_id)
        if kept is None or kept.link.url is None:
            return
        try:
            account = self.accounts.of(kept.link.credential_id)
            pairs = account.seen(kept.pairs)
            self.sender.send(kept.link.url, kept.link.method, pairs, account.token, callback_id)
        except (CallbackForbidden, NotFound) as error:  # trying again cannot help
            logger.warning("link %s: its callback is not sent: %s", kept.link.id, error)
        with self.database.writing() as connection:
            forget_form(connection, callback_id)


def hand_on(connection: Connection, link: Link, pairs: Sequence[tuple[str, str]], now: datetime) -> None:
    """Promise the dialer what was told on one of its links, after all that was told on the same leg before."""
    stream = hold(connection, link)
    callback_id = keep_callback(connection, link, pairs, now)
    if callback_id is not None and link.url is not None:
        promise(connection, FORWARD_CALLBACK, callback_id, stream, now)
