"""What is told of a call: how it ended, whether the person declined, and when they want to be called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from middleware.clock import Clock
from middleware.decision.disposition import ENDED, State
from middleware.decision.model import Outcome, PlacedBy
from middleware.errors import InvalidRequest, NotFound, OutcomeConflict
from middleware.services.instants import FURTHEST, read_instant
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.catalogue import Credential
from middleware.store.database import Connection, Database
from middleware.store.guards import block
from middleware.store.notices import owe_notice
from middleware.store.people import PeopleRepository

NOT_PLACED = "not-placed"
_STATES = {
    Outcome.ANSWERED: State.COMPLETED,
    Outcome.DECLINED: State.COMPLETED,
    Outcome.VOICEMAIL: State.COMPLETED,
    Outcome.BUSY: State.BUSY,
    Outcome.REJECTED: State.BUSY,
    Outcome.NO_ANSWER: State.NO_ANSWER,
    Outcome.FAILED: State.FAILED,
    Outcome.CANCELED: State.CANCELED,
}
_FIELDS = ("outcome", "started_at", "ended_at", "duration_seconds", "call_sid", "callback_at")
_SPOKE = frozenset({Outcome.ANSWERED, Outcome.DECLINED})  # there was a person, who could also say when to call
_SID = re.compile(r"[A-Za-z0-9._:-]{1,34}")
LONGEST_CALL = 86_400


class Outcomes:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def report(self, attempt_id: str, body: Mapping[str, Any], asker: Credential) -> AttemptSeen:
        """Record how the call went, or that none was made (`not-placed`: the permit no longer counts).

        The same report again is the same answer. That the person declined the offer may be added once a call has ended
        as answered, whoever placed it; when they want to be called, whenever a person spoke. Raises `InvalidRequest`,
        `NotFound`, and `OutcomeConflict` for an attempt that was refused, that has ended otherwise, or whose end we
        hear from Twilio, `StoreBusy` when reservations of the same number were faster every time.
        """
        told = _read(body)
        wish = read_instant(body.get("callback_at"), "callback_at")
        now = self._clock.now()
        with self._database.writing() as connection:
            repository = AttemptRepository(connection)
            attempt = repository.lock(attempt_id)
            if not is_within_reach(attempt, asker):
                raise NotFound(f"no attempt {attempt_id}")
            is_news = not _is_repeat(attempt, told)
            if is_news:
                self._record(connection, attempt, told, body, now)
            if wish is not None:
                _keep_wish(connection, attempt, told, wish)
            if wish is not None or (is_news and told is Outcome.DECLINED):
                _collide(connection, attempt, now)
            return repository.by_id(attempt_id)

    def report_call(self, call_sid: str, body: Mapping[str, Any], asker: Credential) -> AttemptSeen:
        """The same for a call that is known by its CallSid alone, as those are that Ringfence placed."""
        if not _SID.fullmatch(call_sid):
            raise NotFound("no call has this SID")
        with self._database.reading() as connection:
            attempt = AttemptRepository(connection).by_call_sid(call_sid)
        if not is_within_reach(attempt, asker):
            raise NotFound(f"no attempt has CallSid {call_sid}")
        return self.report(attempt.id, body, asker)

    def _record(
        self, connection: Connection, attempt: AttemptSeen, told: Outcome | None, body: Mapping[str, Any], now: datetime
    ) -> None:
        repository = AttemptRepository(connection)
        if told is Outcome.DECLINED and attempt.outcome == Outcome.ANSWERED.value:
            repository.change(attempt, now, "dialer", {"outcome": told.value}, outcome=told.value)
            return
        _check_takes_outcome(attempt)
        self._check_call(repository, attempt, body.get("call_sid"))
        if told is None:
            repository.change(attempt, now, "dialer", {}, state=State.WITHDRAWN.value)
            repository.release(attempt, now)
            return
        repository.change(attempt, now, "dialer", {"outcome": told.value}, **_values(attempt, told, body, now))
        if told in _SPOKE:
            owe_notice(connection, attempt, now)

    def _check_call(self, repository: AttemptRepository, attempt: AttemptSeen, call_sid: str | None) -> None:
        if call_sid is not None and call_sid != attempt.call_sid and repository.known_sids([call_sid], None):
            raise OutcomeConflict("another attempt has this call_sid")


def is_within_reach(attempt: AttemptSeen, asker: Credential) -> bool:
    """Whether the asker may see and change this attempt."""
    return asker.reaches(attempt.controller_id) and asker.campaign_id in {None, attempt.campaign_id}


def _read(body: Mapping[str, Any]) -> Outcome | None:
    for name in body:
        if name not in _FIELDS:
            raise InvalidRequest(f"is not a field of this request; known are {', '.join(_FIELDS)}", name)
    told = body.get("outcome")
    if told == NOT_PLACED:
        return None
    if not isinstance(told, str) or told not in {outcome.value for outcome in _STATES}:
        known = ", ".join(outcome.value for outcome in _STATES)
        raise InvalidRequest(f"must be one of {known}, or {NOT_PLACED}", "outcome")
    seconds = body.get("duration_seconds")
    if seconds is not None and (type(seconds) is not int or not 0 <= seconds <= LONGEST_CALL):
        raise InvalidRequest(f"must be a whole number of seconds from 0 to {LONGEST_CALL}", "duration_seconds")
    sid = body.get("call_sid")
    if sid is not None and (not isinstance(sid, str) or not _SID.fullmatch(sid)):
        raise InvalidRequest("must be text of 1 to 34 letters, digits or any of . _ : -", "call_sid")
    return Outcome(told)


def _collide(connection: Connection, attempt: AttemptSeen, now: datetime) -> None:
    """A reservation under way for this number or person has not seen what they said: it is decided again."""
    for scope, subject, _ in orjson.loads(attempt.guards):
        if scope == attempt.controller_id and subject.startswith(("n:", "p:")):
            block(connection, [scope], subject, now)


def _keep_wish(connection: Connection, attempt: AttemptSeen, told: Outcome | None, wish: datetime) -> None:
    """The person is not called before the moment they named, and may be called from then on, though they declined."""
    if told not in _SPOKE:
        raise InvalidRequest("is a wish of a person who answered: leave it out where nobody did", "callback_at")
    if not attempt.asked_at < wish <= attempt.asked_at + FURTHEST:
        raise InvalidRequest("must lie after the call, and at most ten years ahead", "callback_at")
    if attempt.contact_id is None or not PeopleRepository(connection).wants_call(attempt.contact_id, wish):
        raise InvalidRequest(
            "cannot be kept, because nobody knows whose wish it is: no contact, or more than one, is on file at this "
            "number. Report the outcome without it, and name the contact the next time you ask",
            "callback_at",
        )


def _is_repeat(attempt: AttemptSeen, told: Outcome | None) -> bool:
    if told is None:
        return attempt.state == State.WITHDRAWN.value
    return attempt.state in {state.value for state in ENDED} and attempt.outcome == told.value


def _check_takes_outcome(attempt: AttemptSeen) -> None:
    if attempt.placed_by != PlacedBy.DIALER.value:
        raise OutcomeConflict(
            "Ringfence placed this call and hears its outcome from Twilio; that the person declined can be told once "
            "the call has ended as answered"
        )
    if attempt.state not in {State.PERMITTED.value, State.EXPIRED.value}:
        raise OutcomeConflict(f"this attempt is {attempt.state} and takes no other outcome")


def _values(attempt: AttemptSeen, told: Outcome, body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    started = _instant(body, "started_at", attempt, now)
    ended = _instant(body, "ended_at", attempt, now) or now
    if started is not None and ended < started:
        raise InvalidRequest("must not lie before started_at", "ended_at")
    return {
        "state": _STATES[told].value,
        "outcome": told.value,
        "placed_at": started or attempt.asked_at,
        "answered_at": started if told in _SPOKE else None,
        "ended_at": ended,
        "duration_seconds": body.get("duration_seconds"),
        "call_sid": body.get("call_sid"),
    }


def _instant(body: Mapping[str, Any], name: str, attempt: AttemptSeen, now: datetime) -> datetime | None:
    given = body.get(name)
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise InvalidRequest("must be an instant such as 2026-11-24T10:15:00+01:00", name) from None
    if at.tzinfo is None or not attempt.asked_at.replace(microsecond=0) <= at <= now:
        raise InvalidRequest("must have an offset and lie between the permit and now", name)
    return at
