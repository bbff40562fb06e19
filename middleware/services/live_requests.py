"""Requests about calls that are there: to change one, or to bring somebody into a conference."""

from __future__ import annotations

from middleware.errors import InvalidParameter
from middleware.services.call_requests import (
    CallRequest,
    Pairs,
    check_callback,
    check_key,
    check_numbers,
    check_timeout,
    single_values,
)
from middleware.services.voice_parameters import OF_CONFERENCES, VOICE, check_urls
from middleware.twiml.quiet import check_readable

_OF_UPDATES = frozenset(("Status", "TimeLimit", *VOICE))


def read_participant_request(pairs: Pairs, idempotency_key: str | None) -> CallRequest:
    """A participant is a call without instructions of its own: it hears the conference. Raises `InvalidParameter`."""
    given = single_values(pairs)
    check_numbers(given)
    for name in ("Url", "Twiml", "ApplicationSid"):
        if given.get(name):
            raise InvalidParameter(f"A participant hears the conference and nothing else: leave out {name}", name)
    check_timeout(given)
    check_urls(given, (*OF_CONFERENCES, "WaitUrl"))
    check_callback(given, pairs)
    check_key(idempotency_key)
    return CallRequest(tuple(pairs), idempotency_key)


def read_update(pairs: Pairs) -> dict[str, str]:
    """What is asked of a live call: to end it, or to hear other instructions. Raises `InvalidParameter`."""
    given = single_values(pairs)
    if any(name.startswith("StatusCallback") for name in given):
        raise InvalidParameter(
            "The status callback of a live call cannot be changed: set it when creating", "StatusCallback"
        )
    if given.get("ApplicationSid"):
        raise InvalidParameter("A live call cannot be handed to an application: give Url or Twiml", "ApplicationSid")
    for name in given:
        if name not in _OF_UPDATES:
            raise InvalidParameter(f"{name} is not something that a live call can be given through here", name)
    check_urls(given, VOICE)
    check_readable(None if given.get("Url") else given.get("Twiml"))
    return given
