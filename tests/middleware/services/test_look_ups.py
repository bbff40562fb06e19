"""What a look-up tells is a fact of the number; what it cannot tell stays unknown, and nothing is paid for twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from middleware.decision.model import NumberKind
from middleware.errors import LookUpFailed, NotFound
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.look_ups import KEPT_FOR, MOST_FAILURES, Line, LookedUp, LookUps, read_line
from middleware.store.database import Database
from middleware.store.line_look_ups import spend_look_up
from middleware.store.models import ContactNumberRow, LookUpSpendingRow
from tests.people import answers_at, insert_contact
from tests.reserving import MORNING, a_dialer, a_gate, a_question, clock_showing, number
from tests.rows import insert_campaign

NUMBERS = [number(which) for which in range(4)]


def told(kind: str | None = "mobile", **changes: Any) -> dict[str, Any]:
    line = {"type": kind, "carrier_name": "a carrier", "error_code": None}
    return {"valid": True, "validation_errors": None, "line_type_intelligence": line, **changes}


@dataclass
class Directory:
    """A Twilio Lookup that knows what a test has told it; `asked` are the numbers it was paid for."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_there: bool = True
    asked: list[str] = field(default_factory=list)

    def look_up(self, e164: str) -> dict[str, Any]:
        self.asked.append(e164)
        if not self.is_there:
            raise LookUpFailed("Twilio Lookup could not be reached")
        return self.answers.get(e164, told())


@pytest.fixture
def contacts(store: Database) -> Database:
    insert_campaign(store, "spring")
    for which, each in enumerate(NUMBERS):
        insert_contact(store, email=f"person{which}@boozt.example", numbers=(each,))
    return store


def look_ups(database: Database, directory: Directory, most: int = 100, later: timedelta = timedelta()) -> LookUps:
    return LookUps(database, directory, CurrentCatalogue(database), clock_showing(MORNING + later), most)


def run(database: Database, directory: Directory, limit: int | None = None, **more: Any) -> LookedUp:
    return look_ups(database, directory, **more).run("spring", limit)


def kinds(database: Database) -> dict[str, str | None]:
    with database.reading() as connection:
        rows = connection.execute(select(ContactNumberRow.number, ContactNumberRow.line_kind))
        return {row.number: row.line_kind for row in rows}


def test_what_it_tells_is_written_where_nothing_was_known(contacts: Database) -> None:
    directory = Directory({NUMBERS[0]: told("landline"), NUMBERS[1]: told("nonFixedVoip"), NUMBERS[2]: told("unknown")})

    result = run(contacts, directory)

    assert kinds(contacts) == {NUMBERS[0]: "fixed", NUMBERS[1]: "voip", NUMBERS[2]: None, NUMBERS[3]: "mobile"}
    assert (result.counts, result.stopped) == ({"known": 3, "unknown": 1}, None)


def test_a_number_that_does_not_exist_is_refused_from_then_on(contacts: Database) -> None:
    gate, dialer = a_gate(contacts, clock_showing(MORNING)), a_dialer(contacts)

    run(contacts, Directory({NUMBERS[0]: {"valid": False, "validation_errors": ["TOO_LONG"]}}))

    answer = gate.reserve(a_question(NUMBERS[0]), dialer)
    assert "number.invalid" in [reason.code for reason in answer.reasons]
    assert "number.invalid" not in [reason.code for reason in gate.reserve(a_question(NUMBERS[1]), dialer).reasons]


def test_a_kind_that_was_loaded_stays_and_costs_nothing(contacts: Database) -> None:
    person = insert_contact(contacts, email="bo@boozt.example", numbers=())
    answers_at(contacts, person, number(9), line_kind="fixed")
    directory = Directory()

    run(contacts, directory)

    assert kinds(contacts)[number(9)] == "fixed"
    assert number(9) not in directory.asked


@pytest.mark.parametrize(
    ("answer", "later", "asked"),
    [
        (told("unknown"), KEPT_FOR - timedelta(minutes=1), 1),
        (told("unknown"), KEPT_FOR + timedelta(minutes=1), 2),
        (told("mobile"), KEPT_FOR - timedelta(minutes=1), 1),
        (told("mobile"), KEPT_FOR + timedelta(minutes=1), 2),
        (told(None, line_type_intelligence={"type": None, "error_code": 60627}), timedelta(hours=23), 1),
        (told(None, line_type_intelligence={"type": None, "error_code": 60627}), timedelta(hours=25), 2),
    ],
)
def test_an_answer_is_kept_for_ninety_days_and_an_error_for_one(
    contacts: Database, answer: dict[str, Any], later: timedelta, asked: int
) -> None:
    directory = Directory(dict.fromkeys(NUMBERS, answer))
    run(contacts, directory)

    run(contacts, directory, later=later)

    assert directory.asked.count(NUMBERS[0]) == asked


