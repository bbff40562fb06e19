"""What askers were told. Only what was told must hold: a request without an answer may have gone either way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True, slots=True)
class Verdict:
    """A permit or a refusal. `key` is the Idempotency-Key, if one was sent."""

    attempt_id: str
    callee: str
    is_permitted: bool
    campaign: str
    key: str | None


@dataclass(frozen=True, slots=True)
class MadeCall:
    """Twilio's 201, through the gateway."""

    call_sid: str
    callee: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went, as the dialer said and the gateway acknowledged."""

    attempt_id: str
    outcome: str
    state: str


@dataclass(frozen=True, slots=True)
class Objection:
    """A click on the link of a notice, acknowledged; and what the next request to call that person was answered."""

    message_id: str
    number: str
    was_permitted: bool | None  # None: there was no answer
    reasons: tuple[str, ...]


@dataclass(slots=True, repr=False)
class Ledger:
    """Written by many threads."""

    verdicts: list[Verdict] = field(default_factory=list)
    calls: list[MadeCall] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)  # answers that nobody should ever get
    _lock: Lock = field(default_factory=Lock)

    def note(self, said: Verdict | MadeCall | Outcome | Objection) -> None:
        """Somebody was told this."""
        with self._lock:
            match said:
                case Verdict():
                    self.verdicts.append(said)
                case MadeCall():
                    self.calls.append(said)
                case Outcome():
                    self.outcomes.append(said)
                case Objection():
                    self.objections.append(said)

    def count(self, what: str) -> None:
        """One more of these."""
        with self._lock:
            self.counts[what] += 1

    def surprise(self, what: str) -> None:
        """Something that must not happen, whoever dies."""
        with self._lock:
            self.surprises.append(what)
