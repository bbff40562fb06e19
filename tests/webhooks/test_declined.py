"""A person who does not want the offer is left in peace, and called again when they asked for it; on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from middleware.store.models import ContactRow, GuardRow
from tests.api_contract import CheckedClient, told
from tests.gateway import Dialer, Gateway, a_callee, running_gateway
from tests.people import answers_at, insert_contact
from tests.rows import insert_campaign
from tests.servers import fresh_database
from tests.simulator import Simulator
from tests.webhooks.test_attempts import a_question, ask
from tests.webhooks.test_outcomes import notices, permit, tell
from tests.webhooks.twilio.calls import attempts_at, create, some_form, upstream

# a week and two after the tests begin
TUESDAY, NEXT_TUESDAY = "2026-12-01T10:00:00+01:00", "2026-12-08T10:00:00+01:00"
BEFORE, AFTER = "2026-12-01T09:59:59+01:00", "2026-12-01T10:01:00+01:00"
IN_TWO_YEARS = "2028-11-21T10:00:00+01:00"
CONSUMERS = "consumers"
_french = count()
HUMAN = {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 1, "answered_by": "human"}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def _gateway(
    request: pytest.FixtureRequest, _simulator: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """On each engine in turn, with the pepper by which the contacts of tests are found."""
    pepper = "the pepper of the tests, and of tests alone"
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('declined') / 'ringfence.sqlite3'}"
        else:
            server = request.getfixturevalue("postgres_url")
            url = stack.enter_context(fresh_database(server, request.getfixturevalue("_postgres_admin")))
        gateway = stack.enter_context(running_gateway(url, _simulator, pepper=pepper))
        gateway.app.test_client_class = CheckedClient
        insert_campaign(gateway.services.database, CONSUMERS, audience="b2c")
        yield gateway


@pytest.fixture
def gateway(_gateway: Gateway, simulator: Simulator) -> Gateway:
    return _gateway


@pytest.fixture
def client(gateway: Gateway) -> FlaskClient:
    return gateway.http()


@pytest.fixture
def dialer(gateway: Gateway) -> Dialer:
    return gateway.dialer


def codes(answer: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


def check(client: FlaskClient, dialer: Dialer, callee: str, at: str | None = None) -> dict[str, Any]:
    question = a_question(callee=callee, at=at)
    answer: dict[str, Any] = told(client.post("/v1/checks", json=question, headers=dialer.bearer))
    return answer


def anna(gateway: Gateway, *numbers: str, **changes: Any) -> str:
    """A contact who answers at these numbers; returns the contact's id."""
    email = f"anna{numbers[0][3:]}@boozt.example"
    return insert_contact(gateway.services.database, numbers=numbers, email=email, **changes)


def a_french_number() -> str:
    """One of those that the regulator keeps for films, in Paris; ever another."""
    return f"+331990{next(_french):05d}"


def contact(gateway: Gateway, contact_id: str) -> tuple[datetime | None, datetime | None]:
    """What was promised to a contact, and what they asked for."""
    columns = select(ContactRow.promised_at, ContactRow.asked_to_be_called_at).where(ContactRow.id == contact_id)
    with gateway.services.database.reading() as connection:
        promised_at, asked_at = connection.execute(columns).one()
    return promised_at, asked_at


