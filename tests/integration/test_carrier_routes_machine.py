"""The same for telephones that TwiML rings: agents first, live calls that are sent on, conferences, a store that fails.

Each example is a plan as in `test_carrier_machine`, with further steps: a call to our own agent whose TwiML rings one
or two people, at once or one after the other; other TwiML for a live call; answers to Twilio that are lost after they
were decided; a store that does not take what Twilio has done. RINGFENCE_LONG_TESTS=1 tries many more of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from requests import HTTPError
from twilio.base.exceptions import TwilioRestException

from middleware.decision.disposition import ENDED
from middleware.errors import CreateUncertain, StoreUnavailable
from middleware.gateways.ports import Pairs
from middleware.services.routes.creating import Creating
from middleware.services.routes.gated import Ground, gated_routes
from middleware.store.catalogue import raise_generation
from middleware.store.database import Connection, Database
from middleware.store.models import AgentRow
from middleware.store.models.attempts import OPEN_STATES
from tests.carrier_plans import IS_LONG, LONG, run_plans
from tests.fakes import Killed
from tests.gateway import CALLER_ID, OFFSET, Gateway, a_callee, running_gateway
from tests.integration.test_carrier_machine import (
    AFTER,
    BEFORE,
    CALLBACK_FAULTS,
    CREATE_FAULTS,
    LATE,
    SOON,
    TALK,
    Mortal,
    World,
)
from tests.rows import insert_rows
from tests.servers import store_of
from tests.simulator import Simulator, running_simulator
from tests.twiml_server import TwimlServer, twiml_server
from webhooks.app import create_app

EXAMPLES = LONG if IS_LONG else 12
AGENT = "client:anna"
OPEN_HOUSE = 8  # callees of a plan
DOCUMENTS = ("one", "two", "one after the other", "elsewhere", "after a pause", "inline")

which = st.integers(0, 1000)
callee = st.integers(0, OPEN_HOUSE - 1)
routes = st.sampled_from(("call", "participant"))
creates = st.tuples(st.sampled_from(("call", "participant")), callee)
agents_calls = st.tuples(st.sampled_from(DOCUMENTS), callee, callee)
steps = st.one_of(
    st.tuples(st.just("create"), st.lists(creates, min_size=1, max_size=4)),
    st.tuples(st.just("agents"), st.lists(agents_calls, min_size=1, max_size=3)),
    st.tuples(st.just("agents"), st.lists(agents_calls, min_size=2, max_size=4)),
    st.tuples(st.just("repeat"), which),
    st.tuples(st.just("update"), which, st.sampled_from(("canceled", "completed"))),
    st.tuples(st.just("send_on"), which, st.sampled_from(("one", "two", "inline")), callee, callee),
    st.tuples(st.just("faults"), st.sampled_from(CALLBACK_FAULTS), st.sampled_from(CREATE_FAULTS)),
    st.tuples(st.just("crash"), st.booleans()),
    st.tuples(
        st.just("end_in_create"), st.sampled_from((Killed, CreateUncertain)), st.sampled_from((BEFORE, AFTER)), creates
    ),
    st.tuples(st.just("fail_to_note"), st.integers(1, 2), creates),
    st.tuples(st.just("lose_answers"), st.integers(1, 2)),
    st.tuples(st.just("pass"), st.integers(5, 150)),
    st.tuples(st.just("sweep"), st.sampled_from((timedelta(), SOON, LATE))),
    st.tuples(st.just("watch"), st.sampled_from((timedelta(), SOON))),
)
plans = st.lists(steps, min_size=18, max_size=26)


class Failing(Mortal):
    """Creates of both kinds end in a death, or without an answer, before or after Twilio has taken them."""

    ends: tuple[type[BaseException], str] | None = None

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.made: set[str] = set()

    def create(self, parameters: Pairs) -> dict[str, Any]:
        return self._ended(lambda: super(Failing, self).create(parameters))

    def add_participant(self, conference: str, parameters: Pairs) -> dict[str, Any]:
        return self._ended(lambda: super(Failing, self).add_participant(conference, parameters))

    def _ended(self, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        kind, when = self.ends or (Killed, "")
        if when == BEFORE:
            raise kind("before")
        made = make()
        if when == AFTER:
            raise kind("after")
        self.made.add(made.get("call_sid") or made["sid"])
        return made


class FullDatabase(Database):
    """The same store, which takes no more writes for a while."""

    writes_refused = 0

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.writes_refused:
            self.writes_refused -= 1
            raise StoreUnavailable("no space left")
        with super().writing() as connection:
            yield connection


class Office(World):
    """A world with an agent on file, and the dialer's own web server."""

    carrier: Failing

    def __init__(self, gateway: Gateway, simulator: Simulator, dialer: TwimlServer) -> None:
        self.dialer = dialer
        self.answers_lost = 0
        self.named: set[str] = set()
        self.ended_at = dialer.serve("", path="/ended")
        simulator.set_outcomes(numbers={AGENT: {"outcome": "completed", "ring_seconds": 2, "talk_seconds": 120}})
        super().__init__(gateway, simulator)
        self.callees = [a_callee() for _ in range(OPEN_HOUSE)]
        self.heard_before = len(dialer.asked)
        self.attempts_before = {attempt.id for attempt in self.attempts()}
        self.calls_before = {call["call"]["sid"] for call in simulator.calls()}

    def start(self) -> None:
        super().start()
        services = self.gateway.services
        given = services.settings
        self.carrier = Failing(
            given.twilio_account_sid, given.twilio_auth_token.get_secret_value(), given.twilio_api_base_url,
            given.twilio_timeout_seconds,
        )  # fmt: skip
        ground = Ground(
            services.precall, self.carrier, services.catalogue, services.database, services.clock, services.links,
            given.public_base_url,
        )  # fmt: skip
        heard = services.gated.instructions
        gated = gated_routes(ground, services.target_gate, heard.accounts, heard.source, services.gated.creating.pacing)
        self.full = FullDatabase(given.database_url)
        creating = Creating(self.full, services.clock, services.gated.creating.pacing)
        placing = replace(gated.calls.placing, creating=creating)
        gated = replace(
            gated,
            calls=replace(gated.calls, placing=placing),
            participants=replace(gated.participants, placing=placing),
        )
        services = replace(services, gated=gated)
        self.gateway = replace(self.gateway, services=services, app=create_app(services))

    def do(self, step: tuple[Any, ...]) -> None:
        if self.is_down and step[0] in {"agents", "send_on", "end_in_create", "fail_to_note"}:
            self.start()
        super().do(step)

    def _serve(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if self.answers_lost and environ["PATH_INFO"].startswith("/twilio/twiml/") and not self.is_down:
            self.answers_lost -= 1
            list(super()._serve(environ, lambda *_: None))
            start_response("502 Bad Gateway", [("Content-Length", "0")])
            return ()
        return super()._serve(environ, start_response)

    def _request(self, route: str, callee: int) -> tuple[str, dict[str, str]]:
        form = {"To": self._someone(callee), "From": CALLER_ID, "StatusCallback": self.ended_at}
        request = ("Calls", {**form, "Twiml": TALK}) if route == "call" else ("Conferences/floor/Participants", form)
        self.asked.append(request)
        return request

    def _someone(self, callee: int) -> str:
        """The first two are rung again and again, the others once."""
        if callee > 1 and self.callees[callee] in self.named:
            self.callees[callee] = a_callee()
        self.named.add(self.callees[callee])
        return self.callees[callee]

    def _agents(self, wanted: list[tuple[str, int, int]]) -> None:
        """Calls to our own agent, who then hears this TwiML."""
        forms = [{"To": AGENT, "From": CALLER_ID, **self._instructions(*each)} for each in wanted]
        with ThreadPoolExecutor(len(forms)) as pool:
            list(pool.map(self._send, [("Calls", form) for form in forms]))

    def _send_on(self, which: int, document: str, first: int, second: int) -> None:
        """Other instructions for a call that may be live, ours or a callee's."""
        sids = sorted(self.sids)
        if not sids:
            return
        dialer = self.gateway.dialer
        path = f"{dialer.calls_path}/{sids[which % len(sids)]}.json"
        self.gateway.http().post(path, data=self._instructions(document, first, second), auth=dialer.basic)

    def _instructions(self, document: str, first: int, second: int) -> dict[str, str]:
        twiml = self._document(document, first, second)
        return {"Twiml": twiml} if document == "inline" else {"Url": self.dialer.serve(twiml)}

    def _document(self, kind: str, first: int, second: int) -> str:
        one, two = (
            f'<Number statusCallback="{self.ended_at}">{self._someone(which)}</Number>' for which in (first, second)
        )
        dialled = {
            "two": f"<Dial>{one}{two}</Dial>",
            "one after the other": f"<Dial>{one}</Dial><Dial>{two}</Dial>",
            "after a pause": f'<Pause length="20"/><Dial>{one}</Dial>',
        }.get(kind, f"<Dial>{one}</Dial>")
        twiml = f"<Response>{dialled}</Response>"
        return f"<Response><Redirect>{self.dialer.serve(twiml)}</Redirect></Response>" if kind == "elsewhere" else twiml

    def rung_once(self) -> set[str]:
        """Those whom one document alone, or one create, names."""
        return self.named - set(self.callees[:2])

    def _end_in_create(self, kind: type[BaseException], when: str, wanted: tuple[str, int]) -> None:
        self.carrier.ends = (kind, when)
        try:
            self._send(self._request(*wanted))
        except Killed:
            self.is_down = True
        self.carrier.ends = None

    def _fail_to_note(self, times: int, wanted: tuple[str, int]) -> None:
        """The store takes no write once Twilio has been asked."""
        self.full.writes_refused = times
        self._send(self._request(*wanted))
        self.full.writes_refused = 0
        assert self.carrier.made <= self.sids, "a call was made, and its dialer was told that there is none"

    def _lose_answers(self, times: int) -> None:
        """The next instructions are decided upon, and do not reach Twilio, which asks again."""
        self.answers_lost = times

    def settle(self) -> None:
        self.answers_lost = 0
        self.simulator.set_faults()
        try:
            self.simulator.wait_until_idle(4)
        except HTTPError:
            self._hang_up()
        super().settle()
        for minutes in range(3, 8):
            self.gateway.work(timedelta(minutes=minutes))

    def _hang_up(self) -> None:
        """An agent whom other instructions were to reach, and did not, stays on the line for hours."""
        client = self.simulator.client()
        for made in self.simulator.calls():
            if made["call"]["to"] == AGENT and made["call"]["status"] == "in-progress":
                with suppress(TwilioRestException):  # it has just ended
                    client.calls(made["call"]["sid"]).update(status="completed")

    def close(self) -> None:
        super().close()
        self.full.dispose()


def check(world: Office) -> None:
    """Twilio's calls and our attempts, each against the other."""
    leads_to = reported_to(world)
    calls_of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for made in world.simulator.calls():
        if made["call"]["sid"] not in world.calls_before and made["call"]["to"] != AGENT:
            calls_of[leads_to[made["call"]["sid"]]].append(made["call"])
    attempts = {each.id: each for each in world.attempts() if each.id not in world.attempts_before}

    assert calls_of.keys() <= attempts.keys(), "a telephone rang of which we know nothing"
    assert not [sid for sid, calls in calls_of.items() if len(calls) > 1], "rung twice on one permit"
    assert not [each.state for each in attempts.values() if each.state in OPEN_STATES], "left open"
    for attempt_id, [call] in calls_of.items():
        attempt = attempts[attempt_id]
        assert attempt.permit_expires_at is not None, "rung without a permit"
        assert (attempt.call_sid, attempt.callee, attempt.caller_id) == (call["sid"], call["to"], call["from"])
        assert (attempt.state, attempt.call_status) == (call["status"], call["status"])
        states = world.states(attempt)
        assert set(states[next(n for n, state in enumerate(states) if state in ENDED) :]) == {attempt.state}, states
        if call["status"] == "completed":
            assert attempt.duration_seconds == int(call["duration"])
        if call["start_time"] is not None:
            assert world.counts(attempt), "it rang, and does not count"
    for attempt_id in attempts.keys() - calls_of.keys():
        attempt = attempts[attempt_id]
        assert attempt.state in {"refused", "withdrawn", "expired"}, attempt.state
        assert attempt.call_sid is None
        assert attempt.state == "refused" or not world.counts(attempt), "no call was made, and it counts"
    asked_about = Counter(each.callee for each in attempts.values() if each.route == "twiml")
    again = {callee: times for callee, times in asked_about.items() if times > 1 and callee in world.rung_once()}
    assert not again, "what Twilio asks again is the same question"
    asked = world.dialer.asked[world.heard_before :]
    told = Counter(
        each.form["CallSid"] for each in asked if each.form.get("CallStatus") in ENDED and "/ended" in each.url
    )
    assert told == Counter(call["sid"] for [call] in calls_of.values()), "the dialer hears of each end once"


def reported_to(world: Office) -> dict[str, str]:
    """CallSid -> the attempt that its reports name, whether they arrived or not."""
    return {
        report["call_sid"]: report["url"].split("/twilio/status/")[1][:36]
        for report in world.simulator.callbacks()
        if "/twilio/status/" in report["url"]
    }


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """Slow enough that calls wait in its queue, ring and talk while other things happen."""
    with running_simulator(time_scale=400, cps=25, seed=7, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_office(
    request: pytest.FixtureRequest, simulator: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Office]]:
    with ExitStack() as stack:
        url = store_of(request.param, stack, request, tmp_path_factory, "office")
        dialer = stack.enter_context(twiml_server())
        gateway = stack.enter_context(running_gateway(url, simulator, twilio_timeout_seconds=1))
        hire(gateway)
        yield lambda: Office(gateway, simulator, dialer)


def hire(gateway: Gateway) -> None:
    """An agent on file."""
    agent: dict[str, Any] = {
        "id": "agent-anna", "controller_id": "acme", "name": "Anna", "language": "en", "campaigns": ["spring"],
        "noted_by": "test", "takes_ring_backs": False, "since": date(2026, 1, 1), "address": AGENT,
    }  # fmt: skip
    insert_rows(gateway.services.database, AgentRow, agent)
    with gateway.services.database.writing() as connection:
        raise_generation(connection)


@pytest.mark.timeout(120 + 20 * EXAMPLES)
def test_every_telephone_that_rang_was_permitted_once_and_its_attempt_ends_as_its_call_did(
    request: pytest.FixtureRequest, new_office: Callable[[], Office]
) -> None:
    is_sqlite = "sqlite" in request.node.name
    run_plans(plans, EXAMPLES if is_sqlite else max(3, EXAMPLES // 4), new_office, check)
