"""A list is sent, each row is answered by a line, and the last line sums up; nothing is reserved, all is recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from middleware.decision.model import Subject
from middleware.leads.delimited import DelimitedTable
from middleware.leads.records import Record
from middleware.store.catalogue import raise_generation
from middleware.store.models import AccessRow, AttemptRow, CredentialRow, DecisionRow, SuppressionRow
from middleware.store.suppressions import SuppressionRepository
from tests.api_contract import told
from tests.gateway import NOW, Dialer, Gateway, a_callee
from tests.rows import insert_credential
from webhooks import batch

PATH = "/v1/checks/batch?campaign=spring"


def send(
    client: FlaskClient, dialer: Dialer, body: str | bytes, kind: str = "text/csv", path: str = PATH, **headers: str
) -> TestResponse:
    data = body.encode() if isinstance(body, str) else body
    return client.post(path, data=data, content_type=kind, headers={**dialer.bearer, **headers}, buffered=True)


def begun(gateway: Gateway, dialer: Dialer, body: str) -> TestResponse:
    """An answer of which nothing has been read."""
    client = FlaskClient(gateway.app, gateway.app.response_class)
    return client.post(PATH, data=body, content_type="text/csv", headers=dialer.bearer)


def lines(response: TestResponse) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.get_data(as_text=True)
    assert response.content_type == "application/x-ndjson"
    return [json.loads(line) for line in response.get_data().splitlines()]


def of_every_kind(*rows: dict[str, str]) -> list[tuple[str, str]]:
    """The same rows as CSV, JSON lines and a JSON array."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    table = [headings, *([row.get(name, "") for name in headings] for row in rows)]
    return [
        ("text/csv", "\n".join(",".join(cells) for cells in table)),
        ("application/x-ndjson", "\n".join(json.dumps(row) for row in rows)),
        ("application/json", json.dumps(rows)),
    ]


def test_each_row_is_answered_and_the_last_line_sums_up(client: FlaskClient, dialer: Dialer) -> None:
    number = a_callee()
    for kind, body in of_every_kind({"phone": number, "score": "7"}, {"phone": number, "score": "8"}, {"phone": "12"}):
        first, second, third, last = lines(send(client, dialer, body, kind))

        assert (first["e164"], first["callable"], first["reasons"]) == (number, "now", [])
        assert (second["callable"], second["duplicate_of"], second["duplicate_by"]) == (
            "duplicate",
            first["line"],
            "number",
        )
        assert (third["callable"], "number.invalid" in third["reasons"]) == ("no", True)
        assert len(third["messages"]) == len(third["reasons"])
        assert last["summary"]["rows"] == 3
        assert last["summary"]["callable_today"] == 1
        assert last["summary"]["duplicates"] == 1
        assert last["columns"]["unknown"] == ["score"]


def test_a_broken_row_is_told_with_its_line_and_the_others_go_on(client: FlaskClient, dialer: Dialer) -> None:
    good, better = a_callee(), a_callee()

    found = lines(send(client, dialer, f'phone,name\n{good},Ann\n{a_callee()},"Bob\n{better},Eve\n'))

    assert [(line.get("line"), line.get("callable")) for line in found[:-1]] == [
        (2, "now"),
        (3, "broken"),
        (4, "now"),
    ]
    assert found[1]["remarks"] == ["quotes"]
    assert found[-1]["summary"]["broken"] == 1


def test_a_broken_line_of_json_is_told_and_the_others_go_on(client: FlaskClient, dialer: Dialer) -> None:
    body = f'{{"phone": "{a_callee()}"}}\n{{"phone": \n[1]\n{{"phone": "{a_callee()}"}}'

    found = lines(send(client, dialer, body, "application/x-ndjson"))

    assert [line["callable"] for line in found[:-1]] == ["now", "broken", "broken", "now"]
    assert [line["line"] for line in found[:-1]] == [1, 2, 3, 4]


