"""Nine text columns back into typed facts, and a reservation into parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from middleware.decision.model import Scope, Subject
from middleware.store.hot_path.contact_facts import contact_facts
from middleware.store.hot_path.model import (
    ContactFound,
    Counted,
    GuardFound,
    HotAsk,
    HotReading,
    Reservation,
    SuppressionFound,
    scope_id,
    subject_id,
)

Text = str | None
Row = Sequence[Any]  # text, but for numbers and booleans that an engine gives as such


def ask_parameters(ask: HotAsk) -> dict[str, str]:
    """The named parameters of the reading statement; those that are None are not in its text."""
    parameters = {
        "controller_id": ask.controller_id,
        "campaign_scope": scope_id(Scope.CAMPAIGN, ask.controller_id, ask.campaign_id),
        "number_key": ask.number_key,
        "number_subject": subject_id(Subject.NUMBER, ask.number_key),
    }
    if ask.contact_id is not None:
        parameters["contact_id"] = ask.contact_id
    if ask.idempotency_key is not None:
        parameters["credential_id"] = ask.credential_id
        parameters["idempotency_key"] = ask.idempotency_key
    return parameters


def reading_from(
    rows: Iterable[Row], counted: tuple[Counted, ...], now: datetime | None, offset: timedelta
) -> HotReading:
    """Sort rows by their kind. `now` None: the store's clock is in the row of kind `now`, and is moved by `offset`."""
    generation, replayed = 0, None
    contacts: list[ContactFound] = []
    suppressions: list[SuppressionFound] = []
    guards: dict[str, list[GuardFound]] = {}
    for kind, a, b, c, d, e, f, g, h in rows:
        if kind == "now":
            generation = int(b or 0)
            now = now or aware(a) + offset
        elif kind == "contact":
            contacts.append(ContactFound(a or "", b or None, c or "", d, e, f, g, contact_facts(h)))
        elif kind == "suppression":
            suppressions.append(SuppressionFound(a or "", Subject(b or ""), c or "", d, e or "", aware(f)))
        elif kind == "replay":
            replayed = a
        else:
            guards.setdefault(kind or "", []).append(_guard(a, b, c, d, e, f, g, h))
    if now is None:
        raise LookupError("the store has no generation row: it was never migrated")
    found = {(each.scope, each.subject): guards.get(str(place), []) for place, each in enumerate(counted)}
    seconds = offset.total_seconds()
    return HotReading(now, generation, replayed, tuple(contacts), tuple(suppressions), found, seconds)


def _guard(
    seq: Text, attempt: Text, campaign: Text, reserved: Text, expires: Text, by: Text, placed: Text, end: Text
) -> GuardFound:
    outcome, _, ended_at = (end or "").partition(" ")
    return GuardFound(
        seq=int(seq or 0),
        counts=bool(attempt),
        attempt_id=attempt or "",
        campaign_id=campaign or "",
        reserved_at=aware(reserved),
        expires_at=aware(expires) if expires else None,
        placed_by=by or "",
        is_placed=placed in {"1", "true", 1},
        outcome=outcome or None,
        ended_at=aware(ended_at) if ended_at else None,
    )


def aware(text: str | None) -> datetime:
    """An instant as either engine writes it in text, aware, in UTC."""
    at = datetime.fromisoformat(text or "")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def reservation_parameters(
    reservation: Reservation, at: Callable[[datetime | None], str | None]
) -> dict[str, str | int | float | None]:
    """Named parameters of the writing statements; `at` writes an instant as the engine wants it."""
    asked_at = at(reservation.asked_at)
    return {
        "id": reservation.attempt_id,
        "kind": "attempt",
        "controller_id": reservation.controller_id,
        "campaign_id": reservation.campaign_id,
        "credential_id": reservation.credential_id,
        "route": reservation.route,
        "placed_by": reservation.placed_by.value,
        "callee": reservation.callee,
        "callee_key": reservation.callee_key,
        "caller_id": reservation.caller_id,
        "contact_id": reservation.contact_id,
        "company_id": reservation.company_id,
        "guards": orjson.dumps([[g.scope_id, g.subject, g.seq] for g in reservation.guards]).decode(),
        "state": reservation.state,
        "asked_at": asked_at,
        "decided_at": asked_at,
        "permit_expires_at": at(reservation.permit_expires_at),
        "idempotency_key": reservation.idempotency_key,
        "request_digest": reservation.request_digest,
        "dialer_callback": reservation.dialer_callback,
        "policy_digest": reservation.policy_digest,
        "clock_offset_seconds": reservation.clock_offset_seconds,
        "is_permitted": int(reservation.is_permitted),
        "not_before": at(reservation.not_before),
        "attempts_left": reservation.attempts_left,
        "refusals": reservation.refusals,
        "facts": reservation.facts,
        "ring_timeout_seconds": reservation.ring_timeout_seconds,
    }