def test_a_line_that_has_become_another_is_written_anew(contacts: Database) -> None:
    run(contacts, Directory({NUMBERS[0]: {"valid": False}}))

    run(contacts, Directory({NUMBERS[0]: told("mobile")}), later=KEPT_FOR + timedelta(minutes=1))

    assert kinds(contacts)[NUMBERS[0]] == "mobile"


def test_a_contact_that_came_later_learns_what_was_told_before(contacts: Database) -> None:
    directory = Directory()
    run(contacts, directory)
    person = insert_contact(contacts, email="late@boozt.example", numbers=())
    answers_at(contacts, person, NUMBERS[0])

    result = run(contacts, directory)

    assert result.counts == {"cached": 1}
    assert set(kinds(contacts).values()) == {"mobile"}
    assert len(directory.asked) == len(NUMBERS)


def test_no_more_is_paid_for_in_a_day_than_is_allowed(contacts: Database) -> None:
    directory = Directory()

    first, second = run(contacts, directory, most=3), run(contacts, directory, most=3)

    assert (len(directory.asked), first.counts, second.counts) == (3, {"known": 3}, {})
    assert "the 3 look-ups of today (UTC) are spent" in (first.stopped or "")
    run(contacts, directory, most=3, later=timedelta(days=1))
    assert len(directory.asked) == 4


def test_without_a_budget_nothing_is_looked_up_and_the_setting_is_named(contacts: Database) -> None:
    directory = Directory()

    assert "RINGFENCE_LOOK_UPS_PER_DAY" in (run(contacts, directory, most=0).stopped or "")
    assert directory.asked == []


def test_many_who_spend_at_once_do_not_spend_more(store: Database) -> None:
    def spend(_: int) -> bool:
        with store.writing() as connection:
            return spend_look_up(connection, MORNING.date(), 7)

    with ThreadPoolExecutor(8) as pool:
        spent = list(pool.map(spend, range(20)))

    assert sum(spent) == 7
    with store.reading() as connection:
        assert connection.scalar(select(LookUpSpendingRow.used)) == 7


def test_an_outage_leaves_all_unknown_and_is_not_paid_for_over_and_over(
    contacts: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for which in range(10, 20):
        insert_contact(contacts, email=f"person{which}@boozt.example", numbers=(number(which),))
    directory = Directory(is_there=False)

    result = run(contacts, directory)

    assert len(directory.asked) == MOST_FAILURES
    assert set(kinds(contacts).values()) == {None}
    assert "does not answer" in (result.stopped or "")
    assert number(10)[1:] not in caplog.text


def test_no_more_are_looked_up_than_asked_for(contacts: Database) -> None:
    directory = Directory()

    assert run(contacts, directory, limit=2).counts == {"known": 2}
    assert len(directory.asked) == 2


def test_a_campaign_that_is_not_there_is_said(contacts: Database) -> None:
    with pytest.raises(NotFound, match="autumn"):
        look_ups(contacts, Directory()).run("autumn", None)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (told("landline"), Line(True, NumberKind.FIXED)),
        (told("fixedVoip"), Line(True, NumberKind.VOIP)),
        (told("uan"), Line(True, NumberKind.UNIVERSAL_ACCESS)),
        (told("unknown"), Line(True, None)),
        (told("something new"), Line(True, None)),
        (told("mobile", line_type_intelligence=None), Line(True, None)),
        (told(None, line_type_intelligence={"type": "mobile", "error_code": 60601}), Line(True, None, "60601")),
        ({"valid": False, "line_type_intelligence": None}, Line(False, NumberKind.INVALID)),
        ({"code": 20404, "status": 404}, Line(None, None, "20404")),
        ({}, Line(None, None)),
    ],
)
def test_an_answer_is_read_as_far_as_it_is_understood(body: dict[str, Any], line: Line) -> None:
    assert read_line(body) == line


@given(
    st.dictionaries(
        st.sampled_from(["valid", "line_type_intelligence", "code"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.dictionaries(st.text(), st.text()) | st.just([]),
    )
)
def test_no_answer_whatever_is_taken_for_a_kind_that_it_does_not_name(body: dict[str, Any]) -> None:
    line = read_line(body)

    assert line.kind in {None, NumberKind.INVALID}
    assert (line.kind is NumberKind.INVALID) == (body.get("valid") is False)
