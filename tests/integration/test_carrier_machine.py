"""Whatever becomes of creates, callbacks and processes, in whatever order: in the end our log says what Twilio says.

Each example is a plan: calls and participants, one by one and at once, at a Twilio that turns away, fails, hangs up and
says nothing; callbacks that are lost, repeated, delayed and out of order; updates; processes that die at once or in the
middle of a create; sweeps and the queue watch at any time. RINGFENCE_LONG_TESTS=1 tries many more of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import orjson
import pytest
from hypothesis import strategies as st
from sqlalchemy import and_, select

from middleware.bootstrap import Services, build
from middleware.decision.disposition import ENDED
from middleware.gateways.ports import Pairs
from middleware.gateways.twilio import TwilioCarrier
from middleware.services.routes.queue_watch import QueueWatch
from middleware.store.models import AttemptEventRow, AttemptRow, GuardRow
from middleware.store.models.attempts import OPEN_STATES
from tests.carrier_plans import IS_LONG, LONG, run_plans
from tests.fakes import Killed
from tests.gateway import CALLER_ID, OFFSET, Gateway, a_callee, running_gateway
from tests.servers import store_of
from tests.simulator import Simulator, running_simulator
from webhooks.app import create_app

EXAMPLES = LONG if IS_LONG else 7
LATE = timedelta(minutes=3)
SOON = timedelta(seconds=61)  # when every permit has ended
TALK = '<Response><Pause length="60"/></Response>'
BEFORE, AFTER = "before it has sent it", "after Twilio has taken it"

CALLBACK_FAULTS: tuple[dict[str, float], ...] = (
    {},
    {"callback_lose": 0.4},
    {"callback_repeat": 0.5, "callback_reorder": 0.5},
    {"callback_delay": 0.7, "callback_delay_seconds": 0.15},
    {"callback_lose": 0.2, "callback_repeat": 0.3, "callback_reorder": 0.3, "callback_delay": 0.3,
     "callback_delay_seconds": 0.1},
)  # fmt: skip
CREATE_FAULTS: tuple[dict[str, float], ...] = (
    {},
    {"create_429": 0.3, "create_503": 0.3},
    {"create_500": 0.6, "create_makes_call": 0.5},
    {"create_drop": 0.6, "create_makes_call": 0.5},
    {"create_hang": 0.4, "create_makes_call": 0.7, "create_hang_seconds": 5},
)

which = st.integers(0, 1000)
creates = st.tuples(st.sampled_from(("call", "call", "participant")), st.integers(0, 5))
steps = st.one_of(
    st.tuples(st.just("create"), st.lists(creates, min_size=1, max_size=4)),
    st.tuples(st.just("create"), st.lists(creates, min_size=3, max_size=6)),
    st.tuples(st.just("repeat"), which),
    st.tuples(st.just("update"), which, st.sampled_from(("canceled", "completed"))),
    st.tuples(st.just("faults"), st.sampled_from(CALLBACK_FAULTS), st.sampled_from(CREATE_FAULTS)),
    st.tuples(st.just("crash"), st.booleans()),
    st.tuples(st.just("die"), st.sampled_from((BEFORE, AFTER)), creates),
    st.tuples(st.just("pass"), st.integers(5, 150)),
    st.tuples(st.just("sweep"), st.sampled_from((timedelta(), SOON, LATE))),
    st.tuples(st.just("watch"), st.sampled_from((timedelta(), SOON))),
)
plans = st.lists(steps, min_size=15, max_size=25)


class Mortal(TwilioCarrier):
    """The real gateway to Twilio, in a process that dies at a chosen moment of its next create."""

    dies: str | None = None

    def create(self, parameters: Pairs) -> dict[str, Any]:
        if self.dies == BEFORE:
            raise Killed
        made = super().create(parameters)
        if self.dies == AFTER:
            raise Killed
        return made


class World:
    """One store, one Twilio, and at each time one process of ours, or none."""

    def __init__(self, gateway: Gateway, simulator: Simulator) -> None:
        self.first, self.simulator = gateway, simulator
        self.started: list[Services] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.callees = [a_callee() for _ in range(6)]
        self.sids: set[str] = set()
        self.is_down = False
        self.start()

    def start(self) -> None:
        """A new process, on the address of the one before and with nothing of what that had in mind."""
        services = build(self.first.services.settings)
        given = services.settings
        self.carrier = Mortal(
            given.twilio_account_sid, given.twilio_auth_token.get_secret_value(), given.twilio_api_base_url,
            given.twilio_timeout_seconds,
        )  # fmt: skip
        calls = replace(services.gated.calls, carrier=self.carrier)
        services = replace(services, gated=replace(services.gated, calls=calls))
        self.started.append(services)
        self.gateway = replace(self.first, services=services, app=create_app(services))
        self.first.app.wsgi_app = self._serve  # type: ignore[method-assign]  # the way to put something before an app
        self.is_down = False

    def _serve(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if self.is_down:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return ()
        return self.gateway.app(environ, start_response)

    def do(self, step: tuple[Any, ...]) -> None:
        kind, *rest = step
        if self.is_down and kind in {"create", "repeat", "update", "die", "sweep", "watch"}:
            self.start()
        getattr(self, f"_{kind}")(*rest)

    def _create(self, wanted: list[tuple[str, int]]) -> None:
        requests = [self._request(*each) for each in wanted]
        with ThreadPoolExecutor(len(requests)) as pool:
            list(pool.map(self._send, requests))

    def _request(self, route: str, callee: int) -> tuple[str, dict[str, str]]:
        if self.callees[callee] in {form["To"] for _, form in self.asked} and callee > 1:
            self.callees[callee] = a_callee()  # the first two are asked for again and again, the others once
        form = {"To": self.callees[callee], "From": CALLER_ID}
        request = ("Calls", {**form, "Twiml": TALK}) if route == "call" else ("Conferences/floor/Participants", form)
        self.asked.append(request)
        return request

    def _send(self, request: tuple[str, dict[str, str]]) -> None:
        path, form = request
        dialer = self.gateway.dialer
        url = f"/2010-04-01/Accounts/{dialer.account_sid}/{path}.json"
        answer = self.gateway.http().post(url, data=form, auth=dialer.basic)
        assert answer.status_code in {201, 400, 404, 409, 429, 503}, answer.get_data(as_text=True)
        if answer.status_code == 201:
            self.sids.add((answer.json or {}).get("sid") or (answer.json or {})["call_sid"])

    def _repeat(self, which: int) -> None:
        """A dialer that heard nothing, or an error, asks the same again."""
        if self.asked:
            self._send(self.asked[which % len(self.asked)])

    def _update(self, which: int, status: str) -> None:
        sids = sorted(self.sids)
        if sids:
            dialer = self.gateway.dialer
            path = f"{dialer.calls_path}/{sids[which % len(sids)]}.json"
            self.gateway.http().post(path, data={"Status": status}, auth=dialer.basic)

    def _faults(self, of_callbacks: dict[str, float], of_creates: dict[str, float]) -> None:
        self.simulator.set_faults(**of_callbacks, **of_creates)

    def _crash(self, is_down_for_a_while: bool) -> None:
        self.is_down = True
        if not is_down_for_a_while:
            self.start()

    def _die(self, when: str, wanted: tuple[str, int]) -> None:
        self.carrier.dies = when
        try:
            self._send(self._request("call", wanted[1]))
        except Killed:
            self.is_down = True
        self.carrier.dies = None

    def _pass(self, milliseconds: int) -> None:
        Event().wait(milliseconds / 1000)

    def _sweep(self, later: timedelta) -> int:
        return self.gateway.sweep(later)

    def _watch(self, later: timedelta) -> int:
        services = self.gateway.later(later)
        return QueueWatch(services.database, self.carrier, services.clock).run()

    def settle(self) -> None:
        """All faults are over; Twilio has nothing more to do, and the sweeps have run."""
        self.simulator.set_faults()
        if self.is_down:
            self.start()
        self.simulator.wait_until_idle(30)
        for _ in range(10):
            if self._watch(LATE) + self._sweep(LATE) == 0:
                break

    def close(self) -> None:
        for services in self.started:
            services.database.dispose()

    def attempts(self) -> list[Any]:
        with self.gateway.services.database.reading() as connection:
            return list(connection.execute(select(AttemptRow.__table__)))

    def states(self, attempt: Any) -> list[str]:
        """All that it has been in, one after the other."""
        query = select(AttemptEventRow.state).where(AttemptEventRow.attempt_id == attempt.id)
        with self.gateway.services.database.reading() as connection:
            return list(connection.scalars(query.order_by(AttemptEventRow.seq)))

    def counts(self, attempt: Any) -> bool:
        """Whether it still counts against its callee's caps."""
        with self.gateway.services.database.reading() as connection:
            for scope, subject, seq in orjson.loads(attempt.guards):
                key = and_(GuardRow.scope == scope, GuardRow.subject == subject, GuardRow.seq == seq)
                if connection.scalar(select(GuardRow.released_at).where(key)) is not None:
                    return False
        return True