@pytest.mark.parametrize(("subject", "reason"), [("person", "suppression.person"), ("company", "suppression.company")])
def test_who_is_on_the_stop_list_by_mailbox_or_company_is_not_called_though_no_contact(
    gateway: Gateway, client: FlaskClient, dialer: Dialer, subject: str, reason: str
) -> None:
    pepper = gateway.services.scrub._stop_list._pepper
    keys = {"person": pepper.mailbox("eve@nordlys.example"), "company": pepper.company("DK", "13 58 56 28")}
    with gateway.services.database.writing() as connection:
        SuppressionRepository(connection).add(
            Subject(subject),
            keys[subject],
            "everywhere",
            None,
            reason="objection",
            source="mail",
            noted_by="me",
            at=NOW,
        )
    number = a_callee()

    row, last = lines(send(client, dialer, f"phone;email;CVR\n{number};Eve@Nordlys.example;DK13585628\n"))

    assert row["callable"] == "no"
    assert reason in row["reasons"]
    assert last["summary"]["suppressed"] == 1
    _lift_all(gateway)


def _lift_all(gateway: Gateway) -> None:
    with gateway.services.database.writing() as connection:
        connection.execute(update(SuppressionRow).values(lifted_at=NOW))


def test_sentences_are_in_the_language_of_the_reader(client: FlaskClient, dialer: Dialer) -> None:
    body = f"phone,name\n{a_callee()},Ann\n{a_callee()},Bob,9\n"

    danish = send(client, dialer, body, **{"Accept-Language": "da"})
    german = send(client, dialer, body, path=f"{PATH}&language=de", **{"Accept-Language": "da"})

    assert danish.headers["Content-Language"] == "da"
    assert german.headers["Content-Language"] == "de"
    assert lines(danish)[1]["messages"][0].startswith("Rækken har 3 celler")
    assert lines(german)[1]["messages"][0].startswith("Die Zeile hat 3 Zellen")


def test_a_list_reserves_nothing_and_leaves_two_entries_without_anything_personal(
    gateway: Gateway, client: FlaskClient, dialer: Dialer
) -> None:
    number = a_callee()
    body = f"phone,name,email\n{number},Ann Lee,ann@acme.example\n".encode()
    before = _counted(gateway)

    lines(send(client, dialer, body))

    assert _counted(gateway) == before
    with gateway.services.database.reading() as connection:
        entries = connection.execute(
            select(AccessRow.credential_id, AccessRow.action, AccessRow.detail, AccessRow.id)
            .where(AccessRow.action.startswith("scrub."))
            .order_by(AccessRow.id.desc())
            .limit(2)
        ).all()
    ended, began = entries
    assert (began.action, ended.action) == ("scrub.began", "scrub.ended")
    assert began.credential_id == "acme-api"
    assert json.loads(began.detail) == {
        "controller": "acme",
        "campaign": "spring",
        "sha256": sha256(body).hexdigest(),
        "rows": 1,
    }
    assert json.loads(ended.detail)["of"] == began.id
    assert json.loads(ended.detail)["is_whole"] is True
    assert json.loads(ended.detail)["callable_now"] == 1
    for personal in (number, number[3:], "Ann", "acme.example"):
        assert personal not in began.detail + ended.detail


def _counted(gateway: Gateway) -> tuple[int | None, int | None]:
    with gateway.services.database.reading() as connection:
        return (
            connection.scalar(select(func.count()).select_from(AttemptRow)),
            connection.scalar(select(func.count()).select_from(DecisionRow)),
        )


def test_an_answer_that_is_cut_off_is_recorded_as_such(gateway: Gateway, dialer: Dialer) -> None:
    rows = "\n".join(a_callee() for _ in range(300))
    response = begun(gateway, dialer, f"phone\n{rows}")
    next(iter(response.response))
    response.close()

    with gateway.services.database.reading() as connection:
        detail = connection.scalar(
            select(AccessRow.detail).where(AccessRow.action == "scrub.ended").order_by(AccessRow.id.desc()).limit(1)
        )
    assert json.loads(detail or "")["is_whole"] is False
    assert 0 < json.loads(detail or "")["rows"] < 300


def test_an_answer_that_ends_early_says_so_in_its_last_line(gateway: Gateway, dialer: Dialer) -> None:
    key = insert_credential(gateway.services.database, "soon-gone", "caller", controller_id="acme")
    rows = "\n".join(a_callee() for _ in range(300))
    client = FlaskClient(gateway.app, gateway.app.response_class)
    response = client.post(
        PATH, data=f"phone\n{rows}", content_type="text/csv", headers={"Authorization": f"Bearer {key}"}
    )
    chunks = iter(response.response)
    next(chunks)
    with gateway.services.database.writing() as connection:
        connection.execute(update(CredentialRow).where(CredentialRow.id == "soon-gone").values(revoked_at=NOW))
        raise_generation(connection)

    rest = b"".join(bytes(chunk) for chunk in chunks if isinstance(chunk, bytes)).splitlines()
    response.close()

    assert "summary" not in json.loads(rest[-1])
    assert "withdrawn" in json.loads(rest[-1])["problem"]["detail"]


