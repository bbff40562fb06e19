"""Pages of a list as Twilio cuts them: relative addresses, and tokens that hold while new calls come in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.errors import INVALID_PARAMETER, TwilioError

_DEFAULT_PAGE_SIZE: Final = 50
_MAX_PAGE_SIZE: Final = 1000
_AFTER: Final = "PA"  # + SID of the last call of the page before
_BEFORE: Final = "PB"  # + SID of the first call of the page after


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted; an empty token means by number."""

    size: int
    number: int
    token: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of calls and whether there are others on either side."""

    calls: Sequence[Call]
    has_next: bool
    has_previous: bool


def read_page_request(query: Mapping[str, str]) -> PageRequest:
    """PageSize, Page and PageToken; TwilioError if one of them makes no sense."""
    return PageRequest(
        size=_whole_number(query, "PageSize", _DEFAULT_PAGE_SIZE, 1, _MAX_PAGE_SIZE),
        number=_whole_number(query, "Page", 0, 0, 10**9),
        token=query.get("PageToken", ""),
    )


def cut(calls: Sequence[Call], wanted: PageRequest, index_of: Mapping[str, int]) -> Page:
    """The wanted page of `calls`, which come newest first; `index_of` knows deleted calls too."""
    start, end = _bounds(calls, wanted, index_of)
    return Page(calls[start:end], has_next=end < len(calls), has_previous=start > 0)


def _bounds(calls: Sequence[Call], wanted: PageRequest, index_of: Mapping[str, int]) -> tuple[int, int]:
    if not wanted.token:
        start = wanted.size * wanted.number
        return start, start + wanted.size
    kind, sid = wanted.token[:2], wanted.token[2:]
    if kind not in (_AFTER, _BEFORE) or sid not in index_of:
        raise TwilioError(INVALID_PARAMETER, "PageToken is not one that this list has given.")
    newer_or_same = sum(call.index >= index_of[sid] for call in calls)
    if kind == _AFTER:
        return newer_or_same, newer_or_same + wanted.size
    newer = sum(call.index > index_of[sid] for call in calls)
    return max(0, newer - wanted.size), newer


def page_body(path: str, filters: Mapping[str, str], wanted: PageRequest, page: Page) -> dict[str, Any]:
    """All keys of a page but the list itself; no total, as Twilio gives none."""

    def address(number: int, token: str = "") -> str:
        query = {**filters, "PageSize": str(wanted.size), "Page": str(number)}
        return f"{path}?{urlencode(query | ({'PageToken': token} if token else {}))}"

    first_sid, last_sid = (page.calls[0].sid, page.calls[-1].sid) if page.calls else ("", "")
    start = wanted.number * wanted.size
    return {
        "page": wanted.number,
        "page_size": wanted.size,
        "start": start,
        "end": start + max(0, len(page.calls) - 1),
        "uri": address(wanted.number, wanted.token),
        "first_page_uri": address(0),
        "next_page_uri": address(wanted.number + 1, _AFTER + last_sid) if page.has_next and last_sid else None,
        "previous_page_uri": (
            address(max(0, wanted.number - 1), _BEFORE + first_sid) if page.has_previous and first_sid else None
        ),
    }


def one_page(path: str, name: str, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A list that is never so long that it would need another page."""
    uri = f"{path}?PageSize=50&Page=0"
    return {
        name: list(found),
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": max(0, len(found) - 1),
        "uri": uri,
        "first_page_uri": uri,
        "next_page_uri": None,
        "previous_page_uri": None,
    }


def _whole_number(query: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"\d{1,10}", text) or not least <= int(text) <= most:
        raise TwilioError(INVALID_PARAMETER, f"{name} must be a whole number from {least} to {most}.")
    return int(text)
