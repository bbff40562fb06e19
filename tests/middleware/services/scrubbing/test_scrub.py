"""A list is asked about as its calls would be: its own facts count, repeats and objections are found, all adds up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import update

from middleware.decision.model import Subject
from middleware.errors import InvalidRequest, NotAllowed, NotFound
from middleware.keyed_hash import Pepper
from middleware.policies.book import PolicyBook
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.policies import UsedPolicies
from middleware.services.precall import Precall
from middleware.services.repeats import Repeats
from middleware.services.scrub import OpenList, Scrub
from middleware.services.scrubbing.answers import Order, RowAnswer, Shared, Span, Verdict
from middleware.services.scrubbing.tally import Summary
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.hot_path.sqlite import SqliteHotPath
from middleware.store.models import SuppressionRow
from middleware.store.suppressions import SuppressionRepository
from tests.builders import utc
from tests.rows import insert_campaign, insert_credential
from tests.stopped_clock import StoppedClock

COUNTRIES = Path(__file__).parents[4] / "config" / "countries"
TUESDAY = utc("2026-11-24 09:30")
PEPPER = Pepper(b"a pepper for tests")
A, B, C, D = "+4532123451", "+4532123452", "+4532123453", "+4532123454"


class Desk:
    """A store with one campaign whose list was just washed, and a clock that stands."""

    def __init__(self, store: Database, now: datetime = TUESDAY) -> None:
        self.store = store
        self.clock = StoppedClock(now)
        washed_at = dict.fromkeys(("dk_robinson", "es_robinson"), now - timedelta(hours=1))
        insert_campaign(store, "spring", washed_at=washed_at)
        insert_credential(store, "caller", "caller", controller_id="acme")
        insert_credential(store, "auditor", "auditor", controller_id="acme")
        catalogue = CurrentCatalogue(store)
        precall = Precall(
            SqliteHotPath(store.sqlite_path, store.turns, self.clock),
            catalogue,
            UsedPolicies(PolicyBook(COUNTRIES), store),
            Repeats(store, timedelta(hours=1)),
            PEPPER,
            timedelta(minutes=1),
        )
        self.scrub = Scrub(precall, catalogue, store, self.clock, PEPPER)
        self.credentials = catalogue.checked().credentials

    def asker(self, name: str = "caller") -> Credential:
        return self.credentials[name]

    def ask(self, text: str, **order: object) -> tuple[list[RowAnswer], Summary]:
        """The answers about a list in CSV."""
        opened = self.scrub.open(BytesIO(text.encode()))
        run = self.scrub.begin(opened, Order("spring", **order), self.asker())  # type: ignore[arg-type]
        return list(run), run.summary


@pytest.fixture
def desk(sqlite_store: Database) -> Desk:
    return Desk(sqlite_store)


def verdicts(answers: list[RowAnswer]) -> list[tuple[int, str]]:
    return [(answer.record.line, answer.verdict.value) for answer in answers]


def codes(answer: RowAnswer) -> set[str]:
    return {reason.code for reason in answer.reasons}


def test_who_may_be_called_is_told_row_by_row(desk: Desk) -> None:
    answers, summary = desk.ask(f"Phone\n{A}\n12\n{B}\n")

    assert verdicts(answers) == [(2, "now"), (3, "no"), (4, "now")]
    assert answers[0].e164 == A
    assert answers[0].first_at is not None
    assert answers[0].first_at.isoformat() == "2026-11-24T10:30:00+01:00"
    assert summary.counts()["callable_today"] == 2


SPANS = [
    ("2026-11-24 09:30", "now", Span.TODAY, "2026-11-24"),
    ("2026-11-24 05:00", "later", Span.TODAY, "2026-11-24"),  # six in the morning there
    ("2026-11-24 22:30", "later", Span.WEEK, "2026-11-25"),
    ("2026-11-24 23:30", "later", Span.TODAY, "2026-11-25"),  # it is Wednesday there already
    ("2026-11-28 12:00", "later", Span.WEEK, "2026-11-30"),  # a Saturday
    ("2027-03-24 20:00", "later", Span.WEEK, "2027-03-30"),  # the evening before Maundy Thursday
]


@pytest.mark.parametrize(("now", "verdict", "span", "day"), SPANS)
def test_today_ends_with_the_callees_own_day(
    sqlite_store: Database, now: str, verdict: str, span: Span, day: str
) -> None:
    desk = Desk(sqlite_store, utc(now))

    (answer,), summary = desk.ask(f"Phone,Checked on,Source\n{A},{now[:10]},list\n")

    assert (answer.verdict.value, answer.span) == (verdict, span)
    assert answer.first_day == date.fromisoformat(day)
    assert summary.counts()["first_callable_on"] == {day: 1}


def test_the_time_zone_of_the_list_decides_what_today_is(desk: Desk) -> None:
    (answer,), _ = desk.ask(f"Phone,Time zone\n{A},Pacific/Auckland\n")

    assert answer.verdict is Verdict.LATER
    assert answer.first_at is not None
    assert str(answer.first_at.tzinfo) == "Pacific/Auckland"


def test_the_lists_own_facts_count_as_if_the_person_were_a_contact(desk: Desk) -> None:
    number = "+31612345678"
    sole, company, consenting, sourceless = (
        f"{number},eenmanszaak,,",
        f"{number},BV,,",
        f"{number},eenmanszaak,2026-05-01,form on our website",
        f"{number},eenmanszaak,2026-05-01,",
    )

    found = [
        desk.ask(f"Phone,Legal form,Consent date,Consent source\n{row}\n")[0][0]
        for row in (sole, company, consenting, sourceless)
    ]

    assert ["legal_basis.consent_missing" in codes(answer) for answer in found] == [True, False, False, True]


def test_what_the_list_says_does_not_lift_the_stop_list(desk: Desk) -> None:
    _suppress(desk, Subject.NUMBER, PEPPER.number(A))

    (answer,), summary = desk.ask(f"Phone,Consent date,Consent source\n{A},2026-05-01,form\n")

    assert codes(answer) == {"suppression.number"}
    assert summary.counts()["suppressed"] == 1


def _suppress(desk: Desk, subject: Subject, key: str, scope: str = "everywhere", scope_id: str | None = None) -> None:
    with desk.store.writing() as connection:
        SuppressionRepository(connection).add(
            subject, key, scope, scope_id, reason="objection", source="mail", noted_by="me", at=TUESDAY
        )


@pytest.mark.parametrize(
    ("scope", "scope_id", "is_barred"),
    [
        ("everywhere", None, True),
        ("controller", "acme", True),
        ("campaign", "spring", True),
        ("controller", "beta", False),
        ("campaign", "autumn", False),
    ],
)
def test_a_mailbox_on_the_stop_list_bars_within_its_scope(
    desk: Desk, scope: str, scope_id: str | None, is_barred: bool
) -> None:
    _suppress(desk, Subject.PERSON, PEPPER.mailbox("ann@acme.example"), scope, scope_id)

    (answer,), _ = desk.ask(f"Phone,Email\n{A},Ann@ACME.example\n")

    assert (codes(answer) == {"suppression.person"}) is is_barred
    assert (answer.verdict is Verdict.NO) is is_barred


def test_an_entry_that_was_lifted_bars_nobody(desk: Desk) -> None:
    _suppress(desk, Subject.COMPANY, PEPPER.company("DK", "13585628"))
    assert desk.ask(f"Phone,CVR\n{A},13 58 56 28\n")[0][0].is_suppressed
    with desk.store.writing() as connection:
        connection.execute(update(SuppressionRow).values(lifted_at=TUESDAY))

    assert not desk.ask(f"Phone,CVR\n{A},13 58 56 28\n")[0][0].is_suppressed


def test_repeats_are_found_by_number_and_mailbox_and_named_with_the_first_line(desk: Desk) -> None:
    answers, summary = desk.ask(
        f"Phone,Email,Country\n{A},ann@x.example,\n32 12 34 51,,DK\n{B},ANN@x.example,\n{B},,\n{C},,\n{C[1:]},,\n"
    )

    assert verdicts(answers) == [
        (2, "now"),
        (3, "duplicate"),
        (4, "duplicate"),
        (5, "duplicate"),
        (6, "now"),
        (7, "duplicate"),
    ]
    assert [(answer.duplicate_of, answer.duplicate_by) for answer in answers] == [
        (None, None),
        (2, Shared.NUMBER),
        (2, Shared.EMAIL),
        (4, Shared.NUMBER),
        (None, None),
        (6, Shared.NUMBER),
    ]
    assert answers[1].messages == ("The same number as in line 2.",)
    assert summary.counts()["duplicates"] == 4


COMPANY = (
    f"Phone,CVR,Website\n{A},13585628,\n{B},DK-13585628,www.acme.dk\n{C},,https://acme.dk/kontakt\n{D},13585627,\n"
)


def test_more_people_of_a_company_are_named_and_answered_all_the_same(desk: Desk) -> None:
    answers, summary = desk.ask(COMPANY)

    assert verdicts(answers) == [(2, "now"), (3, "now"), (4, "now"), (5, "now")]
    assert [(answer.duplicate_of, answer.duplicate_by) for answer in answers] == [
        (None, None),
        (2, Shared.COMPANY),
        (3, Shared.COMPANY),
        (None, None),  # a number that cannot be right is nobody's
    ]
    assert answers[3].remarks[0].kind.value == "identifier_invalid"
    assert summary.counts()["same_company"] == 2
    assert summary.counts()["duplicates"] == 0


def test_one_person_for_each_company_can_be_asked_for(desk: Desk) -> None:
    answers, summary = desk.ask(COMPANY, one_per_company=True)

    assert verdicts(answers) == [(2, "now"), (3, "duplicate"), (4, "duplicate"), (5, "now")]
    assert summary.counts()["same_company"] == 0


def test_a_row_whose_number_cannot_exist_hides_no_good_one(desk: Desk) -> None:
    answers, _ = desk.ask(f"Phone,Email\n12,ann@x.example\n{A},ann@x.example\n")

    assert verdicts(answers) == [(2, "no"), (3, "now")]


def test_a_list_that_says_not_to_call_is_believed_for_the_rows_above_too(desk: Desk) -> None:
    answers, summary = desk.ask(
        f"Phone,Email,Do not call\n{A},ann@x.example,\n{B},,no\n{C},ANN@x.example,2026-01-01\n{D},,x\n"
    )

    assert verdicts(answers) == [(2, "no"), (3, "now"), (4, "duplicate"), (5, "no")]
    assert codes(answers[0]) == codes(answers[3]) == {"suppression.person"}
    assert [remark.kind.value for remark in answers[3].remarks] == ["objection"]
    assert summary.counts()["suppressed"] == 2


def test_broken_and_empty_rows_cost_nobody_else(desk: Desk) -> None:
    answers, summary = desk.ask(f'Phone,Name\n{A},Ann\n,Bob\n{B},"Eve\n,\n  ,\n{C},Joe\n')

    assert verdicts(answers) == [(2, "now"), (3, "broken"), (4, "broken"), (7, "now")]
    assert summary.empty == 2
    assert summary.rows == 4


def test_all_rows_are_counted_once(desk: Desk) -> None:
    _suppress(desk, Subject.NUMBER, PEPPER.number(D))

    answers, summary = desk.ask(f"Phone,Zone,Time zone\n{A},,\n{A},,\n{B},,Pacific/Auckland\n12,,\n,x,\n{D},,\n")

    counts = summary.counts()
    parts = ("callable_today", "callable_within_a_week", "callable_later", "never", "duplicates", "broken")
    assert sum(counts[part] for part in parts) == counts["rows"] == len(answers) == 6
    assert counts["never"] == 2
    assert counts["suppressed"] == 1


def test_a_list_longer_than_one_portion_keeps_its_order(desk: Desk) -> None:
    numbers = [f"+4532{number:06d}" for number in range(120_000, 120_450)]

    answers, _ = desk.ask("Phone\n" + "\n".join(numbers))

    assert [answer.e164 for answer in answers] == numbers


def test_another_moment_can_be_asked_about(desk: Desk) -> None:
    (answer,), _ = desk.ask(f"Phone\n{A}\n", at=utc("2026-11-28 12:00"))

    assert answer.verdict is Verdict.LATER
    assert answer.first_day == date(2026, 11, 30)


WRONG: list[tuple[Callable[[Desk], object], type[Exception]]] = [
    (lambda desk: desk.ask(f"Phone\n{A}\n", at=TUESDAY - timedelta(days=1)), InvalidRequest),
    (lambda desk: desk.scrub.begin(_opened(desk), Order("autumn"), desk.asker()), NotFound),
    (lambda desk: desk.scrub.begin(_opened(desk), Order("spring"), desk.asker("auditor")), NotAllowed),
]


@pytest.mark.parametrize(("ask", "error"), WRONG)
def test_what_may_not_be_asked_is_refused_before_anything_is_answered(
    desk: Desk, ask: Callable[[Desk], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ask(desk)


def _opened(desk: Desk) -> OpenList:
    return desk.scrub.open(BytesIO(b"Phone\n1\n"))


@pytest.mark.parametrize(("day", "monday"), [("2026-03-29", "2026-03-30"), ("2026-10-25", "2026-10-26")])
def test_on_days_when_the_clock_changes_today_is_as_long_as_it_is(
    sqlite_store: Database, day: str, monday: str
) -> None:
    desk = Desk(sqlite_store, utc(f"{day} 03:00"))

    (answer,), _ = desk.ask(f"Phone,Checked on,Source\n{A},{day},list\n")

    assert answer.span is Span.WEEK, codes(answer)  # both are Sundays
    assert answer.first_day == date.fromisoformat(monday)


@pytest.mark.parametrize(
    ("zone", "span"),
    [
        ("", Span.WEEK),  # the phone may be on the Canaries, where it is still Monday
        ("Europe/Madrid", Span.TODAY),
        ("Atlantic/Canary", Span.WEEK),
    ],
)
def test_where_the_phone_may_be_in_two_places_today_ends_where_it_ends_first(
    sqlite_store: Database, zone: str, span: Span
) -> None:
    desk = Desk(sqlite_store, utc("2026-11-23 23:30"))

    (answer,), _ = desk.ask(
        "Phone,Time zone,Checked on,Source,Consent date,Consent source\n"
        f"+34612345678,{zone},2026-11-01,fair,2026-11-01,fair\n"
    )

    assert answer.span is span, codes(answer)
