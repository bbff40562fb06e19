"""Twilio's own SDKs for Python and Node through a really served gateway, unmodified but for their base URL."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.store.suppressions import SuppressionRepository
from tests.gateway import CALLER_ID, NOBODY, NOW, OFFSET, Dialer, Gateway, a_callee, running_gateway
from tests.integration.node_dialer import NodeDialer, NodeMissing, NotInstalled, installed_modules
from tests.simulator import Simulator, running_simulator

LONG_TALK = {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 14_000, "answered_by": "human"}
LONG_RING = {"outcome": "no-answer"}


@pytest.fixture(scope="module")
def twilio() -> Iterator[Simulator]:
    """Slow enough to catch a phone that rings."""
    with running_simulator(time_scale=100, cps=500, seed=3, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def served(twilio: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    file = tmp_path_factory.mktemp("served") / "ringfence.sqlite3"
    with running_gateway(f"sqlite:///{file}", twilio, process=True) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def node_modules() -> Path:
    try:
        return installed_modules()
    except NodeMissing as missing:
        if os.environ.get("CI") == "true" and isinstance(missing, NotInstalled):
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture
def node(node_modules: Path, served: Gateway) -> NodeDialer:
    return node_of(node_modules, served, served.dialer)


def node_of(modules: Path, served: Gateway, dialer: Dialer, token: str | None = None) -> NodeDialer:
    return NodeDialer(modules, served.url, dialer.account_sid, token or dialer.token)


WAITING = "<Response><Pause length='600'/></Response>"


def form(callee: str) -> dict[str, str]:
    return {"to": callee, "from_": CALLER_ID, "twiml": WAITING}


def node_form(callee: str) -> dict[str, str]:
    return {"to": callee, "from": CALLER_ID, "twiml": WAITING}


def suppress(served: Gateway, callee: str) -> None:
    """The number is on the first controller's list from now on."""
    pepper = Pepper(served.services.settings.pepper.get_secret_value().encode())
    with served.services.database.writing() as connection:
        SuppressionRepository(connection).add(
            Subject.NUMBER, pepper.number(callee), "controller", "acme",
            reason="objection", source="a test", noted_by="the person", at=NOW,
        )  # fmt: skip


def test_credentials_are_such_that_every_sdk_takes_them(served: Gateway) -> None:
    for dialer in (served.dialer, served.other_dialer):
        assert re.fullmatch(r"AC[0-9a-f]{32}", dialer.account_sid)
        assert re.fullmatch(r"[0-9a-zA-Z]{32}", dialer.token)  # the SDK for Go refuses all other characters


def test_python_creates_fetches_and_ends_a_call(served: Gateway, twilio: Simulator) -> None:
    callee, client = a_callee(), served.sdk()
    twilio.set_outcomes(numbers={callee: LONG_TALK})

    made = client.calls.create(**form(callee), status_callback_event=["initiated", "completed"])
    fetched = client.calls(made.sid).fetch()
    ended = client.calls(made.sid).update(status="completed")
    twilio.wait_until_idle()

    assert (made.account_sid, made.to, made.status) == (served.dialer.account_sid, callee, "queued")
    assert isinstance(made.date_created, datetime)
    assert (fetched.sid, fetched.account_sid) == (made.sid, served.dialer.account_sid)
    assert ended.sid == made.sid
    assert client.calls(made.sid).fetch().status in {"canceled", "completed"}


def test_python_cancels_a_call_that_rings(served: Gateway, twilio: Simulator) -> None:
    callee, client = a_callee(), served.sdk()
    twilio.set_outcomes(numbers={callee: LONG_RING})

    sid = client.calls.create(**form(callee)).sid
    client.calls(sid).update(status="canceled")
    twilio.wait_until_idle()

    assert client.calls(sid).fetch().status == "canceled"


def test_python_streams_over_several_pages_and_finds_by_filter(served: Gateway) -> None:
    client = served.sdk()
    made = [client.calls.create(**form(a_callee("91"))) for _ in range(5)]
    theirs = served.sdk(served.other_dialer).calls.create(**form(a_callee("91")))

    streamed = [call.sid for call in client.calls.stream(page_size=2)]
    limited = client.calls.list(page_size=2, limit=3)
    found = client.calls.list(to=made[2].to)
    page = client.calls.page(page_size=2)
    behind = page.next_page()

    assert streamed[:5] == [call.sid for call in reversed(made)]
    assert len(streamed) == len(set(streamed))
    assert theirs.sid not in streamed
    assert len(limited) == 3
    assert [call.sid for call in found] == [made[2].sid]
    assert behind is not None
    assert behind.previous_page() is not None
    assert {call.account_sid for call in page} | {call.account_sid for call in behind} <= {served.dialer.account_sid}


def test_python_raises_its_own_exception_for_a_suppressed_callee(served: Gateway, twilio: Simulator) -> None:
    callee = a_callee()
    suppress(served, callee)

    with pytest.raises(TwilioRestException) as refused:
        served.sdk().calls.create(**form(callee))

    error = refused.value
    assert (error.status, error.code) == (400, 68001)
    assert "[suppression.number]" in str(error.msg)
    assert "Waiting does not help" in str(error.msg)
    assert error.details["permitted"] is False
    assert [reason["code"] for reason in error.details["reasons"]] == ["suppression.number"]
    assert f"{served.url}/twilio/errors/68001" in str(error.msg)  # this SDK drops `more_info`
    assert not [call for call in twilio.calls() if call["call"]["to"] == callee]


