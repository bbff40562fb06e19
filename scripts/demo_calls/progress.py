"""How far each call of the list has come, as the dialer sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import Any

from middleware.decision.model import Reason
from middleware.explanations import title_of
from middleware.phone_numbers import masked, parse
from scripts.demo_calls.call_list import ListedCall

LANGUAGE = "en"
_CODES = frozenset(Reason)
ENDED = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


class Verdict(StrEnum):
    """What became of the request to call."""

    WAITING = "waiting"
    PLACED = "placed"
    SAME_CALL = "same call"  # the very same request as one just before: taken as that one sent again
    REFUSED = "refused"  # by Ringfence
    NOT_PLACED = "not placed"  # permitted, and then refused by Twilio
    UNKNOWN = "unknown"  # no answer came; the gateway finds out whether there is a call


@dataclass(slots=True)
class CallProgress:
    """Written by one thread at a time; `changed` counts up so that the newest can be shown first."""

    number_in_list: int
    listed: ListedCall
    verdict: Verdict = Verdict.WAITING
    reasons: tuple[str, ...] = ()
    not_before: datetime | None = None
    call_sid: str | None = None
    status: str = ""
    answered_by: str | None = None
    duration: int | None = None
    mail: str = ""
    changed: int = 0

    @property
    def number(self) -> str:
        """The callee in E.164 where one can be read, else as written."""
        return parse(self.listed.callee).e164 or self.listed.callee

    @property
    def shown_callee(self) -> str:
        """The callee as screens may show it."""
        return masked(self.number)

    @property
    def reasons_in_words(self) -> tuple[str, ...]:
        """Why the call was not made, in a few words each; what is no reason of ours stays as it is."""
        return tuple(in_words(reason) for reason in self.reasons)

    @property
    def is_open(self) -> bool:
        """A call that has not ended."""
        return self.call_sid is not None and self.status not in ENDED

    @property
    def owes_mail(self) -> bool:
        """A person answered, who is to be informed."""
        return self.status == "completed" and self.answered_by in {None, "human"}

    def refuse(self, details: dict[str, Any]) -> None:
        """Take over a refusal's whole decision."""
        self.verdict = Verdict.REFUSED
        self.reasons = tuple(reason["code"] for reason in details.get("reasons", ()))
        self.not_before = datetime.fromisoformat(details["not_before"]) if details.get("not_before") else None

    def take_over(self, call: Any) -> bool:
        """Take over Twilio's call resource; True if anything is new."""
        before = (self.status, self.answered_by, self.duration)
        self.status, self.answered_by = str(call.status), call.answered_by
        self.duration = int(call.duration) if call.duration is not None else None
        return before != (self.status, self.answered_by, self.duration)


def in_words(reason: str) -> str:
    """A code of ours in words; everything else, such as Twilio's codes, as it is."""
    return title_of(reason, LANGUAGE) if reason in _CODES else reason


@dataclass(slots=True)
class Run:
    """All calls of one run."""

    calls: list[CallProgress]
    changes: int = 0
    _sids: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def place(self, call: CallProgress, resource: Any) -> None:
        """Twilio has this call; two requests of the list may have become one."""
        with self._lock:
            call.verdict = Verdict.SAME_CALL if resource.sid in self._sids else Verdict.PLACED
            self._sids.add(resource.sid)
        call.call_sid = resource.sid
        call.take_over(resource)

    def touch(self, call: CallProgress) -> None:
        """This call has news."""
        with self._lock:
            self.changes += 1
            call.changed = self.changes
