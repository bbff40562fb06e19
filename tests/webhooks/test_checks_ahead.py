"""May I ring on Tuesday at half past four? A check about a moment to come: answered, kept, and never more than that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from middleware.services.replay.replaying import Replays
from middleware.store.models import AttemptRow, DecisionRow, GuardRow
from tests.api_contract import told
from tests.gateway import Dialer, Gateway
from tests.webhooks.test_attempts import a_question, ask

# the tests begin on Tuesday, 2026-11-24, 10:30 in Copenhagen
NEXT_TUESDAY = "2026-12-01T16:30:00+01:00"


def check(client: FlaskClient, dialer: Dialer, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = told(client.post("/v1/checks", json=a_question(**body), headers=dialer.bearer))
    return answer


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


MOMENTS = [
    (NEXT_TUESDAY, []),
    ("2026-12-01T09:00:00+01:00", []),
    ("2026-12-01T08:59:59+01:00", ["hours.outside_window"]),
    ("2026-12-01T15:30:00Z", []),
    ("2026-12-01T17:00:00+01:00", ["hours.outside_window"]),
    ("2026-12-05T12:00:00+01:00", ["hours.outside_window"]),
    ("2026-12-25T12:00:00+01:00", ["hours.holiday"]),
]


@pytest.mark.parametrize(("at", "refused"), MOMENTS)
def test_the_answer_is_about_the_moment_asked_about(
    client: FlaskClient, dialer: Dialer, at: str, refused: list[str]
) -> None:
    answer = check(client, dialer, at=at)

    assert [reason["code"] for reason in answer["reasons"]] == refused
    assert answer["permitted"] is (not refused)
    assert instant(answer["decided_at"]) == instant(at)
    assert instant(answer["asked_at"]) < instant(at)
    assert answer["about_another_time"] is True
    assert (answer["attempt_id"], answer["permit"]) == (None, None)


def test_a_refusal_for_then_tells_from_when_on_a_call_may_be_made(client: FlaskClient, dialer: Dialer) -> None:
    answer = check(client, dialer, at="2026-12-05T12:00:00+01:00")

    assert instant(answer["not_before"]) == instant("2026-12-07T09:00:00+01:00")


def test_a_moment_beyond_the_calendar_is_an_ordinary_refusal(client: FlaskClient, dialer: Dialer) -> None:
    answer = check(client, dialer, at="2035-12-04T12:00:00+01:00")

    assert "hours.calendar_ended" in [reason["code"] for reason in answer["reasons"]]
    assert answer["not_before"] is None


@pytest.mark.parametrize(
    ("at", "complaint"),
    [
        ("2026-11-24T09:00:00+01:00", "lies in the past"),
        ("2020-01-01T00:00:00Z", "lies in the past"),
        ("0001-01-01T00:00:00Z", "lies in the past"),
        ("9999-12-31T23:59:59Z", "more than ten years ahead"),
        ("2026-12-01T16:30:00", "with its offset"),
        ("2026-12-01", "with its offset"),
        ("", "with its offset"),
    ],
)
def test_what_is_no_moment_to_come_is_a_problem_that_names_it(
    client: FlaskClient, dialer: Dialer, at: str, complaint: str
) -> None:
    answer = client.post("/v1/checks", json=a_question(at=at), headers=dialer.bearer)

    body = told(answer)
    assert (answer.status_code, answer.content_type, body["field"]) == (422, "application/problem+json", "at")
    assert complaint in body["detail"]


def test_nothing_is_reserved_for_another_time(client: FlaskClient, dialer: Dialer) -> None:
    answer = client.post("/v1/attempts", json=a_question(at=NEXT_TUESDAY), headers=dialer.bearer)

    assert (answer.status_code, told(answer)["field"]) == (422, "at")
    assert "POST /v1/checks" in told(answer)["detail"]


def test_asking_ahead_counts_for_nothing_and_hinders_nobody(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    question = a_question()

    def counted() -> list[int | None]:
        with gateway.services.database.reading() as connection:
            return [connection.scalar(select(func.count()).select_from(table)) for table in (AttemptRow, GuardRow)]

    before = counted()
    ahead = [check(client, dialer, **question, at=NEXT_TUESDAY) for _ in range(6)]

    assert counted() == before
    assert {answer["attempts_left"] for answer in ahead} == {4}
    assert told(ask(client, dialer, question))["attempts_left"] == 4


def test_the_decision_is_kept_as_one_about_another_time_and_can_be_made_again(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    for at in (NEXT_TUESDAY, "2026-12-25T12:00:00+01:00", None):
        answer = check(client, dialer, **({"at": at} if at else {}))
        with gateway.services.database.reading() as connection:
            query = select(DecisionRow.kind, DecisionRow.decided_at).where(DecisionRow.id == answer["decision_id"])
            kind, decided_at = connection.execute(query).one()
        assert (kind, decided_at) == ("ahead" if at else "check", instant(answer["decided_at"]))
        asked_at = instant(answer["asked_at"])
        report = Replays(gateway.services.database).over(asked_at, asked_at + timedelta(milliseconds=1))
        assert (report.decisions, report.differences) == (1, [])


def test_an_attempt_made_now_has_rested_by_then(client: FlaskClient, dialer: Dialer) -> None:
    question = a_question()
    permitted = told(ask(client, dialer, question))
    client.post(f"/v1/attempts/{permitted['attempt_id']}/outcome", json={"outcome": "busy"}, headers=dialer.bearer)

    tomorrow = check(client, dialer, **question, at="2026-11-25T09:00:00+01:00")
    next_week = check(client, dialer, **question, at=NEXT_TUESDAY)

    assert [reason["code"] for reason in tomorrow["reasons"]] == ["attempts.too_soon"]
    assert (next_week["permitted"], next_week["attempts_left"]) == (True, 3)


def test_to_ask_about_this_very_second_is_to_ask_about_now(
    client: FlaskClient, gateway: Gateway, dialer: Dialer
) -> None:
    now = gateway.services.clock.now().astimezone(UTC)

    answer = check(client, dialer, at=(now + timedelta(seconds=2)).replace(microsecond=0).isoformat())

    assert answer["permitted"] is True
    assert instant(answer["decided_at"]) >= instant(answer["asked_at"])
