"""Twilio's call list of one day, page by page, within what Twilio allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from middleware.errors import CarrierUnavailable
from middleware.gateways.ports import CallReading, Pairs

PAGE_SIZE = 1000  # the most that Twilio gives at once
BETWEEN_REQUESTS = 0.4  # seconds
# Twilio turns requests away while others of the account are under way, and has bad minutes
WAITS = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0)
EDGE = timedelta(hours=1)  # a call of the day may begin after it has ended, and one of the day before in it

Wait = Callable[[float], object]


@dataclass(frozen=True, slots=True)
class Page:
    """`next_page` is Twilio's address of the next one; None on the last."""

    calls: tuple[Mapping[str, Any], ...]
    next_page: str | None


@dataclass(frozen=True, slots=True)
class CallLists:
    """`wait` lets seconds pass; requests are never closer together than Twilio bears."""

    carrier: CallReading
    wait: Wait

    def page(self, day: date, address: str | None) -> Page:
        """The first page of a day, or the one at this address. Raises `CallRefused`, and `CarrierUnavailable` when
        Twilio did not answer for more than a minute."""
        return self._page(_pairs(address) if address else _of_day(day))

    def queued(self) -> Page:
        """Calls that Twilio has not dialled yet: they have no start, so no day's list shows them."""
        return self._page([("Status", "queued"), ("PageSize", str(PAGE_SIZE))])

    def fetch(self, call_sid: str) -> Mapping[str, Any]:
        """One call. Raises as `page` does."""
        return self._patiently(lambda: self.carrier.fetch(call_sid))

    def _page(self, query: Pairs) -> Page:
        body = self._patiently(lambda: self.carrier.list(query))
        following = body.get("next_page_uri")
        return Page(tuple(body.get("calls") or ()), following if isinstance(following, str) and following else None)

    def _patiently(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.wait(BETWEEN_REQUESTS)
        for seconds in WAITS:
            try:
                return ask()
            except CarrierUnavailable:
                self.wait(seconds)
        return ask()


def _of_day(day: date) -> Pairs:
    begins = f"{day - timedelta(days=1)}T{24 - EDGE // timedelta(hours=1):02d}:00:00Z"
    ends = f"{day + timedelta(days=1)}T{EDGE // timedelta(hours=1):02d}:00:00Z"
    return [("StartTime>", begins), ("StartTime<", ends), ("PageSize", str(PAGE_SIZE))]


def _pairs(address: str) -> Pairs:
    return parse_qsl(urlsplit(address).query, keep_blank_values=True)