def test_who_declined_is_left_in_peace_at_every_number_of_theirs(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    desk, mobile = a_callee(), a_callee()
    anna(gateway, desk, mobile)
    attempt_id = permit(client, dialer, desk)["attempt_id"]

    body = told(tell(client, dialer, attempt_id, outcome="declined", duration_seconds=40))

    assert (body["state"], body["outcome"], body["duration_seconds"]) == ("completed", "declined", 40)
    with gateway.services.database.reading() as connection:
        kept = connection.scalars(select(GuardRow.outcome).where(GuardRow.attempt_id == attempt_id)).all()
    assert len(kept) >= 2  # the number's and the person's
    assert set(kept) == {"declined"}
    for callee in (desk, mobile):
        refused = check(client, dialer, callee)
        assert codes(refused) == ["attempts.too_soon", "attempts.locked_out"]
        declined_at = refused["reasons"][1]["parameters"]["declined_at"]
        assert datetime.fromisoformat(declined_at) == datetime.fromisoformat(body["ended_at"])
        assert refused["not_before"] is None
        assert codes(check(client, dialer, callee, at=TUESDAY)) == ["attempts.locked_out"]
        assert "attempts.locked_out" in codes(check(client, dialer, callee, at=IN_TWO_YEARS))


def test_a_french_consumer_who_declined_is_left_in_peace_for_sixty_days(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    callee = a_french_number()
    consent = {"call_consent_on": date(2026, 11, 2), "call_consent_source": "the form on our website"}
    anna(gateway, callee, **consent)
    question = a_question(campaign=CONSUMERS, callee=callee)
    permitted = told(ask(client, dialer, question))
    assert permitted["permitted"] is True

    body = told(tell(client, dialer, permitted["attempt_id"], outcome="declined"))

    paris = ZoneInfo("Europe/Paris")  # sixty whole days of the callee's, the day of the refusal not among them
    ended_on = datetime.fromisoformat(body["ended_at"]).astimezone(paris).date()
    over = datetime.combine(ended_on + timedelta(days=61), time(), paris)
    refused = told(client.post("/v1/checks", json=question, headers=dialer.bearer))
    assert codes(refused) == ["attempts.too_soon", "attempts.declined"]
    assert datetime.fromisoformat(refused["reasons"][1]["not_before"]) == over
    for at, permits in ((over - timedelta(minutes=1), False), (over + timedelta(days=2, hours=11), True)):
        ahead = client.post("/v1/checks", json={**question, "at": at.isoformat()}, headers=dialer.bearer)
        assert told(ahead)["permitted"] is permits


def test_a_person_who_declined_was_reached_and_is_owed_a_notice(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    permitted = permit(client, dialer)
    began = permitted["decided_at"]

    body = told(tell(client, dialer, permitted["attempt_id"], outcome="declined", started_at=began))

    assert datetime.fromisoformat(body["answered_at"]) == datetime.fromisoformat(began)
    assert notices(gateway, permitted["attempt_id"]) == 1


def test_that_they_declined_may_be_told_after_the_call_was_told_as_answered(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    permitted = permit(client, dialer)
    answered = told(tell(client, dialer, permitted["attempt_id"], outcome="answered", duration_seconds=9))

    declined = told(tell(client, dialer, permitted["attempt_id"], outcome="declined"))

    assert declined == {**answered, "outcome": "declined"}
    assert "attempts.locked_out" in codes(check(client, dialer, permitted["callee"]))
    assert notices(gateway, permitted["attempt_id"]) == 1


def test_who_wants_to_be_called_on_tuesday_is_called_on_tuesday(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    callee = a_callee()
    contact_id = anna(gateway, callee)
    attempt_id = permit(client, dialer, callee)["attempt_id"]

    answer = tell(client, dialer, attempt_id, outcome="declined", callback_at=TUESDAY)

    assert answer.status_code == 200
    assert contact(gateway, contact_id) == (datetime.fromisoformat(TUESDAY),) * 2
    assert codes(check(client, dialer, callee, at=BEFORE)) == ["hours.promised_later", "attempts.locked_out"]
    assert check(client, dialer, callee, at=AFTER)["permitted"] is True
    now = check(client, dialer, callee)
    assert datetime.fromisoformat(now["not_before"]) == datetime.fromisoformat(TUESDAY)


def test_a_wish_goes_with_an_answered_call_too_and_the_latest_one_holds(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    callee = a_callee()
    anna(gateway, callee)
    attempt_id = permit(client, dialer, callee)["attempt_id"]

    first = told(tell(client, dialer, attempt_id, outcome="answered", callback_at=TUESDAY))
    second = told(tell(client, dialer, attempt_id, outcome="answered", callback_at=NEXT_TUESDAY))

    assert second == first
    assert codes(check(client, dialer, callee, at=AFTER)) == ["hours.promised_later"]
    assert check(client, dialer, callee, at=NEXT_TUESDAY)["permitted"] is True


def test_a_second_no_counts_though_they_had_asked_for_the_call(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    callee = a_callee()
    contact_id = anna(gateway, callee)
    permitted = permit(client, dialer, callee)
    asked_for = datetime.fromisoformat(permitted["decided_at"])
    with gateway.services.database.writing() as connection:
        wished = {"promised_at": asked_for, "asked_to_be_called_at": asked_for}
        connection.execute(update(ContactRow).where(ContactRow.id == contact_id).values(wished))

    tell(client, dialer, permitted["attempt_id"], outcome="declined")

    assert codes(check(client, dialer, callee, at=TUESDAY)) == ["attempts.locked_out"]


@pytest.mark.parametrize("people", [0, 2], ids=["nobody known", "a switchboard"])
def test_a_wish_of_nobody_in_particular_is_not_taken_and_nothing_is_half_recorded(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, people: int
) -> None:
    callee = a_callee()
    for _ in range(people):
        answers_at(gateway.services.database, anna(gateway, a_callee()), callee)
    attempt_id = permit(client, dialer, callee)["attempt_id"]

    answer = tell(client, dialer, attempt_id, outcome="declined", callback_at=TUESDAY)

    assert (answer.status_code, told(answer)["field"]) == (422, "callback_at")
    assert "without it" in told(answer)["detail"]
    assert told(client.get(f"/v1/attempts/{attempt_id}", headers=dialer.bearer))["state"] == "permitted"
    assert tell(client, dialer, attempt_id, outcome="declined").status_code == 200


def test_a_person_named_at_a_switchboard_has_their_wish_kept(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    callee = a_callee()
    bo, eva = anna(gateway, a_callee()), anna(gateway, a_callee())
    for who in (bo, eva):
        answers_at(gateway.services.database, who, callee)
    permitted = told(ask(client, dialer, a_question(callee=callee, contact=bo)))

    tell(client, dialer, permitted["attempt_id"], outcome="answered", callback_at=TUESDAY)

    assert contact(gateway, bo)[0] == datetime.fromisoformat(TUESDAY)
    assert contact(gateway, eva) == (None, None)


def test_the_person_called_by_twilio_declines_too(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator
) -> None:
    form = some_form()
    callee = form["To"]
    anna(gateway, callee)
    simulator.set_outcomes(numbers={callee: HUMAN})
    sid = told(create(client, dialer, form))["sid"]
    simulator.wait_until_idle()
    assert attempts_at(gateway, callee)[0]["outcome"] == "answered"

    answer = client.post(
        f"/v1/calls/{sid}/outcome", json={"outcome": "declined", "callback_at": TUESDAY}, headers=dialer.bearer
    )

    assert (answer.status_code, told(answer)["outcome"], told(answer)["call_sid"]) == (200, "declined", sid)
    assert codes(check(client, dialer, callee, at=BEFORE)) == ["hours.promised_later", "attempts.locked_out"]
    assert check(client, dialer, callee, at=AFTER)["permitted"] is True
    assert upstream(simulator, callee)[0]["call"]["status"] == "completed"


@pytest.mark.parametrize("told_first", ["declined", "busy", "not-placed"])
def test_what_twilio_has_not_told_yet_is_not_told_by_others(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, simulator: Simulator, told_first: str
) -> None:
    form = some_form()
    simulator.set_outcomes(numbers={form["To"]: {**HUMAN, "talk_seconds": 14_000}})
    sid = told(create(client, dialer, form))["sid"]

    answer = client.post(f"/v1/calls/{sid}/outcome", json={"outcome": told_first}, headers=dialer.bearer)

    assert answer.status_code == 409
    assert "Twilio" in told(answer)["detail"]


@pytest.mark.parametrize("sid", [f"CA{'0' * 32}", "CAx", "+4532123456", "CA%00"])
def test_a_call_that_is_not_there_or_of_others_is_not_found(
    client: FlaskClient, gateway: Gateway, dialer: Dialer, sid: str
) -> None:
    theirs = told(create(client, gateway.other_dialer, some_form()))["sid"]

    answers = [
        client.post(f"/v1/calls/{each}/outcome", json={"outcome": "declined"}, headers=dialer.bearer)
        for each in (sid, theirs)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert theirs in told(answers[1])["detail"]  # as for one that is not there: no id of ours is told
