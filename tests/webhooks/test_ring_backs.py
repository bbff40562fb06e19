"""The list of callers who rang back: for those who answer them, of their own company, and every reading is logged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from middleware.services.routes import ring_back_list
from middleware.store.models import AccessRow
from tests.api_contract import told
from tests.rows import insert_credential
from tests.webhooks.twilio.calls import a_call_sid
from tests.webhooks.twilio.ringing_back import SHARED, Line, a_number, an_open_line

DAY = "from=2026-11-24&to=2026-11-25"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with an_open_line(tmp_path_factory.mktemp("ring-backs")) as line:
        database = line.gateway.services.database
        for controller in ("acme", "beta"):
            insert_credential(database, f"{controller}-caller", "caller", controller_id=controller)
        insert_credential(database, "admin", "admin")
        yield line


def read(line: Line, path: str, who: str) -> TestResponse:
    return line.gateway.http().get(path, headers={"Authorization": f"Bearer rf_{who}.secret-of-{who}"})


def listed(line: Line, who: str, query: str = DAY) -> list[str]:
    return [each["ring_back_id"] for each in told(read(line, f"/v1/ring-backs?{query}", who))["ring_backs"]]


def readings(line: Line) -> list[tuple[str, dict[str, Any]]]:
    with line.gateway.services.database.reading() as connection:
        of_them = select(AccessRow.__table__).where(AccessRow.action == "ring_backs.read").order_by(AccessRow.id)
        return [(row.credential_id, json.loads(row.detail)) for row in connection.execute(of_them)]


def test_whoever_answers_them_reads_all_that_is_needed_to(line: Line) -> None:
    callee, sid = a_number(), a_call_sid()
    attempt_id = line.calls(callee)["attempt_id"]
    ring_back_id = line.rings(callee, call_sid=sid).ring_back_id
    line.tells(ring_back_id, "message", RecordingSid="RE1", RecordingDuration="9")

    body = told(read(line, f"/v1/ring-backs/{ring_back_id}", "acme-caller"))

    assert body.pop("at").startswith("2026-11-24T")
    assert body == {
        "ring_back_id": ring_back_id,
        "caller": callee,
        "caller_id": "+4570123411",
        "controller": "acme",
        "campaign": "offers",
        "attempt_id": attempt_id,
        "language": "da",
        "choice": "message",
        "recording_sid": "RE1",
        "recording_seconds": 9,
        "call_sid": sid,
        "ended_at": None,
    }
    assert readings(line)[-1] == ("acme-caller", {"ring_back": ring_back_id})


def test_each_company_sees_its_own_and_those_of_whom_nobody_knows_which_they_meant(line: Line) -> None:
    to_beta, unknown = a_number(), a_number()
    line.calls(to_beta, "autumn")
    acmes = line.rings(a_number()).ring_back_id
    betas = line.rings(to_beta, SHARED).ring_back_id
    shared = line.rings(unknown, SHARED).ring_back_id

    everybody = listed(line, "admin")
    assert {acmes, betas, shared} <= set(everybody)
    assert everybody == sorted(everybody)
    assert {acmes, shared} <= set(listed(line, "acme-caller"))
    assert set(listed(line, "beta-caller")) == {betas, shared}
    assert readings(line)[-1][1]["ring_backs"] == 2
    assert read(line, f"/v1/ring-backs/{acmes}", "beta-caller").status_code == 404
    assert read(line, f"/v1/ring-backs/{betas}", "acme-caller").status_code == 404
    assert read(line, f"/v1/ring-backs/{shared}", "acme-caller").status_code == 200


def test_a_range_ends_before_its_end(line: Line) -> None:
    line.rings(a_number())

    assert listed(line, "admin", "from=2026-11-25&to=2026-11-26") == []
    assert listed(line, "admin", "from=1850-01-01&to=2026-11-24") == []
    assert listed(line, "admin", "from=0001-01-01&to=9999-12-31") == listed(line, "admin")


def test_a_long_list_says_that_there_is_more(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_back_list, "MOST", 1)
    for _ in range(2):
        line.rings(a_number())

    page = told(read(line, f"/v1/ring-backs?{DAY}", "admin"))

    assert (len(page["ring_backs"]), page["is_whole"]) == (1, False)


@pytest.mark.parametrize("query", ["", "from=2026-11-24", "from=x&to=y", "from=2026-11-25&to=2026-11-24", f"{DAY}&x=1"])
def test_a_range_that_is_none_is_refused(line: Line, query: str) -> None:
    assert read(line, f"/v1/ring-backs?{query}", "admin").status_code == 422


def test_dialers_do_not_read_it(line: Line) -> None:
    for path in (f"/v1/ring-backs?{DAY}", f"/v1/ring-backs/{line.rings(a_number()).ring_back_id}"):
        assert read(line, path, "acme-api").status_code == 403
        assert line.gateway.http().get(path).status_code == 401
