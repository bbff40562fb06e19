"""What a create or update request asks for, checked as Twilio checks it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from scripts.twilio_simulator.endpoints import CallerIds, read_callee, read_caller
from scripts.twilio_simulator.errors import (
    APPLICATION_SID_INVALID,
    INVALID_PARAMETER,
    SEND_DIGITS_INVALID,
    STATUS_CALLBACK_INVALID,
    TIMEOUT_INVALID,
    TWIML_TOO_LONG,
    URL_INVALID,
    TwilioError,
)
from scripts.twilio_simulator.form import Form, Webhook

DEFAULT_RING_TIMEOUT: Final = 60
LONGEST_RING_TIMEOUT: Final = 600
DEFAULT_TIME_LIMIT: Final = 4 * 3600
LONGEST_TIME_LIMIT: Final = 24 * 3600
_MAX_TWIML_LENGTH: Final = 4000


class Event(StrEnum):
    """What a status callback can be asked for."""

    INITIATED = "initiated"
    RINGING = "ringing"
    ANSWERED = "answered"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a call's status callbacks go, and which of them are wanted."""

    webhook: Webhook
    events: frozenset[Event]


@dataclass(frozen=True, slots=True)
class Detection:
    """Answering-machine detection: its mode, its limit in seconds, and where an asynchronous result goes."""

    mode: str
    timeout_seconds: int
    asynchronous: bool
    webhook: Webhook | None


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A create request that Twilio would accept; durations in seconds, `parameters` as they were sent."""

    to: str
    from_: str
    voice: Webhook | None = None
    fallback: Webhook | None = None
    subscription: Subscription | None = None
    ring_timeout: int = DEFAULT_RING_TIMEOUT
    time_limit: int = DEFAULT_TIME_LIMIT
    detection: Detection | None = None
    record: bool = False
    twiml: str = ""  # given inline
    direction: str = "outbound-api"
    parent_call_sid: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)  # further parameters of its webhooks
    parameters: Mapping[str, str | list[str]] = field(default_factory=dict)


def read_call_request(form: Form, caller_ids: CallerIds) -> CallRequest:
    """The checked create request; TwilioError with Twilio's code for the first thing that is wrong."""
    to = read_callee(form.text("To"))
    from_ = read_caller(form.text("From"), to, caller_ids)
    by_application = bool(_application_sid(form))
    voice, fallback = read_voice(form)
    if not by_application and voice is None and not form.text("Twiml"):
        raise TwilioError(URL_INVALID, "Url parameter is required.")
    subscription = read_subscription(form)
    return CallRequest(
        to=to,
        from_=from_,
        # an application brings its own URLs, and makes Twilio ignore those of the request
        voice=None if by_application else voice,
        fallback=None if by_application else fallback,
        subscription=None if by_application else subscription,
        ring_timeout=form.integer("Timeout", DEFAULT_RING_TIMEOUT, 1, LONGEST_RING_TIMEOUT, code=TIMEOUT_INVALID),
        time_limit=form.integer("TimeLimit", DEFAULT_TIME_LIMIT, 1, LONGEST_TIME_LIMIT),
        detection=_detection(form),
        record=form.flag("Record"),
        twiml="" if by_application or voice is not None else form.text("Twiml"),
        parameters=form.as_sent(),
    )


def read_voice(form: Form) -> tuple[Webhook | None, Webhook | None]:
    """The voice URL and its fallback; TwilioError if either, or the inline TwiML, is unusable."""
    if len(form.text("Twiml")) > _MAX_TWIML_LENGTH:
        raise TwilioError(TWIML_TOO_LONG, f"Twiml may have at most {_MAX_TWIML_LENGTH} characters.")
    voice = form.webhook("Url", "Method", URL_INVALID)
    return voice, form.webhook("FallbackUrl", "FallbackMethod", URL_INVALID)


def read_subscription(form: Form) -> Subscription | None:
    """The wanted status callbacks: `completed` alone by default, none ever if one value is not an event.

    Twilio accepts a wrong StatusCallbackEvent (two events joined by a comma, say), logs warning 21626, and
    then sends nothing.
    """
    webhook = form.webhook("StatusCallback", "StatusCallbackMethod", STATUS_CALLBACK_INVALID)
    if webhook is None:
        return None
    wanted = form.values("StatusCallbackEvent") or [Event.COMPLETED]
    if not all(value in set(Event) for value in wanted):
        return None
    return Subscription(webhook, frozenset(Event(value) for value in wanted))


def _application_sid(form: Form) -> str:
    sid = form.text("ApplicationSid")
    if sid and not re.fullmatch(r"AP[0-9a-fA-F]{32}", sid):
        raise TwilioError(APPLICATION_SID_INVALID, f"ApplicationSid is not valid: {sid}")
    return sid


def _detection(form: Form) -> Detection | None:
    digits, mode = form.text("SendDigits"), form.text("MachineDetection")
    if not re.fullmatch(r"[0-9A-D#*wW]{0,32}", digits):
        raise TwilioError(SEND_DIGITS_INVALID, "SendDigits may hold at most 32 of 0-9 A-D # * w W.")
    if mode not in ("", "Enable", "DetectMessageEnd"):
        raise TwilioError(INVALID_PARAMETER, "MachineDetection must be Enable or DetectMessageEnd.")
    timeout = form.integer("MachineDetectionTimeout", 30, 3, 59)
    webhook = form.webhook("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", URL_INVALID)
    if not mode or digits:  # digits to send switch the detection off
        return None
    return Detection(mode, timeout, form.flag("AsyncAmd"), webhook)
