"""A call as Twilio's REST API shows it: every key always present, numbers as strings, dates in RFC 2822."""

import hashlib
import json
import re
from typing import Any, Final

from scripts.twilio_simulator.callback_parameters import API_VERSION
from scripts.twilio_simulator.calls import Call, CallState
from scripts.twilio_simulator.deliveries import Delivery
from scripts.twilio_simulator.scheduling import rfc2822

_SUBRESOURCES: Final = (
    ("events", "Events"),
    ("notifications", "Notifications"),
    ("payments", "Payments"),
    ("recordings", "Recordings"),
    ("siprec", "Siprec"),
    ("streams", "Streams"),
    ("transcriptions", "Transcriptions"),
    ("user_defined_message_subscriptions", "UserDefinedMessageSubscriptions"),
    ("user_defined_messages", "UserDefinedMessages"),
)


def call_path(account_sid: str, call_sid: str = "") -> str:
    """The path of one call, or of all, without `.json`."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Calls{f'/{call_sid}' if call_sid else ''}"


def call_body(call: Call, state: CallState, *, caller_is_ours: bool) -> dict[str, Any]:
    """The call in `state`, which may be one that it was in before."""
    path = call_path(call.account_sid, call.sid)
    return {
        "sid": call.sid,
        "account_sid": call.account_sid,
        "parent_call_sid": call.request.parent_call_sid,
        "group_sid": None,
        "phone_number_sid": number_sid(call.request.from_) if caller_is_ours else None,
        "trunk_sid": None,
        "api_version": API_VERSION,
        "to": call.request.to,
        "to_formatted": _formatted(call.request.to),
        "from": call.request.from_,
        "from_formatted": _formatted(call.request.from_),
        "status": state.status.value,
        "direction": call.request.direction,
        "start_time": rfc2822(state.start_time),
        "end_time": rfc2822(state.end_time),
        "date_created": rfc2822(call.date_created),
        "date_updated": rfc2822(state.date_updated),
        "duration": None if state.duration is None else str(state.duration),
        "price": None,
        "price_unit": "USD",
        "answered_by": state.answered_by,
        "annotation": None,
        "forwarded_from": None,
        "caller_name": None,
        "stir_verstat": None,
        "queue_time": str(state.queue_time_ms),
        "uri": f"{path}.json",
        "subresource_uris": {name: f"{path}/{part}.json" for name, part in _SUBRESOURCES},
    }


def event_bodies(call: Call, api_url: str) -> list[dict[str, Any]]:
    """The requests made about the call, oldest first: its create, then every try of every webhook."""
    created = {
        "request": {
            "method": "POST",
            "url": f"{api_url}{call_path(call.account_sid)}.json",
            "parameters": {_snake_case(name): value for name, value in call.request.parameters.items()},
        },
        "response": _event_response(201, 0, "application/json", json.dumps({"sid": call.sid}), call.date_created),
    }
    return [created] + [event for delivery in call.webhook_log for event in _webhook_events(delivery)]


def _webhook_events(delivery: Delivery) -> list[dict[str, Any]]:
    request = {"method": delivery.webhook.method, "url": delivery.webhook.url, "parameters": delivery.parameters}
    return [
        {
            "request": request,
            "response": _event_response(attempt.status, attempt.milliseconds, None, "", delivery.date_created),
        }
        for attempt in delivery.attempts
    ]


def _event_response(
    status: int | None, milliseconds: int, content_type: str | None, body: str, at: Any
) -> dict[str, Any]:
    return {
        "response_code": status,
        "request_duration": milliseconds,
        "content_type": content_type,
        "response_body": body,
        "date_created": rfc2822(at),
    }


def _formatted(address: str) -> str:
    """Twilio writes North American numbers the local way and leaves all others as they are."""
    match = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", address)
    return "({}) {}-{}".format(*match.groups()) if match else address


def number_sid(number: str) -> str:
    """Of a number that the account owns."""
    return f"PN{hashlib.sha256(number.encode()).hexdigest()[:32]}"


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
