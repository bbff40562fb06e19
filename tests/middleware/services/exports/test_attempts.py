"""What is in an export of attempts, who gets it, and what the access log keeps of it."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from sqlalchemy import select, text

from middleware.decision.model import Reason
from middleware.encoding import facts_from_text
from middleware.errors import InvalidRequest, NotAllowed, NotFound, StoreUnavailable
from middleware.services.exports.query import ExportFormat
from middleware.store.exports import Span, exported_pages
from middleware.store.ids import new_id
from middleware.store.models import AccessRow, AttemptEventRow, AttemptRow, NoticeRow, StatusReportRow
from tests.builders import NOON, some_facts
from tests.refusals import a_refusal
from tests.rows import (
    OUT_OF_HOURS,
    SUPPRESSED,
    a_refused_row,
    an_attempt_row,
    an_ended_row,
    insert_attempts,
    insert_copies,
    insert_rows,
)

if TYPE_CHECKING:
    from tests.middleware.services.exports.conftest import Desk

MIGRATIONS = Path(__file__).parents[4] / "middleware" / "store" / "migrations" / "versions"
NEWEST_SCHEMA = max(path.name[:4] for path in MIGRATIONS.glob("0*.py"))
MILLISECOND, DAY = timedelta(milliseconds=1), timedelta(days=1)


def access_log(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.reading() as connection:
        rows = connection.execute(
            select(AccessRow.action, AccessRow.credential_id).order_by(AccessRow.at, AccessRow.action)
        )
        return [(row.action, row.credential_id) for row in rows]


def test_refused_permitted_and_ended_attempts_are_all_in_it_in_the_order_of_asking(desk: Desk) -> None:
    ended, refused, permitted = an_ended_row(NOON), a_refused_row(NOON + MILLISECOND), an_attempt_row(NOON + DAY / 2)
    insert_attempts(desk.database, [permitted, ended, refused])

    rows = desk.rows()

    assert [(row["attempt_id"], row["permitted"], row["state"]) for row in rows] == [
        (ended["id"], True, "completed"),
        (refused["id"], False, "refused"),
        (permitted["id"], True, "permitted"),
    ]
    assert [row["attempt_id"] for row in desk.cells()] == [row["attempt_id"] for row in rows]


def test_a_refusal_tells_every_reason_with_its_source(desk: Desk) -> None:
    insert_attempts(desk.database, [a_refused_row(NOON, SUPPRESSED, OUT_OF_HOURS)])

    cells, row = desk.cells()[0], desk.rows()[0]

    assert cells["reasons"] == "suppression.number hours.outside_window"
    assert cells["reason_details"] == f"{SUPPRESSED.message} | {OUT_OF_HOURS.message}"
    assert cells["reason_bases"] == "law | recommended"
    assert cells["reason_sources"] == "GDPR art. 21(3) | A test's own figure."
    assert cells["not_before"] == ""
    assert [(reason["code"], reason["basis"], reason["not_before"]) for reason in row["reasons"]] == [
        ("suppression.number", "law", None),
        ("hours.outside_window", "recommended", "2026-03-05T08:00:00+00:00"),
    ]
    assert row["reason_details"] == [SUPPRESSED.message, OUT_OF_HOURS.message]


def test_reasons_that_were_kept_as_figures_are_told_in_words(desk: Desk) -> None:
    listed = a_refusal(Reason.REGISTER_NOT_WASHED, register="dk_robinson", valid_for=timedelta(days=90))
    stopped = a_refusal(Reason.SUPPRESSION_PERSON, since=date(2026, 5, 11))
    insert_attempts(desk.database, [a_refused_row(NOON, stopped, listed), an_attempt_row()])

    [told] = [row["reason_details"] for row in desk.rows() if not row["permitted"]]

    assert told == [
        "This person has been on the stop list since 11 May 2026. That covers all their numbers.",
        "The campaign's list has not been checked against this register: Robinsonlisten. "
        "These rules ask for such a check, and it is valid for 90 days.",
    ]
    assert {cells["reason_details"] for cells in desk.cells()} == {" | ".join(told), ""}


def test_json_lines_hold_the_facts_so_that_the_decision_can_be_made_again(desk: Desk) -> None:
    insert_attempts(desk.database, [an_attempt_row()])

    row = desk.rows()[0]

    assert facts_from_text(orjson.dumps(row["facts"]).decode()) == some_facts()
    assert row["facts_digest"] == sha256(orjson.dumps(row["facts"])).hexdigest()
    assert row["facts_digest"] == desk.cells()[0]["facts_digest"]


def test_what_became_of_a_call_is_told_with_every_step_and_report(desk: Desk) -> None:
    call = an_ended_row(contact_id=new_id(NOON - DAY))
    insert_attempts(desk.database, [call])
    step = {"attempt_id": call["id"], "cause": "callback", "detail": '{"call_status":"ringing"}'}
    report = {"attempt_id": call["id"], "call_sid": call["call_sid"], "source": "callback", "form": "[]"}
    for seq, state in enumerate(("ringing", "completed"), start=1):
        at = NOON + seq * MILLISECOND
        insert_rows(desk.database, AttemptEventRow, {**step, "seq": seq, "state": state, "at": at})
        numbered = {**report, "id": new_id(at), "sequence_number": seq, "call_status": state, "received_at": at}
        insert_rows(desk.database, StatusReportRow, numbered)

    row, cells = desk.rows()[0], desk.cells()[0]

    assert [(event["state"], event["cause"], event["detail"]) for event in row["events"]] == [
        ("ringing", "callback", {"call_status": "ringing"}),
        ("completed", "callback", {"call_status": "ringing"}),
    ]
    assert row["status_reports"] == 2
    assert (cells["status_reports"], cells["outcome"], cells["duration_seconds"]) == ("2", "answered", "40")
    assert cells["ended_at"] == "2026-03-04T12:00:51+00:00"


def test_every_call_to_a_person_shows_the_one_notice_that_the_person_got(desk: Desk) -> None:
    contact = new_id(NOON - DAY)
    first, second = an_ended_row(NOON, contact_id=contact), an_ended_row(NOON + MILLISECOND, contact_id=contact)
    to_nobody_known = an_ended_row(NOON + 2 * MILLISECOND)
    other_number = an_ended_row(NOON + 3 * MILLISECOND, callee_key="f" * 32)
    insert_attempts(desk.database, [first, second, to_nobody_known, other_number])
    notice = {
        "controller_id": "acme",
        "campaign_id": "spring",
        "callee_key": first["callee_key"],
        "due_at": NOON,
        "deadline_at": NOON + 30 * DAY,
    }
    sent = {"subject": f"p:{contact}", "attempt_id": first["id"], "state": "sent", "sent_at": NOON + MILLISECOND}
    owed = {"subject": f"n:{first['callee_key']}", "attempt_id": to_nobody_known["id"], "state": "no_address"}
    insert_rows(desk.database, NoticeRow, {**notice, **sent, "id": new_id(NOON)})
    insert_rows(desk.database, NoticeRow, {**notice, **owed, "id": new_id(NOON)})
    insert_rows(desk.database, NoticeRow, {**notice, **sent, "id": new_id(NOON), "controller_id": "globex"})

    notices = [row["notice"] for row in desk.rows()]

    told = {"state": "sent", "sent_at": "2026-03-04T12:00:00.001000+00:00", "attempt_id": first["id"]}
    assert notices == [
        told,
        told,
        {"state": "no_address", "sent_at": None, "attempt_id": to_nobody_known["id"]},
        None,
    ]


def test_an_attempt_whose_decision_is_missing_shows_all_the_same(desk: Desk) -> None:
    row = {name: value for name, value in an_attempt_row().items() if name in AttemptRow.__table__.columns}
    insert_rows(desk.database, AttemptRow, row)
    stream = desk.begin(desk.query(ExportFormat.CSV))

    assert b"".join(stream).count(row["id"].encode()) == 1
    assert stream.manifest is not None
    assert stream.manifest.counts.by_verdict == {"permitted": 0, "refused": 0, "undecided": 1}
    assert desk.rows()[0]["facts"] is None


@pytest.mark.parametrize(
    ("offset", "is_in"),
    [
        (-MILLISECOND, False),
        (timedelta(microseconds=-1), False),
        (timedelta(), True),
        (timedelta(microseconds=1), True),
        (DAY - MILLISECOND, True),
        (DAY - timedelta(microseconds=1), True),
        (DAY, False),
        (DAY + MILLISECOND, False),
    ],
)
@pytest.mark.parametrize("sub_millisecond", [timedelta(), timedelta(microseconds=400)])
def test_the_beginning_of_the_range_is_in_it_and_the_end_is_not(
    embedded_desk: Desk, offset: timedelta, is_in: bool, sub_millisecond: timedelta
) -> None:
    begins = NOON - DAY / 2 + sub_millisecond
    insert_attempts(embedded_desk.database, [an_attempt_row(begins + offset)])

    rows = embedded_desk.rows(embedded_desk.query(begins=begins, ends=begins + DAY))

    assert bool(rows) is is_in


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_pages_meet_without_gap_or_overlap_also_within_a_millisecond(desk: Desk, count: int) -> None:
    rows = [an_attempt_row(NOON) for _ in range(count)]
    insert_attempts(desk.database, rows)

    pages = list(exported_pages(desk.database, Span(NOON, NOON + MILLISECOND), with_events=True, size=2))

    assert [attempt.id for page in pages for attempt in page] == sorted(row["id"] for row in rows)
    assert max(map(len, pages), default=0) <= 2


def test_an_export_of_one_campaign_holds_no_other(desk: Desk) -> None:
    spring, autumn = an_attempt_row(), an_attempt_row(campaign_id="autumn")
    insert_attempts(desk.database, [spring, autumn])

    assert [row["attempt_id"] for row in desk.rows(desk.query(campaign_id="autumn"))] == [autumn["id"]]


def test_the_auditor_of_one_controller_never_sees_another_controllers_attempts(desk: Desk) -> None:
    own = an_attempt_row()
    insert_attempts(desk.database, [own, an_attempt_row(controller_id="globex", campaign_id="abroad")])

    assert [row["attempt_id"] for row in desk.rows(asker="acme-auditor")] == [own["id"]]
    assert len(desk.rows()) == 2
    with pytest.raises(NotFound):
        desk.begin(desk.query(campaign_id="abroad"), "acme-auditor")


def test_a_campaign_that_does_not_exist_is_no_empty_export(embedded_desk: Desk) -> None:
    with pytest.raises(NotFound):
        embedded_desk.begin(embedded_desk.query(campaign_id="sping"))


@pytest.mark.parametrize("role", ["dialer", "caller", "admin"])
def test_nobody_but_an_auditor_exports_or_reads_a_manifest(embedded_desk: Desk, role: str) -> None:
    stream = embedded_desk.begin()
    b"".join(stream)

    with pytest.raises(NotAllowed):
        embedded_desk.begin(asker=role)
    with pytest.raises(NotAllowed):
        embedded_desk.exports.manifest(stream.export_id, embedded_desk.asker(role))
    assert access_log(embedded_desk) == [("export.began", "auditor"), ("export.ended", "auditor")]


def test_the_manifest_says_who_asked_for_what_and_counts_what_is_in_it(desk: Desk) -> None:
    insert_attempts(
        desk.database,
        [a_refused_row(), a_refused_row(), an_ended_row(), an_attempt_row(), an_attempt_row(state="ringing")],
    )
    stream = desk.begin(desk.query(ExportFormat.CSV, campaign_id="spring"), "acme-auditor")
    data = b"".join(stream)

    manifest = stream.manifest
    assert manifest is not None
    assert (manifest.asked_by, manifest.controller, manifest.campaign) == ("acme-auditor", "acme", "spring")
    assert manifest.counts.model_dump() == {
        "rows": 5,
        "by_verdict": {"permitted": 3, "refused": 2},
        "by_state": {"completed": 1, "permitted": 1, "refused": 2, "ringing": 1},
    }
    assert manifest.may_still_change.attempts == 2
    assert (manifest.file.size, manifest.file.sha256) == (len(data), sha256(data).hexdigest())
    assert manifest.file.columns == tuple(data.decode("utf-8-sig").partition("\r\n")[0].split(","))
    assert manifest.database_schema == NEWEST_SCHEMA


def test_the_manifest_can_be_read_again_from_the_access_log_by_those_it_concerns(desk: Desk) -> None:
    stream, other = desk.begin(asker="acme-auditor"), desk.begin()
    b"".join(other)
    b"".join(stream)

    for reader in ("auditor", "acme-auditor"):
        assert desk.exports.manifest(stream.export_id, desk.asker(reader)) == stream.manifest
    with pytest.raises(NotFound):
        desk.exports.manifest(other.export_id, desk.asker("acme-auditor"))
    for nothing in ("", "%", stream.export_id[:-1], new_id(NOON)):
        with pytest.raises(NotFound):
            desk.exports.manifest(nothing, desk.asker())


def test_the_manifest_is_found_also_if_the_clock_was_set_back_meanwhile(desk: Desk) -> None:
    stream = desk.begin()
    desk.clock.move(timedelta(seconds=-2))
    b"".join(stream)

    assert desk.exports.manifest(stream.export_id, desk.asker()) == stream.manifest


def test_an_export_ends_where_it_began_so_that_it_can_be_made_again_with_the_same_bytes(desk: Desk) -> None:
    began = desk.clock.now()
    insert_attempts(desk.database, [an_ended_row(), an_attempt_row(began - MILLISECOND)])
    query = desk.query(ends=began + 7 * DAY)
    first = desk.begin(query)
    insert_attempts(desk.database, [an_attempt_row(began), an_attempt_row(began + MILLISECOND)])
    data = b"".join(first)
    desk.clock.move(DAY)
    again = desk.begin(desk.query(ends=began))

    assert b"".join(again) == data
    assert first.manifest is not None
    assert first.manifest.counts.rows == 2
    assert first.manifest.range.asked_before == began
    assert first.manifest.range.wanted_before == began + 7 * DAY
    assert first.manifest.range.complete_before == began - timedelta(seconds=30)
    assert len(desk.rows(query)) == 4


def test_a_range_that_begins_in_the_future_is_refused_by_name(embedded_desk: Desk) -> None:
    now = embedded_desk.clock.now()

    with pytest.raises(InvalidRequest) as refusal:
        embedded_desk.begin(embedded_desk.query(begins=now, ends=now + DAY))

    assert refusal.value.field == "from"
    assert access_log(embedded_desk) == []


def test_an_interrupted_export_leaves_a_beginning_without_an_end(desk: Desk) -> None:
    insert_copies(desk.database, an_attempt_row(), (NOON + place * MILLISECOND for place in range(1, 600)))
    stream = desk.begin()
    chunks = iter(stream)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]  # what a server does when the reader hangs up

    assert access_log(desk) == [("export.began", "auditor")]
    assert stream.manifest is None
    with pytest.raises(NotFound, match="cut off"):
        desk.exports.manifest(stream.export_id, desk.asker())


def test_an_export_during_which_the_store_fails_has_no_end(embedded_desk: Desk) -> None:
    insert_copies(embedded_desk.database, an_attempt_row(), (NOON + place * MILLISECOND for place in range(1, 600)))
    stream = embedded_desk.begin()
    next(iter(stream))
    with embedded_desk.database.writing() as connection:
        connection.execute(text("ALTER TABLE attempts RENAME TO gone"))

    with pytest.raises(StoreUnavailable):
        next(iter(stream))
    assert access_log(embedded_desk) == [("export.began", "auditor")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_cannot_be_recorded_is_not_exported(embedded_desk: Desk, when: str) -> None:
    stream = embedded_desk.begin()
    with embedded_desk.database.writing() as connection:
        connection.execute(text("ALTER TABLE access_log RENAME TO gone"))

    if when == "before":
        with pytest.raises(StoreUnavailable):
            embedded_desk.begin()
    else:
        with pytest.raises(StoreUnavailable):
            b"".join(stream)
        assert stream.manifest is None


def test_a_stream_can_be_read_once(embedded_desk: Desk) -> None:
    insert_attempts(embedded_desk.database, [an_attempt_row()])
    stream = embedded_desk.begin()

    assert b"".join(stream) != b""
    assert b"".join(stream) == b""
    assert access_log(embedded_desk) == [("export.began", "auditor"), ("export.ended", "auditor")]


def test_an_export_says_by_how_much_the_clock_of_a_demonstration_was_moved(desk: Desk) -> None:
    insert_attempts(desk.database, [an_attempt_row(clock_offset_seconds=-3600.0)])

    assert desk.rows()[0]["clock_offset_seconds"] == -3600.0
