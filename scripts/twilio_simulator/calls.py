"""A pretended call: what was asked, what will happen to it, and every state that it has been in."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from scripts.twilio_simulator.call_request import CallRequest, Subscription
from scripts.twilio_simulator.deliveries import Delivery
from scripts.twilio_simulator.form import Webhook
from scripts.twilio_simulator.outcomes import Plan
from scripts.twilio_simulator.scheduling import Timer


class Status(StrEnum):
    """The statuses of Twilio's REST API; `initiated` exists in callbacks only."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        return self not in _UNDER_WAY


_UNDER_WAY: Final = frozenset({Status.QUEUED, Status.RINGING, Status.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class CallState:
    """What the REST API shows of a call at one moment; times aware UTC, `duration` in seconds."""

    status: Status
    date_updated: datetime
    queue_time_ms: int = 0
    start_time: datetime | None = None
    end_time: datetime | None = None
    duration: int | None = None
    answered_by: str | None = None
    sip_response_code: int | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """`source` in Twilio's words: RecordVerb, OutboundAPI."""

    sid: str
    seconds: int
    made_at: datetime
    source: str


@dataclass(slots=True)
class Call:
    """One call; `index` counts the creates, `history` holds (real seconds, state) from the create on."""

    sid: str
    account_sid: str
    index: int
    request: CallRequest
    plan: Plan
    date_created: datetime
    state: CallState
    history: list[tuple[float, CallState]] = field(default_factory=list)
    voice: Webhook | None = None
    fallback: Webhook | None = None
    twiml: str = ""
    subscription: Subscription | None = None
    time_limit: int = 0
    talk_seconds: float = 0.0  # simulated; how long the conversation lasts unless somebody ends it
    callbacks_fired: int = 0
    detection_ms: int | None = None
    answered_at: float | None = None  # real seconds on the scheduler's clock
    queued_at: float = 0.0
    timers: dict[str, Timer] = field(default_factory=dict)
    webhook_log: list[Delivery] = field(default_factory=list)
    transcript: list[dict[str, Any]] = field(default_factory=list)  # what was heard and done on this leg
    digits: list[str] = field(default_factory=list)  # what will be pressed when keys are asked for
    recordings: list[Recording] = field(default_factory=list)
    is_forgotten: bool = False  # by a reset, which tells nobody

    def __post_init__(self) -> None:
        self.digits.extend(self.plan.digits)
        self.voice = self.request.voice
        self.fallback = self.request.fallback
        self.twiml = self.request.twiml
        self.subscription = self.request.subscription
        self.time_limit = self.request.time_limit

    @property
    def is_inbound(self) -> bool:
        return self.request.direction == "inbound"

    @property
    def status(self) -> Status:
        return self.state.status

    def change(self, at: float, **changes: Any) -> None:
        """Replaces the state and remembers when, in real seconds on the scheduler's clock."""
        self.state = replace(self.state, **changes)
        self.history.append((at, self.state))

    def state_at(self, moment: float) -> CallState:
        """The state at an earlier moment; before the first one, the state it was created in."""
        if not self.history or self.history[-1][0] <= moment:
            return self.state
        past = [state for at, state in self.history if at <= moment]
        return past[-1] if past else self.history[0][1]

    def stop_timers(self) -> None:
        for timer in self.timers.values():
            timer.cancel()
        self.timers.clear()
