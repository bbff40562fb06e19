"""Dialers that ask for more calls than the account may create each second."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from sqlalchemy import update

from middleware.store.models import PaceRow
from tests.api_contract import CheckedClient, told
from tests.gateway import CALLER_ID, Gateway, running_gateway
from tests.rows import insert_agent
from tests.simulator import Simulator
from tests.webhooks.twilio.calls import attempts_at, create, some_form, upstream


@pytest.fixture
def gateway(sqlite_url: str, simulator: Simulator) -> Iterator[Gateway]:
    """One call in ten seconds, and nobody waits for the next."""
    with running_gateway(sqlite_url, simulator, twilio_calls_per_second=0.1, most_pacing_seconds=0) as gateway:
        gateway.app.test_client_class = CheckedClient
        insert_agent(gateway.services.database, address="client:anna")
        yield gateway


def test_one_too_many_is_answered_429_makes_no_call_and_does_not_count(gateway: Gateway, simulator: Simulator) -> None:
    first, second = some_form(), some_form()

    assert create(gateway.http(), gateway.dialer, first).status_code == 201
    answer = create(gateway.http(), gateway.dialer, second)

    assert (answer.status_code, told(answer)["code"], answer.headers["Retry-After"]) == (429, 20429, "1")
    assert "No call was made: send the same request again in a second" in told(answer)["message"]
    assert upstream(simulator, second["To"]) == []
    assert [attempt["state"] for attempt in attempts_at(gateway, second["To"])] == ["withdrawn"]
    asked = {"campaign": "spring", "callee": second["To"], "caller_id": CALLER_ID}
    assert told(gateway.http().post("/v1/checks", json=asked, headers=gateway.dialer.bearer))["permitted"]


def test_the_same_request_is_made_in_a_later_second(gateway: Gateway, simulator: Simulator) -> None:
    form, key = some_form(), {"Idempotency-Key": "in its turn"}
    create(gateway.http(), gateway.dialer, some_form())
    assert create(gateway.http(), gateway.dialer, form, **key).status_code == 429

    with gateway.services.database.writing() as connection:
        connection.execute(update(PaceRow).values(next_at=0))  # as if ten seconds had passed
    assert create(gateway.http(), gateway.dialer, form, **key).status_code == 201
    assert len(upstream(simulator, form["To"])) == 1


def test_our_own_people_take_their_turn_like_anybody(gateway: Gateway) -> None:
    assert create(gateway.http(), gateway.dialer, some_form(To="client:anna")).status_code == 201
    assert create(gateway.http(), gateway.dialer, some_form(To="client:anna")).status_code == 429
    assert create(gateway.http(), gateway.dialer, some_form()).status_code == 429


def test_participants_take_their_turn_like_anybody(gateway: Gateway) -> None:
    assert create(gateway.http(), gateway.dialer, some_form()).status_code == 201
    path = f"/2010-04-01/Accounts/{gateway.dialer.account_sid}/Conferences/floor/Participants.json"
    form = {name: value for name, value in some_form().items() if name != "Url"}
    assert gateway.http().post(path, data=form, auth=gateway.dialer.basic).status_code == 429


def test_requests_that_arrive_at_once_are_created_one_after_the_other(sqlite_url: str, simulator: Simulator) -> None:
    with running_gateway(sqlite_url, simulator, twilio_calls_per_second=2) as gateway, ThreadPoolExecutor(2) as pool:
        began = monotonic()
        answers = [create(gateway.http(), gateway.dialer, some_form()).status_code]
        forms = [some_form(), some_form()]
        answers += pool.map(lambda form: create(gateway.http(), gateway.dialer, form).status_code, forms)

        assert answers == [201, 201, 201]
        assert monotonic() - began >= 1
