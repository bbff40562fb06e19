"""Faults on demand: which there are, and the seeded dice that decide when one strikes.

Probabilities run from 0 (never) to 1 (always); seconds are real ones, whatever the time scale.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scripts.twilio_simulator.chance import dice

Probability = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


class Faults(BaseModel):
    """The switches of the control API; the default is a Twilio without a fault.

    `..._at_most` counts struck creates or callbacks and then stops. `create_makes_call` is how often a create that
    ends in 500, a hang or a dropped connection has nevertheless placed the call; 429 and 503 never have.
    `request_503` strikes all requests but creates, `read_lag_seconds` shows calls in fetch and list as they were.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    callback_lose: Probability = 0
    callback_repeat: Probability = 0
    callback_reorder: Probability = 0
    callback_delay: Probability = 0
    callback_delay_seconds: Seconds = 5
    callback_at_most: int | None = Field(None, ge=0)
    create_429: Probability = 0
    create_500: Probability = 0
    create_503: Probability = 0
    create_hang: Probability = 0
    create_drop: Probability = 0
    create_hang_seconds: Seconds = 30
    create_makes_call: Probability = 0
    create_at_most: int | None = Field(None, ge=0)
    request_503: Probability = 0
    read_lag_seconds: Seconds = 0

    @model_validator(mode="after")
    def _one_fault_a_create(self) -> "Faults":
        if sum((self.create_429, self.create_500, self.create_503, self.create_hang, self.create_drop)) > 1:
            raise ValueError("create_429, create_500, create_503, create_hang and create_drop may add up to 1 at most")
        return self


class CreateFault(Enum):
    """What a create meets instead of an answer."""

    TOO_MANY_REQUESTS = auto()
    UNAVAILABLE = auto()
    INTERNAL_ERROR = auto()
    HANG = auto()
    DROP = auto()


@dataclass(frozen=True, slots=True)
class CallbackFate:
    """What the network does to one status callback."""

    lost: bool = False
    repeated: bool = False
    overtaken: bool = False
    delay_seconds: float = 0.0

    @property
    def is_faulty(self) -> bool:
        return self.lost or self.repeated or self.overtaken or self.delay_seconds > 0

    def names(self) -> list[str]:
        """The faults by name, for the log."""
        struck = {"lost": self.lost, "repeated": self.repeated, "overtaken": self.overtaken}
        return [name for name, did in struck.items() if did] + ["delayed"] * (self.delay_seconds > 0)


class FaultDice:
    """Holds the faults in force; the same seed and the same order of calls throw the same faults."""

    def __init__(self, seed: int, faults: Faults) -> None:
        self._seed = seed
        self.switch(faults)

    def switch(self, faults: Faults) -> None:
        """Puts other faults in force and starts their counts anew."""
        self.faults = faults
        self._creates = dice(self._seed, "creates")
        self._requests = dice(self._seed, "requests")
        self._creates_left = faults.create_at_most
        self._callbacks_left = faults.callback_at_most

    def create_fault(self) -> CreateFault | None:
        """What happens to the next create."""
        faults, roll = self.faults, self._creates.random()
        if self._creates_left == 0:
            return None
        for fault, probability in (
            (CreateFault.TOO_MANY_REQUESTS, faults.create_429),
            (CreateFault.UNAVAILABLE, faults.create_503),
            (CreateFault.INTERNAL_ERROR, faults.create_500),
            (CreateFault.HANG, faults.create_hang),
            (CreateFault.DROP, faults.create_drop),
        ):
            if roll < probability:
                self._creates_left = _one_less(self._creates_left)
                return fault
            roll -= probability
        return None

    def makes_call_nevertheless(self) -> bool:
        return self._creates.random() < self.faults.create_makes_call

    def request_is_refused(self) -> bool:
        return self._requests.random() < self.faults.request_503

    def callback_fate(self, call_index: int, sequence_number: int) -> CallbackFate:
        """What happens to a call's n-th callback; does not depend on what other calls do meanwhile."""
        if self._callbacks_left == 0:
            return CallbackFate()
        faults, chance = self.faults, dice(self._seed, "callbacks", call_index, sequence_number)
        lost, repeated, overtaken, delayed = (chance.random() for _ in range(4))
        fate = CallbackFate(
            lost=lost < faults.callback_lose,
            repeated=repeated < faults.callback_repeat,
            overtaken=overtaken < faults.callback_reorder,
            delay_seconds=faults.callback_delay_seconds if delayed < faults.callback_delay else 0.0,
        )
        if fate.is_faulty:
            self._callbacks_left = _one_less(self._callbacks_left)
        return fate


def _one_less(count: int | None) -> int | None:
    return None if count is None else count - 1
