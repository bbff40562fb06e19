"""`ringfence look-up`: how many lines are known now, and why it ended."""

from __future__ import annotations

import json

import pytest

from middleware.store.database import Database
from tests.command_line import ran, set_environment, settings
from tests.people import CALLEE, insert_contact
from tests.rows import insert_campaign
from tests.twiml_server import twiml_server


def test_it_says_what_is_known_now_and_what_it_may_not_spend(
    sqlite_store: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    insert_campaign(sqlite_store, "spring")
    insert_contact(sqlite_store)
    answer = json.dumps({"valid": True, "line_type_intelligence": {"type": "mobile", "error_code": None}})
    with twiml_server() as twilio:
        twilio.serve(answer, content_type="application/json", path=f"/v2/PhoneNumbers/%2B{CALLEE[1:]}")
        given = {"TWILIO_LOOKUPS_BASE_URL": twilio.url}
        set_environment(monkeypatch, settings(sqlite_store.url, **given))
        without_budget = ran(monkeypatch, capsys, "look-up", "--campaign", "spring")
        set_environment(monkeypatch, settings(sqlite_store.url, LOOK_UPS_PER_DAY="5", **given))
        done = ran(monkeypatch, capsys, "look-up", "--campaign", "spring", "--limit", "1")
        unknown = ran(monkeypatch, capsys, "look-up", "--campaign", "autumn")

    assert (without_budget.code, done.code, unknown.code) == (1, 0, 2)
    assert "Ended early: look-ups cost money" in without_budget.text
    assert done.text.startswith("Lines known now: 1; numbers that do not exist: 0")
    assert "no campaign autumn" in unknown.err
