"""Who speaks, how it is dialled, and which number is shown: what the request says, what its campaign declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from middleware.store.catalogue import raise_generation
from middleware.store.models import CallerIdRow
from tests.api_contract import told
from tests.gateway import CALLER_ID, Dialer, Gateway, a_callee
from tests.rows import insert_caller_id, insert_campaign, insert_credential
from tests.simulator import Simulator
from tests.webhooks.test_attempts import a_question, ask
from tests.webhooks.twilio.calls import create, some_form, upstream

PREDICTIVE, SILENT, PATIENT = "predictive", "silent", "patient"
NOT_OURS = "+4570999999"


@pytest.fixture(scope="module", autouse=True)
def _campaigns(gateway: Gateway) -> None:
    insert_campaign(gateway.services.database, PREDICTIVE, dialling="predictive")
    insert_campaign(gateway.services.database, SILENT, speaker=None, dialling=None)


@pytest.fixture
def no_caller_ids(gateway: Gateway) -> Iterator[None]:
    """Acme has none on file, as long as the test runs."""
    with gateway.services.database.writing() as connection:
        connection.execute(delete(CallerIdRow).where(CallerIdRow.controller_id == "acme"))
        raise_generation(connection)
    yield
    insert_caller_id(gateway.services.database)


def codes(answer: Any) -> list[str]:
    return [reason["code"] for reason in answer["reasons"]]


TERMS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"speaker": "human", "dialling": "manual"}, []),
    ({"speaker": None, "dialling": None, "free_agents": None, "caller_id": None}, []),
    ({"speaker": "machine"}, ["automation.no_consent"]),
    ({"dialling": "predictive"}, ["automation.no_free_agent"]),
    ({"dialling": "predictive", "free_agents": 0}, ["automation.no_free_agent"]),
    ({"dialling": "predictive", "free_agents": 1}, []),
    ({"campaign": PREDICTIVE}, ["automation.no_free_agent"]),
    ({"campaign": PREDICTIVE, "dialling": "manual"}, ["automation.no_free_agent"]),
    ({"campaign": PREDICTIVE, "free_agents": 3}, []),
    ({"campaign": SILENT}, ["automation.not_stated"]),
    ({"campaign": SILENT, "speaker": "human"}, ["automation.not_stated"]),
    ({"campaign": SILENT, "speaker": "human", "dialling": "preview"}, []),
]


@pytest.mark.parametrize(("stated", "refused"), TERMS)
@pytest.mark.parametrize("path", ["/v1/attempts", "/v1/checks"])
def test_what_the_request_says_and_its_campaign_declares_is_decided_by(
    client: FlaskClient, dialer: Dialer, path: str, stated: dict[str, Any], refused: list[str]
) -> None:
    answer = told(client.post(path, json=a_question(**stated), headers=dialer.bearer))

    assert codes(answer) == refused
    assert answer["permitted"] is not refused


def test_machines_are_told_from_people_by_the_twiml_where_twilio_has_no_word_for_it(
    client: FlaskClient, dialer: Dialer
) -> None:
    spoken = some_form(Url=None, Twiml="<Response><Say>Hej</Say></Response>")
    silent = some_form(Url=None, Twiml="<Response><Pause length='1'/></Response>")

    refused, made = create(client, dialer, spoken), create(client, dialer, silent)

    assert codes(told(refused)["details"]) == ["automation.no_consent"]
    assert made.status_code == 201


SHOWN: list[tuple[str | None, str | None, list[str]]] = [
    (None, CALLER_ID, []),
    (CALLER_ID, CALLER_ID, []),
    ("0045 70 12 34 99", CALLER_ID, []),
    (NOT_OURS, NOT_OURS, ["caller_id.not_ours"]),
    ("anonymous", None, ["caller_id.missing"]),
    ("Restricted", None, ["caller_id.missing"]),
    ("+266696687", None, ["caller_id.missing"]),
    ("client:alice", None, ["caller_id.missing"]),
    (f"client:{CALLER_ID}", None, ["caller_id.missing"]),
    (f"sip:{CALLER_ID}@example.com", None, ["caller_id.missing"]),
    ("70 12 34 99", None, ["caller_id.missing"]),
]


@pytest.mark.parametrize(("given", "shown", "refused"), SHOWN)
def test_the_number_shown_is_one_that_the_callee_can_ring_back_and_that_is_ours(
    client: FlaskClient, dialer: Dialer, given: str | None, shown: str | None, refused: list[str]
) -> None:
    answer = told(ask(client, dialer, a_question(caller_id=given)))

    assert (answer["caller_id"], codes(answer)) == (shown, refused)
    assert refused or answer["permit"]["caller_id"] == shown
    seen = told(client.get(f"/v1/attempts/{answer['attempt_id']}", headers=dialer.bearer))
    assert seen["caller_id"] == shown or seen["caller_id"] == given


@pytest.mark.parametrize(("given", "shown", "refused"), [case for case in SHOWN if case[0]])
def test_the_same_holds_for_from_on_the_twilio_route(
    client: FlaskClient, dialer: Dialer, given: str, shown: str | None, refused: list[str]
) -> None:
    answer = create(client, dialer, some_form(From=given))

    if refused:
        details = told(answer)["details"]
        assert (details["caller_id"], codes(details)) == (shown, refused)
    else:
        assert (answer.status_code, told(answer)["from"]) == (201, shown)


def test_a_controller_without_a_caller_id_on_file_calls_nobody(
    client: FlaskClient, dialer: Dialer, no_caller_ids: None
) -> None:
    answers = [told(ask(client, dialer, a_question(caller_id=given))) for given in (None, CALLER_ID)]

    assert [codes(answer) for answer in answers] == [["caller_id.missing"], ["caller_id.not_ours"]]


def test_a_national_caller_id_is_read_by_the_country_of_the_question(client: FlaskClient, dialer: Dialer) -> None:
    callee = a_callee()

    answer = told(ask(client, dialer, a_question(callee=callee[3:], default_country="DK", caller_id="70 12 34 99")))

    assert (answer["callee"], answer["caller_id"], answer["permitted"]) == (callee, CALLER_ID, True)


def test_a_repeated_request_is_told_the_same_number_to_show(client: FlaskClient, dialer: Dialer) -> None:
    question = a_question()

    first, second = (told(ask(client, dialer, question, f"shown {question['callee']}")) for _ in range(2))

    assert first["caller_id"] == CALLER_ID
    assert second == first


def test_a_campaigns_own_number_is_shown_before_its_controllers(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    own = "+4570123488"
    insert_campaign(gateway.services.database, "summer")
    insert_caller_id(gateway.services.database, number=own, campaign_id="summer")

    assert told(ask(client, dialer, a_question(campaign="summer")))["caller_id"] == own
    assert told(ask(client, dialer, a_question(campaign="summer", caller_id=CALLER_ID)))["caller_id"] == CALLER_ID
    assert codes(told(ask(client, dialer, a_question(caller_id=own)))) == ["caller_id.not_ours"]


@pytest.fixture(scope="module")
def patient(gateway: Gateway) -> Dialer:
    """A dialer of a campaign whose own figure lets a phone ring for twenty seconds at least."""
    sid = "AC" + "d7" * 16
    database = gateway.services.database
    insert_campaign(database, PATIENT, overrides={"ring_at_least_seconds": 20})
    insert_credential(
        database, "patient-twilio", "dialer",
        controller_id="acme", kind="twilio", account_sid=sid, campaign_id=PATIENT, secret_hash=None,
    )  # fmt: skip
    token = gateway.services.access.token_of(gateway.services.catalogue.checked().by_account_sid[sid])
    return Dialer(sid, token, gateway.dialer.api_key)


@pytest.mark.parametrize(("asked", "sent"), [(None, "25"), ("3", "20"), ("20", "20"), ("21", "21"), ("600", "25")])
def test_a_phone_rings_for_as_long_as_it_has_to_whatever_the_dialer_wants(
    client: FlaskClient, patient: Dialer, simulator: Simulator, asked: str | None, sent: str
) -> None:
    form = some_form(Timeout=asked)

    assert create(client, patient, form).status_code == 201
    assert upstream(simulator, form["To"])[0]["parameters"]["Timeout"] == sent


def test_a_dialer_that_places_its_calls_itself_is_told_how_long_to_let_them_ring(
    client: FlaskClient, patient: Dialer
) -> None:
    question = a_question(campaign=PATIENT)

    first, again = (told(ask(client, patient, question, f"rings {question['callee']}")) for _ in range(2))

    assert (first["permit"]["ring_at_least_seconds"], first["permit"]["ring_timeout_seconds"]) == (20, 30)
    assert again == first