def test_python_hears_when_a_callee_that_rests_may_be_called(served: Gateway, twilio: Simulator) -> None:
    callee, client = a_callee("91"), served.sdk()
    client.calls.create(**form(callee))
    twilio.wait_until_idle()

    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(**form(callee) | {"url": f"{NOBODY}/another"})

    assert refused.value.code == 68001
    assert f"[{refused.value.details['not_before']}]" in str(refused.value.msg)


def test_python_raises_for_a_wrong_token_and_for_calls_of_others(served: Gateway) -> None:
    mine = served.sdk().calls.create(**form(a_callee("91"))).sid
    impostor = served.sdk(Dialer(served.dialer.account_sid, "0" * 32, ""))
    other = served.sdk(served.other_dialer)

    actions: list[tuple[Callable[[], object], int]] = [
        (lambda: impostor.calls.create(**form(a_callee())), 20003),
        (lambda: impostor.calls(mine).fetch(), 20003),
        (lambda: other.calls(mine).fetch(), 20404),
        (lambda: other.calls(mine).update(status="completed"), 20404),
    ]
    for action, code in actions:
        with pytest.raises(TwilioRestException) as refused:
            action()
        assert refused.value.code == code
    assert mine not in [call.sid for call in other.calls.stream()]


def test_node_creates_fetches_lists_and_ends_a_call(served: Gateway, twilio: Simulator, node: NodeDialer) -> None:
    callee = a_callee()
    twilio.set_outcomes(numbers={callee: LONG_TALK})

    [made] = node.do(["create", {**node_form(callee), "statusCallbackEvent": ["initiated", "completed"]}])
    sid = made["sid"]
    fetched, listed, ended = node.do(["fetch", sid], ["list", {"to": callee}], ["update", sid, {"status": "completed"}])
    twilio.wait_until_idle()

    assert (made["accountSid"], made["to"], made["status"]) == (served.dialer.account_sid, callee, "queued")
    assert made["dateCreated"].startswith("2026-11-24T09:")
    assert fetched["sid"] == ended["sid"] == sid
    assert [call["sid"] for call in listed] == [sid]
    assert node.do(["fetch", sid])[0]["status"] in {"canceled", "completed"}


def test_node_pages_through_its_calls_and_never_through_those_of_others(
    served: Gateway, node: NodeDialer, node_modules: Path
) -> None:
    made = node.do(*(["create", node_form(a_callee("91"))] for _ in range(5)))
    [theirs] = node_of(node_modules, served, served.other_dialer).do(["create", node_form(a_callee("91"))])

    each, limited = node.do(["each", {"pageSize": 2}], ["list", {"pageSize": 2, "limit": 3}])

    sids = [call["sid"] for call in each]
    assert sids[:5] == [call["sid"] for call in reversed(made)]
    assert len(sids) == len(set(sids))
    assert theirs["sid"] not in sids
    assert [call["sid"] for call in limited] == sids[:3]


def test_node_raises_its_own_exception_with_code_message_and_more_info(
    served: Gateway, node: NodeDialer, node_modules: Path
) -> None:
    callee = a_callee()
    suppress(served, callee)
    [mine] = node.do(["create", node_form(a_callee("91"))])
    other = node_of(node_modules, served, served.other_dialer)
    impostor = node_of(node_modules, served, served.dialer, "0" * 32)

    [refused] = node.do(["create", node_form(callee)])
    not_theirs = other.do(["fetch", mine["sid"]], ["update", mine["sid"], {"status": "completed"}])
    [wrong] = impostor.do(["fetch", mine["sid"]])

    assert (refused["error"], refused["status"], refused["code"]) == ("RestException", 400, 68001)
    assert "[suppression.number]" in refused["message"]
    assert refused["moreInfo"] == f"{served.url}/twilio/errors/68001"
    assert refused["details"]["reasons"][0]["code"] == "suppression.number"
    assert [(error["error"], error["code"]) for error in not_theirs] == [("RestException", 20404)] * 2
    assert (wrong["error"], wrong["status"], wrong["code"]) == ("RestException", 401, 20003)


def test_both_sdks_send_what_twilio_is_sent_in_the_same_words(
    served: Gateway, twilio: Simulator, node: NodeDialer
) -> None:
    by_python, by_node = a_callee("91"), a_callee("91")
    served.sdk().calls.create(**form(by_python), record=True, send_digits="1", timeout=10)
    node.do(["create", {**node_form(by_node), "record": True, "sendDigits": "1", "timeout": 10}])

    sent = {call["call"]["to"]: dict(call["parameters"]) for call in twilio.calls()}
    for each in (sent[by_python], sent[by_node]):
        each.pop("To")
        each["StatusCallback"] = re.sub(r"[0-9a-f-]{36}", "ID", each["StatusCallback"])
    assert compared(sent[by_python]) == compared(sent[by_node])
    assert sent[by_node]["Timeout"] == "10"


def compared(parameters: dict[str, Any]) -> dict[str, Any]:
    """Booleans are spelled in two ways."""
    return {name: value.lower() if name == "Record" else value for name, value in parameters.items()}
