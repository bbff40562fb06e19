"""A day of Twilio's call list against the log: what went round the gate, what got lost, and nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from middleware.clock import Clock
from middleware.errors import AlreadyReconciling, CarrierUnavailable, InvalidRequest
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.reconciliation.reconciling import GIVEN_UP_AFTER, Reconciled, Reconciliations
from middleware.services.reconciliation.wiring import nightly_reconciliation
from middleware.store.attempts import AttemptRepository, AttemptSeen
from middleware.store.database import Database
from middleware.store.models import AttemptEventRow, GuardRow, NoticeRow, OutboxRow, OwnCallRow, StatusReportRow
from middleware.store.own_calls import OwnCallRepository
from middleware.store.reconciliations import reconciliation_of
from middleware.store.violations import ViolationRepository
from tests.call_lists import ListingCarrier, a_listed_call
from tests.reserving import PEPPER, clock_showing
from tests.rows import an_attempt_row, an_ended_row, insert_attempts, insert_campaign, insert_rows
from tests.stopped_clock import StoppedClock

DAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@dataclass
class Office:
    """A store, a Twilio, and the comparison of the two on the night after."""

    store: Database
    carrier: ListingCarrier
    clock: Clock
    waited: list[float]

    def compare(self) -> Reconciled:
        return self.reconciliations.run(DAY)

    @property
    def reconciliations(self) -> Reconciliations:
        night = nightly_reconciliation(
            self.store, self.carrier, CurrentCatalogue(self.store), self.clock, PEPPER, self.waited.append
        )
        return night.reconciliations

    def kinds(self) -> dict[str, str]:
        return {violation.subject: violation.kind for violation in self.reconciliations.result(DAY).violations}

    def attempt(self, row: Mapping[str, Any]) -> AttemptSeen:
        with self.store.reading() as connection:
            return AttemptRepository(connection).by_id(row["id"])


@pytest.fixture
def office(store: Database) -> Office:
    insert_campaign(store, "spring")
    return Office(store, ListingCarrier(), clock_showing(NEXT_NIGHT), [])


def ended(at: datetime = MORNING, **changes: Any) -> dict[str, Any]:
    return an_ended_row(at, **{"placed_by": "us", "route": "twilio_rest", **changes})


def call_of(row: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    began = row.get("placed_at") or row["asked_at"] + timedelta(seconds=1)
    return a_listed_call(began, **{"sid": row.get("call_sid") or f"CA{'e' * 32}", **changes})


def test_a_day_on_which_all_was_permitted_has_nothing_to_look_at(office: Office) -> None:
    rows = [ended(MORNING + timedelta(minutes=minute)) for minute in range(5)]
    insert_attempts(office.store, rows)
    office.carrier.calls = [call_of(row) for row in rows]

    result = office.compare()

    assert (result.unsettled, result.violations) == (0, ())
    assert (result.counts["calls"], result.counts["attempts"]) == (5, 5)
    assert office.carrier.fetched == []
    assert [query.get("Page") for query in office.carrier.asked] == [None, "1", "2", None]
    assert office.carrier.asked[0] == {
        "StartTime>": "2026-11-23T23:00:00Z",
        "StartTime<": "2026-11-25T01:00:00Z",
        "PageSize": "1000",
    }


@pytest.mark.parametrize("direction", ["outbound-api", "outbound-dial", "trunking-terminating", "a new word"])
def test_a_telephone_that_was_rung_without_a_permit_is_a_violation(office: Office, direction: str) -> None:
    call = a_listed_call(MORNING, direction=direction)
    office.carrier.calls = [call]

    result = office.compare()

    (violation,) = result.violations
    assert (violation.kind, violation.subject, result.unsettled) == ("not_permitted", call["sid"], 1)
    assert violation.callee_key == PEPPER.number("+4533123456")
    assert violation.controller_id == "acme"  # whose caller ID was shown
    assert "3123456" not in violation.detail
    assert orjson.loads(violation.detail)["to"] == "+45…56"


def test_calls_that_come_in_and_calls_to_our_own_people_are_none(office: Office) -> None:
    own = a_listed_call(MORNING)
    office.carrier.calls = [
        own,
        a_listed_call(MORNING, direction="inbound"),
        a_listed_call(MORNING, to="client:anna", direction="outbound-dial"),
    ]
    with office.store.writing() as connection:
        OwnCallRepository(connection).add(
            MORNING, controller_id="acme", route="twiml", address="+4533123456", language="da", call_sid=own["sid"]
        )

    result = office.compare()

    assert result.violations == ()
    assert (result.counts["own_people"], result.counts["inbound"]) == (2, 1)


def test_a_sip_address_that_carries_a_number_is_that_telephone(office: Office) -> None:
    office.carrier.calls = [a_listed_call(MORNING, to="sip:+4533123456@carrier.example.com")]

    assert office.compare().violations[0].callee_key == PEPPER.number("+4533123456")


def test_a_call_that_began_after_its_permit_ended_is_a_violation(office: Office) -> None:
    rows = [ended(), ended(MORNING + timedelta(hours=1))]
    insert_attempts(office.store, rows)
    late, in_time = (
        row["permit_expires_at"] + timedelta(seconds=seconds) for row, seconds in zip(rows, (6, 4), strict=True)
    )
    office.carrier.calls = [
        a_listed_call(late, sid=rows[0]["call_sid"]),
        a_listed_call(in_time, sid=rows[1]["call_sid"]),
    ]

    office.compare()

    assert office.kinds() == {rows[0]["call_sid"]: "after_permit"}


def test_an_attempt_whose_callbacks_were_lost_is_closed_and_its_dialer_told(office: Office) -> None:
    callback = orjson.dumps({"url": "https://dialer.example/", "method": "POST", "events": ["completed"]}).decode()
    row = an_attempt_row(
        MORNING,
        placed_by="us",
        state="placed",
        call_sid=f"CA{'a' * 32}",
        call_status="queued",
        placed_at=MORNING,
        dialer_callback=callback,
    )
    insert_attempts(office.store, [row])
    office.carrier.calls = [call_of(row)]

    result = office.compare()

    seen = office.attempt(row)
    assert (seen.state, seen.outcome, seen.duration_seconds) == ("completed", "answered", 40)
    assert (result.counts["repaired"], result.violations) == (1, ())
    with office.store.reading() as connection:
        assert connection.scalar(select(AttemptEventRow.cause).where(AttemptEventRow.attempt_id == row["id"])) == (
            "reconcile"
        )
        assert "ringfence-sweep" in str(connection.scalar(select(StatusReportRow.form)))
        assert connection.scalar(select(OutboxRow.kind).where(OutboxRow.kind == "forward_report"))


@pytest.mark.parametrize("state", ["expired", "withdrawn"])
def test_a_call_where_the_log_says_that_none_was_made_counts_again_and_is_listed(office: Office, state: str) -> None:
    key = PEPPER.number("+4533123456")
    guards = orjson.dumps([["acme", f"n:{key}", 1]]).decode()
    row = an_attempt_row(MORNING, placed_by="us", state=state, callee_key=key, guards=guards)
    insert_attempts(office.store, [row])
    insert_rows(
        office.store,
        GuardRow,
        {
            "scope": "acme",
            "subject": f"n:{key}",
            "seq": 1,
            "kind": "attempt",
            "attempt_id": row["id"],
            "reserved_at": MORNING,
            "is_placed": False,
            "released_at": MORNING,
        },
    )
    office.carrier.calls = [call_of(row)]

    office.compare()

    assert office.kinds() == {f"CA{'e' * 32}": "counted_again"}
    assert (office.attempt(row).state, office.attempt(row).call_sid) == ("completed", f"CA{'e' * 32}")
    with office.store.reading() as connection:
        assert connection.scalar(select(GuardRow.released_at)) is None


def test_a_call_of_a_refused_attempt_is_a_violation_that_names_it(office: Office) -> None:
    key = PEPPER.number("+4533123456")
    row = an_attempt_row(MORNING, placed_by="us", state="refused", permit_expires_at=None, callee_key=key)
    insert_attempts(office.store, [row])
    office.carrier.calls = [call_of(row)]

    (violation,) = office.compare().violations

    assert (violation.kind, violation.attempt_id) == ("not_permitted", row["id"])
    assert office.attempt(row).state == "refused"


def test_a_permit_of_a_dialer_that_calls_by_itself_covers_one_call(office: Office) -> None:
    key = PEPPER.number("+4533123456")
    row = an_attempt_row(MORNING, state="expired", outcome="unknown", callee_key=key)
    insert_attempts(office.store, [row])
    office.carrier.calls = [a_listed_call(MORNING + timedelta(seconds=at)) for at in (5, 30)]

    office.compare()

    assert list(office.kinds().values()) == ["not_permitted"]
    assert office.attempt(row).outcome == "answered"


@pytest.mark.parametrize("placed_by", ["us", "dialer"])
@pytest.mark.parametrize(
    "changes",
    [{"to": "+4533123457"}, {"from": "+4570999999"}, {"made": timedelta(seconds=66)}, {"made": -timedelta(seconds=6)}],
    ids=["another callee", "another caller ID", "after the permit", "before it"],
)
def test_a_permit_covers_its_own_call_and_no_other(office: Office, placed_by: str, changes: dict[str, Any]) -> None:
    row = an_attempt_row(MORNING, placed_by=placed_by, state="expired", callee_key=PEPPER.number("+4533123456"))
    insert_attempts(office.store, [row])
    shown = {name: value for name, value in changes.items() if name != "made"}
    office.carrier.calls = [a_listed_call(MORNING + changes.get("made", timedelta(seconds=1)), **shown)]

    office.compare()

    assert "not_permitted" in office.kinds().values()
    assert office.attempt(row).call_sid is None


def test_the_call_of_an_attempt_that_its_dialer_told_the_end_of_is_known_from_then_on(office: Office) -> None:
    row = ended(placed_by="dialer", call_sid=None, callee_key=PEPPER.number("+4533123456"))
    insert_attempts(office.store, [row])
    office.carrier.calls = [call_of(row)]

    result = office.compare()

    assert (office.attempt(row).call_sid, result.violations) == (f"CA{'e' * 32}", ())


def test_a_call_that_was_answered_after_all_owes_its_notice(office: Office) -> None:
    row = ended(state="no-answer", outcome="no-answer", duration_seconds=None, call_sid=f"CA{'a' * 32}")
    insert_attempts(office.store, [row])
    office.carrier.calls = [call_of(row)]

    office.compare()

    with office.store.reading() as connection:
        assert connection.scalars(select(NoticeRow.callee_key)).all() == [row["callee_key"]]


def test_a_call_that_has_just_been_made_may_be_missing_from_the_list(office: Office) -> None:
    office.clock = clock_showing(MORNING + timedelta(seconds=30))
    insert_attempts(office.store, [ended()])

    assert office.compare().violations == ()
    assert office.carrier.fetched == []


def test_a_place_that_twilio_has_forgotten_is_no_place_to_go_on_from(office: Office) -> None:
    rows = [ended(MORNING + timedelta(minutes=minute)) for minute in range(5)]
    insert_attempts(office.store, rows)
    office.carrier.calls = [call_of(row) for row in rows]
    office.carrier.breaks_at = "2"
    with pytest.raises(CarrierUnavailable):
        office.compare()
    office.carrier.breaks_at, office.carrier.forgotten = None, {"2"}

    result = office.compare()

    assert (result.counts["calls"], office.carrier.fetched) == (5, [])


def test_another_duration_or_another_end_is_taken_over_from_twilio_and_listed(office: Office) -> None:
    longer = ended()
    by_a_second = ended(MORNING + timedelta(minutes=1))
    other_end = ended(MORNING + timedelta(minutes=2), state="no-answer", outcome="no_answer", duration_seconds=40)
    insert_attempts(office.store, [longer, by_a_second, other_end])
    office.carrier.calls = [call_of(longer, duration="55"), call_of(by_a_second, duration="41"), call_of(other_end)]

    result = office.compare()

    assert office.kinds() == {longer["call_sid"]: "duration_differs", other_end["call_sid"]: "state_differs"}
    assert office.attempt(longer).duration_seconds == 55
    assert office.attempt(by_a_second).duration_seconds == 40
    assert (office.attempt(other_end).state, office.attempt(other_end).outcome) == ("completed", "answered")
    assert result.unsettled == 0  # both are information


def test_that_the_person_declined_is_not_undone(office: Office) -> None:
    row = ended(outcome="declined")
    insert_attempts(office.store, [row])
    office.carrier.calls = [call_of(row)]

    office.compare()

    assert office.attempt(row).outcome == "declined"


def test_a_call_that_twilio_does_not_know_is_a_violation_and_one_it_does_is_not(office: Office) -> None:
    unknown, unlisted = ended(), ended(MORNING + timedelta(minutes=1))
    insert_attempts(office.store, [unknown, unlisted])
    office.carrier.calls = [call_of(unlisted, start_time=None, status="canceled")]  # cancelled while it was queued

    office.compare()

    assert office.kinds()[unknown["call_sid"]] == "unknown_at_carrier"
    assert sorted(office.carrier.fetched) == sorted([unknown["call_sid"], unlisted["call_sid"]])


def test_only_the_minute_with_something_missing_is_asked_about_singly(office: Office) -> None:
    rows = [ended(MORNING + timedelta(minutes=minute)) for minute in range(6)]
    insert_attempts(office.store, rows)
    office.carrier.calls = [call_of(row) for row in rows[:5]]

    office.compare()

    assert office.carrier.fetched == [rows[5]["call_sid"]]


def test_permits_that_never_became_calls_are_listed_and_alarm_nobody(office: Office) -> None:
    row = an_attempt_row(MORNING, placed_by="us", state="expired")
    insert_attempts(office.store, [row, an_attempt_row(MORNING, placed_by="dialer", state="expired")])

    result = office.compare()

    assert office.kinds() == {row["id"]: "never_placed"}
    assert result.unsettled == 0


def test_a_call_that_is_still_queued_is_compared_too(office: Office) -> None:
    call = a_listed_call(MORNING, start_time=None, end_time=None, duration=None, status="queued")
    office.carrier.calls = [call]

    office.compare()

    assert office.kinds() == {call["sid"]: "not_permitted"}


def test_calls_of_the_hours_around_the_day_belong_to_other_days(office: Office) -> None:
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    across = ended(midnight - timedelta(seconds=1), placed_at=midnight)
    insert_attempts(office.store, [across])
    office.carrier.calls = [a_listed_call(midnight), a_listed_call(midnight - timedelta(days=1, seconds=1))]
    office.carrier.calls.append(call_of(across))

    result = office.compare()

    assert (result.counts["calls"], result.violations) == (1, ())


def test_a_second_run_changes_nothing_and_alarms_nobody_again(office: Office) -> None:
    rows = [ended(), ended(MORNING + timedelta(minutes=3), duration_seconds=1)]
    insert_attempts(office.store, [*rows, an_attempt_row(MORNING, placed_by="us", state="expired")])
    office.carrier.calls = [a_listed_call(MORNING), call_of(rows[1])]
    first = office.compare()

    second = office.compare()

    assert second.violations == first.violations
    assert (first.counts["new"], second.counts.get("new", 0)) == (2, 0)
    assert second.counts.get("repaired", 0) == 0
    with office.store.reading() as connection:
        assert len(connection.scalars(select(OutboxRow.kind).where(OutboxRow.kind == "send_alarm")).all()) == 1
        assert len(connection.scalars(select(AttemptEventRow.cause)).all()) == 1


def test_a_run_that_broke_off_goes_on_where_it_ended(office: Office) -> None:
    rows = [ended(MORNING + timedelta(minutes=minute)) for minute in range(5)]
    insert_attempts(office.store, rows)
    office.carrier.calls = [call_of(row) for row in rows]
    office.carrier.breaks_at = "2"
    with pytest.raises(CarrierUnavailable):
        office.compare()
    office.carrier.breaks_at, office.carrier.asked = None, []

    result = office.compare()

    assert office.carrier.asked[0]["Page"] == "2"
    assert (result.counts["calls"], office.carrier.fetched) == (5, [])


def test_a_day_is_compared_by_one_process_at_a_time(office: Office) -> None:
    refused: list[Exception] = []

    def another() -> None:
        office.carrier.meanwhile = lambda: None
        try:
            office.compare()
        except AlreadyReconciling as error:
            refused.append(error)

    office.carrier.meanwhile = another

    office.compare()

    assert len(refused) == 1


def test_a_run_that_asks_about_many_single_calls_gives_signs_of_life(office: Office) -> None:
    insert_attempts(office.store, [ended(MORNING + timedelta(minutes=minute)) for minute in range(4)])
    clock = StoppedClock(NEXT_NIGHT)
    office.clock = clock
    signs: list[float] = []

    def two_minutes_pass() -> None:
        with office.store.reading() as connection:
            row = reconciliation_of(connection, DAY)
        signs.append(0 if row is None else clock.now().timestamp() - row.counts["alive_at"])
        clock.move(timedelta(minutes=2))

    office.carrier.meanwhile = two_minutes_pass

    office.compare()

    assert len(signs) == 6
    assert max(signs) < GIVEN_UP_AFTER.total_seconds()


def test_a_run_that_failed_is_gone_on_with_at_once(office: Office) -> None:
    office.carrier.busy = 99
    with pytest.raises(CarrierUnavailable):
        office.compare()
    office.carrier.busy = 0

    assert office.compare().unsettled == 0


def test_a_run_that_was_taken_for_dead_does_not_end_the_other(office: Office) -> None:
    office.carrier.calls = [a_listed_call(MORNING) for _ in range(3)]

    def another() -> None:
        office.carrier.meanwhile = lambda: None
        later = Office(office.store, office.carrier, clock_showing(NEXT_NIGHT + timedelta(minutes=6)), [])
        later.compare()

    office.carrier.meanwhile = another

    with pytest.raises(AlreadyReconciling):
        office.compare()


def test_twilio_is_asked_at_most_a_few_times_a_second_and_waited_for(office: Office) -> None:
    office.carrier.busy = 3

    office.compare()

    assert office.waited == [0.4, 1.0, 2.0, 4.0, 0.4]


def test_a_twilio_that_stays_away_is_given_up_for_now(office: Office) -> None:
    office.carrier.busy = 99

    with pytest.raises(CarrierUnavailable):
        office.compare()


def test_a_day_that_has_not_begun_is_refused(office: Office) -> None:
    with pytest.raises(InvalidRequest, match="has not begun"):
        office.reconciliations.run(DAY + timedelta(days=2))


def test_what_somebody_has_looked_at_is_settled_once(office: Office) -> None:
    office.carrier.calls = [a_listed_call(MORNING)]
    (violation,) = office.compare().violations

    first = office.reconciliations.settle(violation.id, "Anna Jensen", "a test call from the console")
    second = office.reconciliations.settle(violation.id, "Bo Holm", "mine")

    assert first == second
    assert (first.settled_by, first.settled_note) == ("Anna Jensen", "a test call from the console")
    assert office.compare().unsettled == 0
    with office.store.reading() as connection:
        assert ViolationRepository(connection).unsettled(("not_permitted",)) == 0


def test_it_is_settled_with_a_name_and_a_note(office: Office) -> None:
    for by, note in (("", "seen"), ("Anna", " "), ("Anna", "x" * 201)):
        with pytest.raises(InvalidRequest):
            office.reconciliations.settle("00000000-0000-7000-8000-000000000000", by, note)


def test_an_own_call_row_is_needed_only_by_those_who_have_no_address_of_ours(office: Office) -> None:
    with office.store.reading() as connection:
        assert connection.scalar(select(OwnCallRow.id)) is None
    office.carrier.calls = [a_listed_call(MORNING, to="client:anna")]

    assert office.compare().violations == ()
