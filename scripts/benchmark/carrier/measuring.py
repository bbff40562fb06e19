"""One run: all calls, the wait until everything is over, and what was found then."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from middleware.bootstrap import Services
from scripts.benchmark.carrier.attempts import Backlog, attempts, backlog, differences, given_up
from scripts.benchmark.carrier.dialer import Created, Dialer
from scripts.benchmark.carrier.expecting import expected, faults_of
from scripts.benchmark.carrier.parts import Running
from scripts.benchmark.carrier.receiver import Receiver, receiving
from scripts.benchmark.carrier.seeding import account
from scripts.benchmark.carrier.subscriptions import wanted_at
from scripts.benchmark.machine import Machine, Reading

LOOK_EVERY = 0.5
MOST_SECONDS_WITHOUT_NEWS = 120.0  # longer than a sweep is patient, and than a lost job is waited for
CONTROL_SECONDS = 120.0
Say = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Findings:
    """`settled_after`: seconds from the last create to the last attempt's end and event."""

    created: Created
    settled_after: float
    before: Reading
    after: Reading
    calls: list[dict[str, Any]]
    reports: Mapping[str, int]
    events: int
    repeated: int
    documents: int
    faults: list[str]


async def measured(services: Services, running: Running, calls: int, rate: float, say: Say) -> Findings:
    """Make the calls and compare. `say` is told what is done, and how many calls are past that."""
    machine = Machine(running.processes)
    async with receiving() as receiver:
        dialer_account = account(services, running.gateway)
        receiver.belongs_to(dialer_account.sid, dialer_account.token)
        before, placed = machine.read(), Counter[str]()

        def told() -> None:
            placed["calls"] += 1
            say("creating calls", placed["calls"])

        created = await Dialer(dialer_account, receiver.url, told).place(calls, rate)
        late, settled_after = await _settled(services, running, say)
        after = machine.read()
        carried = await _listed(running, "calls")
        deliveries = await _listed(running, "callbacks")
    faults = [*created.faults, *receiver.faults, *late]
    known = await asyncio.to_thread(attempts, services.database)
    faults += differences(carried, known, created.statuses[429])
    faults += _wrong_events(receiver, created, deliveries)
    dead = given_up(services.database)
    faults += [f"{dead} events were given up"] if dead else []
    return Findings(
        created=created,
        settled_after=settled_after,
        before=before,
        after=after,
        calls=carried,
        reports=_counted(deliveries),
        events=receiver.count,
        repeated=receiver.count - sum(len({each.token for each in came}) for came in receiver.received.values()),
        documents=receiver.documents,
        faults=faults,
    )


async def _settled(services: Services, running: Running, say: Say) -> tuple[list[str], float]:
    """Until no call is under way at the carrier, no attempt open and no event waiting; or a complaint, where nothing
    changes any more."""
    began = busy = news = time.perf_counter()
    before: Backlog | None = None
    while True:
        left = await asyncio.to_thread(backlog, services.database)
        now = time.perf_counter()
        if left != before:
            before, news = left, now
        if not left.is_empty or not await _is_idle(running):
            busy = now
        elif now - busy >= 2 * LOOK_EVERY:  # what just ended may yet bring an event
            return [], busy - began
        if now - news > MOST_SECONDS_WITHOUT_NEWS:
            return [f"after {now - began:.0f} s there are still {left}"], now - began
        say(f"settling: {left.open_attempts} open, {left.events} events waiting", 0)
        await asyncio.sleep(LOOK_EVERY)


async def _is_idle(running: Running) -> bool:
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{running.simulator}/control/idle", params={"timeout": "0.01"})
        return answer.status == 200


async def _listed(running: Running, what: str) -> list[dict[str, Any]]:
    timeout = aiohttp.ClientTimeout(total=CONTROL_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(f"{running.simulator}/control/{what}") as answer,
    ):
        listed: list[dict[str, Any]] = await answer.json(content_type=None)
        return listed


def _wrong_events(receiver: Receiver, created: Created, deliveries: list[dict[str, Any]]) -> Iterator[str]:
    by_sid: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for delivery in deliveries:
        by_sid[delivery["call_sid"]].append(delivery)
    for place, sid in created.sids.items():
        call = expected(by_sid[sid], wanted_at(place))
        yield from (f"{sid}: {fault}" for fault in faults_of(receiver.received.get(place, ()), call))
        yield from (f"{sid}: an event named {other}" for other in receiver.sids.get(place, set()) - {sid})
    yield from (f"call {place} was not created and had events" for place in set(receiver.received) - set(created.sids))


def _counted(deliveries: list[dict[str, Any]]) -> Mapping[str, int]:
    """Status callbacks by what became of them; the repetition of one is not another."""
    reports = {
        (each["call_sid"], each["sequence_number"]): each for each in deliveries if each["purpose"] == "status"
    }.values()
    fates = (["lost"] if "lost" in each["faults"] else each["faults"] for each in reports)
    counts = Counter(fault for fate in fates for fault in fate)
    failed = [each["attempts"][-1] for each in reports if each["attempts"] and not each["delivered"]]
    whys = Counter(f"failed ({each['status'] or each['failure']})" for each in failed)
    return {"reports": len(reports), **counts, **whys}
