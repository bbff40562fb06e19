"""Who may ask: a credential that was withdrawn, has ended or lacks the role gets nothing, from the next request on."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from middleware.store.catalogue import raise_generation
from middleware.store.models import CredentialRow
from tests.api_contract import told
from tests.gateway import CALLER_ID, NOBODY, NOW, Dialer, Gateway, a_callee
from tests.rows import insert_credential

ANY_ATTEMPT = "/v1/attempts/00000000-0000-7000-8000-000000000000"
_names = count()


def new_dialer(gateway: Gateway, **changes: object) -> Dialer:
    """A credential of each kind for the first controller, like those of its dialer."""
    number = next(_names)
    sid = f"AC{number:032x}"
    insert_credential(
        gateway.services.database, f"t{number}", "dialer", kind="twilio", account_sid=sid, campaign_id="spring",
        secret_hash=None, controller_id="acme", **changes,
    )  # fmt: skip
    key = insert_credential(gateway.services.database, f"k{number}", "dialer", controller_id="acme", **changes)
    access = gateway.services.access
    return Dialer(sid, access.token_of(gateway.services.catalogue.checked().by_account_sid[sid]), key)


def change_all(gateway: Gateway, dialer: Dialer, **values: object) -> None:
    ids = (f"t{int(dialer.account_sid[2:], 16)}", f"k{int(dialer.account_sid[2:], 16)}")
    with gateway.services.database.writing() as connection:
        connection.execute(update(CredentialRow).where(CredentialRow.id.in_(ids)).values(**values))
        raise_generation(connection)


def statuses(client: FlaskClient, dialer: Dialer) -> list[int]:
    """What each route answers, those that only read first: these look the credential up by themselves."""
    question = {"campaign": "spring", "callee": a_callee()}
    form = {"To": a_callee(), "From": CALLER_ID, "Url": f"{NOBODY}/voice"}
    call = f"{dialer.calls_path}/CA{'0' * 32}.json"
    answers = [
        client.get(ANY_ATTEMPT, headers=dialer.bearer),
        client.post(f"{ANY_ATTEMPT}/outcome", headers=dialer.bearer, json={"outcome": "busy"}),
        client.get(call, auth=dialer.basic),
        client.post(call, auth=dialer.basic, data={"Status": "completed"}),
        client.get(f"{dialer.calls_path}.json", auth=dialer.basic),
        client.post("/v1/checks", headers=dialer.bearer, json=question),
        client.post("/v1/attempts", headers=dialer.bearer, json=question),
        client.post(f"{dialer.calls_path}.json", auth=dialer.basic, data=form),
    ]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("change", [{"revoked_at": NOW}, {"expires_at": NOW - timedelta(days=1)}])
def test_a_credential_that_was_withdrawn_or_has_ended_gets_nothing_from_the_next_request_on(
    client: FlaskClient, gateway: Gateway, change: dict[str, datetime]
) -> None:
    dialer = new_dialer(gateway)
    assert statuses(client, dialer) == [404, 404, 404, 404, 200, 200, 201, 201]

    change_all(gateway, dialer, **change)

    assert statuses(client, dialer) == [401] * 8


def test_a_new_token_replaces_the_old_one(client: FlaskClient, gateway: Gateway) -> None:
    dialer = new_dialer(gateway)

    change_all(gateway, dialer, token_serial=2)

    assert client.get(f"{dialer.calls_path}.json", auth=dialer.basic).status_code == 401


def test_a_credential_can_be_used_as_soon_as_it_is_issued(client: FlaskClient, gateway: Gateway) -> None:
    client.get(ANY_ATTEMPT, headers=gateway.dialer.bearer)  # the copy in memory is older than the credential

    assert statuses(client, new_dialer(gateway))[-1] == 201


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer rf_", "Bearer rf_acme-api", "Bearer rf_acme-api.", "Basic eA==",
               "Bearer acme-api.secret-of-acme-api", "Bearer rf_acme-api.wrong", "Bearer rf_nobody.secret"]
)  # fmt: skip
def test_what_is_no_key_of_ours_is_refused_and_told_how_to_send_one(client: FlaskClient, header: str) -> None:
    answer = client.get(ANY_ATTEMPT, headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert told(answer)["status"] == 401


def test_an_auditor_reads_attempts_and_neither_reserves_nor_reports(client: FlaskClient, gateway: Gateway) -> None:
    bearer = {"Authorization": f"Bearer {gateway.auditor_key}"}
    question = {"campaign": "spring", "callee": a_callee()}

    assert client.get(ANY_ATTEMPT, headers=bearer).status_code == 404
    assert client.post("/v1/attempts", headers=bearer, json=question).status_code == 403
    assert client.post("/v1/checks", headers=bearer, json=question).status_code == 403
    refused = client.post(f"{ANY_ATTEMPT}/outcome", headers=bearer, json={"outcome": "busy"})
    assert refused.status_code == 403
    assert "role" in told(refused)["detail"]


def test_who_calls_for_one_campaign_reaches_its_controller_alone_though_none_is_named(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    form = {"To": a_callee(), "From": CALLER_ID, "Url": f"{NOBODY}/voice"}
    sid = told(client.post(f"{dialer.calls_path}.json", auth=dialer.basic, data=form))["sid"]
    narrow = new_dialer(gateway)
    change_all(gateway, narrow, controller_id=None, campaign_id="autumn")

    for path in (narrow.calls_path, f"{narrow.calls_path}/{sid}"):
        answer = client.get(f"{path}.json", auth=narrow.basic)
        assert sid not in str(told(answer).get("calls", ""))
        assert answer.status_code == (200 if path == narrow.calls_path else 404)
