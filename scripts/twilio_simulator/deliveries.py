"""Webhooks as they go out: what was sent where, every attempt, and the log that others can read."""

import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from scripts.twilio_simulator.form import Webhook
from scripts.twilio_simulator.scheduling import rfc2822

_LOG_LENGTH: Final = 100_000


class Purpose(StrEnum):
    """Why a webhook is sent."""

    STATUS = "status"
    VOICE = "voice"
    ACTION = "action"
    MESSAGE = "message"
    RECORDING = "recording"
    FALLBACK = "fallback"
    MACHINE_DETECTION = "machine-detection"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the HTTP status, or the kind of failure (ct: no connection, rt: no answer, error: no sense)."""

    status: int | None
    failure: str | None
    milliseconds: int
    body: str = ""  # what was answered, where instructions were asked for

    @property
    def succeeded(self) -> bool:
        return self.status is not None and self.status < 400


@dataclass(slots=True)
class Delivery:
    """One webhook and all tries to deliver it; retries share the token, a repetition has its own."""

    call_sid: str
    purpose: Purpose
    webhook: Webhook
    parameters: dict[str, str]
    date_created: datetime
    sequence_number: int | None = None
    faults: list[str] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    token: str = field(default_factory=lambda: Delivery.new_token())

    @staticmethod
    def new_token() -> str:
        """A value for the header that tells retries of one delivery from other deliveries."""
        return str(uuid.uuid4())

    @property
    def succeeded(self) -> bool:
        """Whether the last try was answered with a status below 400."""
        return bool(self.attempts) and self.attempts[-1].succeeded

    @property
    def body(self) -> str:
        """What the last try was answered."""
        return self.attempts[-1].body if self.attempts else ""

    def entry(self) -> dict[str, Any]:
        """The delivery as the control API lists it."""
        return {
            "call_sid": self.call_sid,
            "purpose": self.purpose.value,
            "method": self.webhook.method,
            "url": self.webhook.url,
            "parameters": self.parameters,
            "sequence_number": self.sequence_number,
            "date_created": rfc2822(self.date_created),
            "faults": self.faults,
            "idempotency_token": self.token,
            "attempts": [
                {"status": a.status, "failure": a.failure, "milliseconds": a.milliseconds} for a in self.attempts
            ],
            "delivered": self.succeeded,
        }


class DeliveryLog:
    """The latest deliveries, lost ones included, in the order in which they were due."""

    def __init__(self) -> None:
        self._deliveries: deque[Delivery] = deque(maxlen=_LOG_LENGTH)

    def add(self, delivery: Delivery) -> None:
        self._deliveries.append(delivery)

    def entries(self, call_sid: str | None = None) -> list[dict[str, Any]]:
        return [d.entry() for d in self._deliveries if call_sid is None or d.call_sid == call_sid]

    def clear(self) -> None:
        self._deliveries.clear()