def check(world: World) -> None:
    """Twilio's calls and our attempts, each against the other."""
    calls_of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for call in world.simulator.calls():
        reports_to = call["parameters"]["StatusCallback"]
        calls_of[reports_to.split("/twilio/status/")[1][:36]].append(call)
    attempts = {attempt.id: attempt for attempt in world.attempts() if attempt.placed_by == "us"}

    twice = {attempt_id: len(calls) for attempt_id, calls in calls_of.items() if len(calls) > 1}
    assert not twice, "rung twice on one permit"
    assert not [attempt.state for attempt in attempts.values() if attempt.state in OPEN_STATES], "left open"
    for attempt_id, [call] in calls_of.items():
        attempt, at_twilio = attempts[attempt_id], call["call"]
        assert (attempt.call_sid, attempt.callee) == (at_twilio["sid"], at_twilio["to"])
        assert (attempt.state, attempt.call_status) == (at_twilio["status"], at_twilio["status"])
        ends = [state for state in world.states(attempt) if state in ENDED]
        assert len(set(ends)) == 1, "what has ended stays as it ended"
        assert set(world.states(attempt)[world.states(attempt).index(ends[0]) :]) == {attempt.state}
        if at_twilio["status"] == "completed":
            assert attempt.duration_seconds == int(at_twilio["duration"])
        if at_twilio["start_time"] is not None:
            assert world.counts(attempt), "it rang, and does not count"
    for attempt_id in attempts.keys() - calls_of.keys():
        attempt = attempts[attempt_id]
        assert attempt.state in {"refused", "withdrawn", "expired"}, attempt.state
        assert attempt.call_sid is None
        assert attempt.state == "refused" or not world.counts(attempt), "no call was made, and it counts"
    rang = Counter(call["call"]["to"] for [call] in calls_of.values() if call["call"]["start_time"] is not None)
    assert not [times for times in rang.values() if times > 1], "spacing lets nobody be rung twice within minutes"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """Slow enough that calls wait in its queue, ring and talk while other things happen."""
    with running_simulator(time_scale=400, cps=25, seed=5, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_world(
    request: pytest.FixtureRequest, simulator: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], World]]:
    simulator.reset()  # what it did for the other engine is unknown to this one
    with ExitStack() as stack:
        url = store_of(request.param, stack, request, tmp_path_factory, "machine")
        gateway = stack.enter_context(running_gateway(url, simulator, twilio_timeout_seconds=1))
        yield lambda: World(gateway, simulator)


@pytest.mark.timeout(120 + 20 * EXAMPLES)
def test_in_the_end_the_log_says_what_twilio_says_and_nobody_was_rung_twice(new_world: Callable[[], World]) -> None:
    run_plans(plans, EXAMPLES, new_world, check)
