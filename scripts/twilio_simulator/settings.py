"""Everything that can be set when the simulator starts."""

from dataclasses import dataclass
from pathlib import Path

from scripts.twilio_simulator.endpoints import CallerIds
from scripts.twilio_simulator.faults import Faults
from scripts.twilio_simulator.outcomes import Outcomes


@dataclass(frozen=True, slots=True)
class Settings:
    """One account, its line and its luck; `calls_per_second` in real time, `time_scale` for all that a call does."""

    account_sid: str
    auth_token: str
    caller_ids: CallerIds
    outcomes: Outcomes
    faults: Faults
    port: int = 0
    calls_per_second: float = 1.0
    time_scale: float = 1.0
    clock_offset_seconds: float = 0.0
    seed: int = 0
    request_voice: bool = True
    state_file: Path | None = None
    ready_file: Path | None = None
    until_stdin_closes: bool = False
