"""What the dialer must have received of a call, by what the simulator says it delivered; and what is wrong with it.

A report that the carrier lost cannot be invented, so its event does not come; but the end of a call always does, by the
gateway's own asking if need be. The numbers are those that Twilio itself would have given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scripts.benchmark.carrier.subscriptions import event_of

# The simulator sends a call's reports one after the other, but waits no longer than this for an answer.
_PATIENCE_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One event in the dialer's own counting."""

    number: int
    status: str


@dataclass(frozen=True, slots=True)
class Expected:
    """`may` come besides what `must`: of these reports nobody knows whether they arrived at the gateway."""

    must: frozenset[Event]
    may: frozenset[Event]
    is_in_order: bool  # the gateway was told in order, so the dialer is, too


@dataclass(frozen=True, slots=True)
class Received:
    """One request at the dialer's callback URL; `token` is the same for repeated deliveries of one event."""

    event: Event
    token: str


def expected(deliveries: Iterable[Mapping[str, Any]], wanted: Collection[str]) -> Expected:
    """Of one call. `deliveries` as the simulator's control API lists them."""
    reports = [each for each in deliveries if each["purpose"] == "status"]
    by_number: dict[int, list[Mapping[str, Any]]] = {}
    for report in reports:
        by_number.setdefault(report["sequence_number"], []).append(report)
    must, may = set(), set()
    for number, event, tries in _numbered(by_number, wanted):
        status = tries[0]["parameters"]["CallStatus"]
        if event == "completed" or any(each["delivered"] for each in tries):
            must.add(Event(number, status))
        elif any(each["attempts"] for each in tries):
            may.add(Event(number, status))
    return Expected(frozenset(must), frozenset(may), not any(map(_may_be_overtaken, reports)))


def faults_of(received: Sequence[Received], call: Expected) -> Iterator[str]:
    """What differs, a few words each. `received` as it came."""
    once = list({each.token: each for each in received}.values())
    came = [each.event for each in once]
    often = sorted({event for event in came if came.count(event) > 1})
    yield from (f"{_named(event)} did not come" for event in sorted(call.must.difference(came)))
    yield from (f"{_named(event)} came unasked" for event in sorted(set(came).difference(call.must, call.may)))
    yield from (f"{_named(event)} came {came.count(event)} times" for event in often)
    if call.is_in_order and came != sorted(came):
        yield f"came as {', '.join(map(_named, came))}"


def _numbered(
    by_number: Mapping[int, list[Mapping[str, Any]]], wanted: Collection[str]
) -> Iterator[tuple[int, str, list[Mapping[str, Any]]]]:
    """The wanted ones, numbered from 0 as if the others did not exist."""
    number = 0
    for _, tries in sorted(by_number.items()):
        event = event_of(tries[0]["parameters"]["CallStatus"])
        if event in wanted:
            yield number, event, tries
            number += 1


def _may_be_overtaken(report: Mapping[str, Any]) -> bool:
    slow = any(each["milliseconds"] >= _PATIENCE_MILLISECONDS for each in report["attempts"])
    return slow or not {"lost", "delayed", "overtaken"}.isdisjoint(report["faults"])


def _named(event: Event) -> str:
    return f"{event.status} ({event.number})"
