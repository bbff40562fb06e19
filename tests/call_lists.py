"""A Twilio that only lists calls, page by page, as a test has written them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

from middleware.errors import CallRefused, CarrierUnavailable
from middleware.gateways.ports import Pairs
from tests.rows import CALLER_ID


def a_listed_call(began: datetime, **changes: Any) -> dict[str, Any]:
    """A call that was answered for forty seconds, as REST shows it."""
    usual = {
        "sid": f"CA{uuid4().hex}",
        "account_sid": f"AC{'0' * 32}",
        "parent_call_sid": None,
        "to": "+4533123456",
        "from": CALLER_ID,
        "status": "completed",
        "direction": "outbound-api",
        "date_created": format_datetime(began),
        "start_time": format_datetime(began),
        "end_time": format_datetime(began + timedelta(seconds=40)),
        "duration": "40",
        "answered_by": None,
        "api_version": "2010-04-01",
    }
    return {**usual, **changes}


@dataclass
class ListingCarrier:
    """`size` calls a page. `busy` times it turns a request away first; `breaks_at` is a page that it cannot
    show, `forgotten` are pages that it does not know any more the first time."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    size: int = 2
    busy: int = 0
    breaks_at: str | None = None
    forgotten: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def fetch(self, call_sid: str) -> dict[str, Any]:
        self.fetched.append(call_sid)
        self.meanwhile()
        found = next((call for call in self.calls if call["sid"] == call_sid), None)
        if found is None:
            raise CallRefused(404, {"code": 20404})
        return found

    def list(self, query: Pairs) -> dict[str, Any]:
        given = dict(query)
        self.asked.append(given)
        if self.busy or given.get("Page", "0") == self.breaks_at:
            self.busy = max(0, self.busy - 1)
            raise CarrierUnavailable("Twilio answered 429: try again")
        if given.get("Page") in self.forgotten:
            self.forgotten.clear()
            raise CallRefused(400, {"code": 20001})
        self.meanwhile()
        calls = [call for call in self.calls if call["status"] == given.get("Status", call["status"])]
        calls = [call for call in calls if (call["start_time"] is None) == ("Status" in given)]
        page = int(given.get("Page", "0"))
        rest = calls[(page + 1) * self.size :]
        address = f"/2010-04-01/Accounts/AC/Calls.json?StartTime%3E=2026-11-24&Page={page + 1}" if rest else None
        return {"calls": calls[page * self.size : (page + 1) * self.size], "next_page_uri": address}
