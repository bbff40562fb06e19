"""Any order of a call's callbacks, however often each is repeated, ends in the same place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from middleware.gateways.ports import Pairs
from middleware.services.delivery import Delivery
from middleware.services.dialer_accounts import DialerAccounts
from middleware.services.forwarding import Forwarding
from middleware.services.routes.callbacks import FORWARD_CALLBACK
from middleware.services.status_reports import FORWARD_REPORT
from middleware.store.notices import SEND_NOTICE
from tests.api_contract import told
from tests.gateway import NOBODY, Dialer, Gateway
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import attempt, attempts_at, create, report, some_form
from tests.webhooks.twilio.test_status import notices

EVENTS = ("initiated", "ringing", "answered", "completed")
# the statuses of whole calls, in the order in which they happen, and how they end
LIVES = (
    (("initiated", "ringing", "in-progress", "completed"), "completed"),
    (("initiated", "in-progress", "completed"), "completed"),
    (("initiated", "ringing", "busy"), "busy"),
    (("initiated", "ringing", "no-answer"), "no-answer"),
    (("initiated", "failed"), "failed"),
    (("canceled",), "canceled"),
)
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


@dataclass
class FakeSender:
    """Takes every callback to a dialer, and remembers what it said."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, url: str, method: str, parameters: Pairs, token: str, delivery_id: str) -> None:
        form = dict(parameters)
        self.sent.append((form["CallSid"], form["CallStatus"], form["SequenceNumber"]))


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[tuple[str, ...], str, list[int]]:
    """A call's statuses, its end, and the order in which their reports come: each at least once."""
    statuses, end = draw(st.sampled_from(LIVES))
    order = draw(st.permutations(range(len(statuses))))
    repeats = draw(st.lists(st.integers(0, len(statuses) - 1), max_size=4))
    places = [draw(st.integers(0, len(order) + place)) for place in range(len(repeats))]
    for place, repeated in zip(places, repeats, strict=True):
        order = [*order[:place], repeated, *order[place:]]
    return statuses, end, order


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals(), st.sets(st.sampled_from(EVENTS), min_size=1))
def test_any_order_of_callbacks_with_repeats_ends_in_one_state_one_notice_and_each_event_handed_on_once(
    client: FlaskClient,
    gateway: Gateway,
    dialer: Dialer,
    simulator: Simulator,
    arrival: tuple[tuple[str, ...], str, list[int]],
    wanted: set[str],
) -> None:
    statuses, end, order = arrival
    simulator.set_faults(callback_lose=1)
    form = some_form(StatusCallback=NOBODY, StatusCallbackEvent=sorted(wanted))
    sid = told(create(client, dialer, form))["sid"]
    [placed] = attempts_at(gateway, form["To"])

    for number in order:
        status = statuses[number]
        report(client, gateway, placed["attempt_id"], sid, CallStatus=status, SequenceNumber=str(number))
    sent = [(status, number) for of_call, status, number in forwarded(gateway) if of_call == sid]

    ended = attempt(gateway, placed["attempt_id"])
    answered = end == "completed"
    assert (ended["state"], ended["call_status"]) == (end, end)
    assert ended["outcome"] == ("answered" if answered else end)
    assert notices(gateway, placed["attempt_id"]) == answered
    fired = [status for status in statuses if EVENT_OF.get(status, "completed") in wanted]
    first_come = [status for status in dict.fromkeys(statuses[number] for number in order) if status in fired]
    assert sent == [(status, str(fired.index(status))) for status in first_come]


def forwarded(gateway: Gateway) -> list[tuple[str, str, str]]:
    """What dialers hear once all that is owed has been done: call, status and number of each callback."""
    services, sender = gateway.services, FakeSender()
    accounts = DialerAccounts(
        services.catalogue, services.access, gateway.services.settings.twilio_account_sid, gateway.url
    )
    forwarding = Forwarding(services.database, accounts, sender)
    # what other tests of this gateway have left behind is none of ours
    doers = {FORWARD_REPORT: forwarding.send, SEND_NOTICE: lambda _: None, FORWARD_CALLBACK: lambda _: None}
    replace(gateway, services=replace(services, delivery=Delivery(services.database, services.clock, doers))).work()
    return sender.sent
