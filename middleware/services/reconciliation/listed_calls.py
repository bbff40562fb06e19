"""Calls as Twilio lists them, read once, with the times as instants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from middleware.decision.disposition import ENDED, State, state_from_twilio
from middleware.phone_numbers import masked, parse
from middleware.services.observation import twilio_instant
from middleware.sip_addresses import read_sip

# calls that come to us; every other direction, one that we do not know among them, may ring somebody
_COMING_IN = frozenset({"inbound", "trunking-originating"})


@dataclass(frozen=True, slots=True)
class ListedCall:
    """`began` is when it was dialled, or made where Twilio tells no start. `resource` is all that Twilio says."""

    sid: str
    callee: str
    caller_id: str
    direction: str
    status: str
    made: datetime | None
    began: datetime | None
    duration_seconds: int | None
    resource: Mapping[str, Any]

    @classmethod
    def of(cls, resource: Mapping[str, Any]) -> ListedCall:
        """Fields that are missing or null read as empty."""
        duration = _text(resource, "duration")
        made = twilio_instant(_text(resource, "date_created"))
        return cls(
            sid=_text(resource, "sid"),
            callee=_text(resource, "to"),
            caller_id=_text(resource, "from"),
            direction=_text(resource, "direction"),
            status=_text(resource, "status"),
            made=made,
            began=twilio_instant(_text(resource, "start_time")) or made,
            duration_seconds=int(duration) if duration.isdecimal() and len(duration) < 10 else None,
            resource=resource,
        )

    @property
    def is_coming_in(self) -> bool:
        """Somebody called us."""
        return self.direction in _COMING_IN

    @property
    def state(self) -> State | None:
        """Ours; None for a word that we do not know."""
        return state_from_twilio(self.status)

    @property
    def is_over(self) -> bool:
        """Nothing about it changes any more."""
        return self.state in ENDED

    @property
    def number(self) -> str:
        """The telephone it rang, in E.164 where one can be read, also from a SIP address."""
        sip = read_sip(self.callee)
        return (sip.number if sip else parse(self.callee).e164) or self.callee

    def without_names(self) -> str:
        """What a violation keeps of it."""
        kept = {"direction": self.direction, "status": self.status, "duration": self.duration_seconds}
        return orjson.dumps({**kept, "to": masked(self.number), "from": masked(self.caller_id)}).decode()


def _text(resource: Mapping[str, Any], name: str) -> str:
    value = resource.get(name)
    return value if isinstance(value, str) else ""