def test_a_list_with_too_many_rows_is_turned_away_whole(
    client: FlaskClient, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_ROWS", 2)

    answer = send(client, dialer, "phone\n" + "\n".join(a_callee() for _ in range(3)))

    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"
    assert "more than 2 rows" in told(answer)["detail"]


def test_a_list_with_too_many_rows_is_not_read_to_its_end(
    client: FlaskClient, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_ROWS", 2)
    read: list[Record] = []

    def counted(table: DelimitedTable) -> Iterator[Record]:
        for record in records_of(table):
            read.append(record)
            yield record

    records_of = DelimitedTable.records
    monkeypatch.setattr(DelimitedTable, "records", counted)

    assert send(client, dialer, "phone\n" + "1\n" * 50).status_code == 413
    assert len(read) == 3


def test_a_list_as_long_as_it_may_be_is_answered(
    client: FlaskClient, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_ROWS", 2)

    assert len(lines(send(client, dialer, f"phone\n{a_callee()}\n{a_callee()}\n"))) == 3


def test_a_list_with_too_many_bytes_is_turned_away(
    client: FlaskClient, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST_BYTES", 100)

    assert send(client, dialer, "phone\n" + "1" * 100).status_code == 413


def test_a_list_larger_than_other_requests_is_read(client: FlaskClient, dialer: Dialer) -> None:
    body = "phone,notes\n" + "".join(f"{a_callee()},{'x' * 9_000}\n" for _ in range(130))  # more than one megabyte

    assert len(lines(send(client, dialer, body))) == 131


WRONG = [
    ("/v1/checks/batch", "text/csv", "phone\n1", 422, "campaign"),
    (f"{PATH}&colour=red", "text/csv", "phone\n1", 422, "colour"),
    (f"{PATH}&language=fr", "text/csv", "phone\n1", 422, "language"),
    (f"{PATH}&default_country=Narnia", "text/csv", "phone\n1", 422, "default_country"),
    (f"{PATH}&dates=ymd", "text/csv", "phone\n1", 422, "dates"),
    (f"{PATH}&at=2020-01-01T00:00:00Z", "text/csv", "phone\n1", 422, "at"),
    (f"{PATH}&one_per_company=maybe", "text/csv", "phone\n1", 422, "one_per_company"),
    (f"{PATH}&speaker=robot", "text/csv", "phone\n1", 422, "speaker"),
    (PATH, "text/csv", "", 422, "file"),
    (PATH, "text/csv", "name,company\nAnn,Acme", 422, "file"),
    (PATH, "application/json", '{"phone": "1"}', 422, "body"),
    (PATH, "application/json", "[", 422, "body"),
    (PATH, "application/pdf", "phone", 415, None),
    ("/v1/checks/batch?campaign=autumn", "text/csv", "phone\n1", 404, None),
]


@pytest.mark.parametrize(("path", "kind", "body", "status", "field"), WRONG)
def test_what_cannot_be_answered_is_a_problem_that_names_what_to_mend(
    client: FlaskClient, dialer: Dialer, path: str, kind: str, body: str, status: int, field: str | None
) -> None:
    answer = send(client, dialer, body, kind, path)

    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert told(answer).get("field") == field


def test_auditors_do_not_ask(gateway: Gateway, client: FlaskClient) -> None:
    answer = client.post(
        PATH, data=b"phone", content_type="text/csv", headers={"Authorization": f"Bearer {gateway.auditor_key}"}
    )

    assert answer.status_code == 403


def test_one_list_is_answered_at_a_time_and_the_next_may_follow(gateway: Gateway, dialer: Dialer) -> None:
    client = gateway.http()
    body = "phone\n" + "\n".join(a_callee() for _ in range(300))
    first = begun(gateway, dialer, body)

    assert send(client, dialer, body).status_code == 429
    first.close()

    assert len(lines(send(client, dialer, body))) == 301


def test_a_moment_to_come_can_be_asked_about(client: FlaskClient, dialer: Dialer) -> None:
    row, _ = lines(send(client, dialer, f"phone\n{a_callee()}", path=f"{PATH}&at=2026-11-28T12:00:00Z"))

    assert row["callable"] == "later"  # a Saturday
    assert row["from"].startswith("2026-11-30T")
