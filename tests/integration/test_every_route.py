"""Every way in which a telephone can be made to ring, against callees who may not be rung, and one who may.

The table that this prints stands in webhooks/docs/routes.md; the two are held equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.store.catalogue import raise_generation
from middleware.store.models import AgentRow, CampaignRow, DecisionRow
from middleware.store.suppressions import SuppressionRepository
from tests.gateway import CALLER_ID, OFFSET, Gateway, a_callee, running_gateway
from tests.rows import insert_rows
from tests.simulator import Simulator, running_simulator
from tests.twiml_server import TwimlServer, twiml_server

DOCUMENT = Path(__file__).parents[2] / "webhooks" / "docs" / "routes.md"
AGENT = "client:anna"
IN_THE_EVENING = timedelta(hours=10)  # 20:30 in Copenhagen
RULES = ("on the stop list", "outside calling hours", "no attempts left", "may be called")
REASONS = {
    "on the stop list": "suppression.number",
    "outside calling hours": "hours.outside_window",
    "no attempts left": "attempts.cap_reached",
}
OWN_SIP_DOMAIN = "acme.sip.twilio.com"


@dataclass(frozen=True)
class World:
    """By day, or in the evening; the dialer's own web server beside it."""

    gateway: Gateway
    simulator: Simulator
    dialer: TwimlServer

    def rest(self, path: str, **form: Any) -> int:
        """A request to the drop-in as SDKs make it; the status of the answer."""
        who = self.gateway.dialer
        path = f"/2010-04-01/Accounts/{who.account_sid}/{path}"
        return self.gateway.http().post(path, data=form, auth=who.basic).status_code

    def json(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.gateway.http().post(path, json=body, headers=self.gateway.dialer.bearer)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json

    def agents_call(self, twiml: str | None = None, **form: Any) -> str:
        """Rings our own agent, who then hears this TwiML; the agent's CallSid."""
        given = {"Url": self.dialer.serve(twiml)} if twiml else {}
        who = self.gateway.dialer
        answer = self.gateway.http().post(
            f"{who.calls_path}.json", data={"To": AGENT, "From": CALLER_ID, **given, **form}, auth=who.basic
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json["sid"]) if answer.json else ""

    def legs_to(self, callee: str) -> list[dict[str, Any]]:
        """The calls that ring this number, whoever made them."""
        made = [call for call in self.simulator.calls() if call["call"]["direction"] != "inbound"]
        return [call for call in made if call["call"]["to"] == callee]


Route = Callable[[World, str], None]


def _attempts_api(world: World, callee: str) -> None:
    answer = world.json("/v1/attempts", {"campaign": "spring", "callee": callee, "caller_id": CALLER_ID})
    if answer["permitted"]:  # a dialer that obeys places the call now
        world.simulator.client().calls.create(to=callee, from_=CALLER_ID, url=world.dialer.serve("<Response/>"))


def _plain_check(world: World, callee: str) -> None:
    asked = {"campaign": "spring", "callee": callee, "caller_id": CALLER_ID}
    answer = world.gateway.http().get("/v1/checks/plain", query_string=asked, headers=world.gateway.dialer.bearer)
    if answer.text.split()[0] == "PERMIT":
        world.simulator.client().calls.create(to=callee, from_=CALLER_ID, url=world.dialer.serve("<Response/>"))


def _create(world: World, callee: str) -> None:
    world.rest("Calls.json", To=callee, From=CALLER_ID, Url=world.dialer.serve("<Response/>"))


def _create_with_twiml(world: World, callee: str) -> None:
    world.rest("Calls.json", To=callee, From=CALLER_ID, Twiml="<Response><Pause/></Response>")


def _create_to_sip(world: World, callee: str) -> None:
    world.rest("Calls.json", To=f"sip:{callee}@carrier.example", From=CALLER_ID, Url=world.dialer.serve("<Response/>"))


def _create_to_own_sip(world: World, callee: str) -> None:
    world.rest(
        "Calls.json", To=f"sip:%2B{callee[1:]}@{OWN_SIP_DOMAIN}", From=CALLER_ID, Url=world.dialer.serve("<Response/>")
    )


def _participant(world: World, callee: str) -> None:
    world.rest("Conferences/standup/Participants.json", To=callee, From=CALLER_ID)


def _participant_at_sip(world: World, callee: str) -> None:
    world.rest("Conferences/standup/Participants.json", To=f"sip:{callee}@carrier.example", From=CALLER_ID)


def _agent_first(world: World, callee: str) -> None:
    world.agents_call(f"<Response><Dial><Number>{callee}</Number></Dial></Response>")


def _agent_first_bare(world: World, callee: str) -> None:
    world.agents_call(f"<Response><Dial>{callee}</Dial></Response>")


def _agent_first_sip(world: World, callee: str) -> None:
    world.agents_call(f"<Response><Dial><Sip>sip:{callee}@carrier.example</Sip></Dial></Response>")


def _agent_first_inline(world: World, callee: str) -> None:
    world.agents_call(Twiml=f"<Response><Say>one moment</Say><Dial><Number>{callee}</Number></Dial></Response>")


def _redirected(world: World, callee: str) -> None:
    further = world.dialer.serve(f"<Response><Dial><Number>{callee}</Number></Dial></Response>")
    world.agents_call(f"<Response><Pause/><Redirect>{further}</Redirect></Response>")


def _after_a_dial(world: World, callee: str) -> None:
    further = world.dialer.serve(f"<Response><Dial>{callee}</Dial></Response>")
    world.agents_call(f'<Response><Dial action="{further}"><Client>bo</Client></Dial></Response>')


def _after_a_gather(world: World, callee: str) -> None:
    further = world.dialer.serve(f"<Response><Dial>{callee}</Dial></Response>")
    world.agents_call(f'<Response><Gather actionOnEmptyResult="true" action="{further}"/></Response>')


def _fallback(world: World, callee: str) -> None:
    further = world.dialer.serve(f"<Response><Dial>{callee}</Dial></Response>")
    world.agents_call(Url=f"{world.dialer.url}/nothing-here", FallbackUrl=further)


def _update(world: World, callee: str) -> None:
    sid = world.agents_call("<Response><Pause length='3600'/></Response>")
    world.simulator.wait_for_status(sid, "in-progress")
    assert world.rest(f"Calls/{sid}.json", Twiml=f"<Response><Dial>{callee}</Dial></Response>") == 200


def _update_by_url(world: World, callee: str) -> None:
    sid = world.agents_call("<Response><Pause length='3600'/></Response>")
    world.simulator.wait_for_status(sid, "in-progress")
    further = world.dialer.serve(f"<Response><Dial><Number>{callee}</Number></Dial></Response>")
    assert world.rest(f"Calls/{sid}.json", Url=further) == 200


def _softphone(world: World, callee: str) -> None:
    world.simulator.inbound(from_=AGENT, to=callee, url=f"{world.gateway.url}/twilio/voice/app")


def _sip_phone(world: World, callee: str) -> None:
    world.simulator.inbound(
        from_=f"sip:anna@{OWN_SIP_DOMAIN}",
        to=f"sip:{callee}@{OWN_SIP_DOMAIN}",
        url=f"{world.gateway.url}/twilio/voice/sip",
        SipDomain=OWN_SIP_DOMAIN,
        SipUsername="anna",
    )


def _click_to_call(world: World, callee: str) -> None:
    world.json("/v1/click-to-call", {"campaign": "spring", "callee": callee, "agent": AGENT})


ROUTES: dict[str, Route] = {
    "attempts API: `POST /v1/attempts`": _attempts_api,
    "plain check: `GET /v1/checks/plain`": _plain_check,
    "create a call, with `Url`": _create,
    "create a call, with `Twiml`": _create_with_twiml,
    "create a call to `sip:` with a number": _create_to_sip,
    "create a call to `sip:` with a number, in our own domain": _create_to_own_sip,
    "add a participant to a conference": _participant,
    "add a participant at `sip:` with a number": _participant_at_sip,
    "agent first: `<Dial><Number>` in the dialer's TwiML": _agent_first,
    "agent first: `<Dial>` with a bare number": _agent_first_bare,
    "agent first: `<Dial><Sip>` with a number": _agent_first_sip,
    "agent first: inline `Twiml`": _agent_first_inline,
    "TwiML behind `<Redirect>`": _redirected,
    "TwiML behind the `action` of a `<Dial>`": _after_a_dial,
    "TwiML behind the `action` of a `<Gather>`": _after_a_gather,
    "TwiML at `FallbackUrl`": _fallback,
    "update of a live call, with `Twiml`": _update,
    "update of a live call, with `Url`": _update_by_url,
    "softphone (TwiML App)": _softphone,
    "SIP phone (SIP domain)": _sip_phone,
    "click-to-call: `POST /v1/click-to-call`": _click_to_call,
}
REFUSED_WHOLE = {
    "create a call with `ApplicationSid`": {"ApplicationSid": "AP" + "0" * 32},
    "`<Enqueue>` into a TaskRouter workflow": {"Twiml": '<Response><Enqueue workflowSid="WW0"/></Response>'},
    "`<Dial><Application>`": {"Twiml": "<Response><Dial><Application>AP0</Application></Dial></Response>"},
    "`<Dial><WhatsApp>`": {"Twiml": "<Response><Dial><WhatsApp>+4532123456</WhatsApp></Dial></Response>"},
    "`<Dial><Sim>`": {"Twiml": "<Response><Dial><Sim>DE0</Sim></Dial></Response>"},
    "`<Refer>`": {"Twiml": "<Response><Refer><Sip>sip:x@carrier.example</Sip></Refer></Response>"},
    "a verb that nobody knows": {"Twiml": "<Response><Ring>+4532123456</Ring></Response>"},
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator(time_scale=2000, cps=500, seed=5, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def worlds(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    folder = tmp_path_factory.mktemp("routes")
    with ExitStack() as stack:
        dialer = stack.enter_context(twiml_server())

        def world(name: str, offset: timedelta) -> World:
            url = f"sqlite:///{folder / name}.sqlite3"
            gateway = stack.enter_context(running_gateway(url, simulator, clock_offset_seconds=offset.total_seconds()))
            set_up(gateway)
            return World(gateway, simulator, dialer)

        yield {"day": world("day", OFFSET), "evening": world("evening", OFFSET + IN_THE_EVENING)}


def set_up(gateway: Gateway) -> None:
    """Our own people, and a campaign that calls nobody twice."""
    agent: dict[str, Any] = {"controller_id": "acme", "name": "Anna", "language": "en", "campaigns": ["spring"]}
    agent |= {"noted_by": "test", "takes_ring_backs": True, "since": date(2026, 1, 1)}
    for place, address in enumerate((AGENT, f"sip:anna@{OWN_SIP_DOMAIN}", f"sip:@{OWN_SIP_DOMAIN}")):
        insert_rows(gateway.services.database, AgentRow, {**agent, "id": f"agent-{place}", "address": address})
    overrides = {"caps": [{"count": 1, "within_days": 30}]}
    with gateway.services.database.writing() as connection:
        connection.execute(update(CampaignRow).where(CampaignRow.id == "spring").values(overrides=overrides))
        raise_generation(connection)


def pepper_of(gateway: Gateway) -> Pepper:
    return Pepper(gateway.services.settings.pepper.get_secret_value().encode())


def suppress(gateway: Gateway, callee: str) -> None:
    with gateway.services.database.writing() as connection:
        SuppressionRepository(connection).add(
            Subject.NUMBER,
            pepper_of(gateway).number(callee),
            "everywhere",
            None,
            reason="objection",
            source="test",
            noted_by="test",
            at=datetime(2026, 11, 1, tzinfo=UTC),
        )


def use_up(world: World, callee: str) -> None:
    """The one attempt that the campaign allows has been made."""
    answer = world.json("/v1/attempts", {"campaign": "spring", "callee": callee, "caller_id": CALLER_ID})
    world.json(f"/v1/attempts/{answer['attempt_id']}/outcome", {"outcome": "no-answer"})


def reasons_at(gateway: Gateway, callee: str) -> str:
    """The refusals of the newest decision about this callee."""
    key = pepper_of(gateway).number(callee)
    newest = select(DecisionRow.refusals).where(DecisionRow.callee_key == key).order_by(DecisionRow.id.desc()).limit(1)
    with gateway.services.database.reading() as connection:
        return connection.scalar(newest) or ""


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("route", ROUTES)
def test_no_route_rings_a_telephone_that_may_not_be_rung(worlds: dict[str, World], route: str, rule: str) -> None:
    world = worlds["evening" if rule == "outside calling hours" else "day"]
    callee = a_callee("90")
    if rule == "on the stop list":
        suppress(world.gateway, callee)
    if rule == "no attempts left":
        use_up(world, callee)

    ROUTES[route](world, callee)
    world.simulator.wait_until_idle()

    happened = [call["transcript"] for call in world.simulator.calls()[-3:]]
    assert len(world.legs_to(callee)) == (1 if rule == "may be called" else 0), happened
    if rule in REASONS:
        assert f'"{REASONS[rule]}"' in reasons_at(world.gateway, callee), happened


@pytest.mark.parametrize("what", REFUSED_WHOLE)
def test_what_could_ring_anybody_at_all_is_refused_whole(worlds: dict[str, World], what: str) -> None:
    world = worlds["day"]
    before = len(world.simulator.calls())

    assert world.rest("Calls.json", To=AGENT, From=CALLER_ID, **REFUSED_WHOLE[what]) == 400
    assert len(world.simulator.calls()) == before


def table() -> str:
    """What the tests above hold, as the documentation shows it."""
    lines = ["| route | " + " | ".join(RULES) + " |", "| --- |" + " --- |" * len(RULES)]
    lines += [f"| {route} |" + " refused |" * 3 + " rings once |" for route in ROUTES]
    lines += [f"| {route} |" + " refused |" * 4 for route in REFUSED_WHOLE]
    return "\n".join(lines)


def test_the_table_of_routes_and_rules_is_the_one_in_the_documentation() -> None:
    print(f"\n{table()}")

    assert table() in DOCUMENT.read_text(encoding="utf-8")
