"""Who answers at a number: of several people, what would open the way must hold for all, and what bars for anybody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.model import CalleeFacts, Consent, Customer, DirectoryMark, LegalForm, NumberKind
from middleware.services.callee import callee_from
from middleware.store.hot_path.contact_facts import ContactFacts
from middleware.store.hot_path.model import MOST_CONTACTS, ContactFound

EARLY, LATE = date(2026, 1, 5), date(2026, 2, 6)
MORNING = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=8)
CONSENT = {"call_consent_on": EARLY.isoformat(), "call_consent_source": "form 7"}
OWN_COLUMNS = ("legal_form", "time_zone", "call_consent_on")


def somebody(**known: Any) -> ContactFound:
    """A contact of whom only this is known."""
    own = {name: known.pop(name, None) for name in OWN_COLUMNS}
    return ContactFound("id", None, "person", None, own["legal_form"], own["time_zone"], own["call_consent_on"],
                        ContactFacts(**known))  # fmt: skip


def test_nobody_on_file_is_somebody_of_whom_nothing_is_known() -> None:
    assert callee_from(()) == CalleeFacts()
    assert callee_from((somebody(),)) == CalleeFacts()


def test_all_that_is_known_of_one_person_reaches_the_rules() -> None:
    known = callee_from(
        (
            somebody(
                legal_form="sole_trader",
                time_zone="Europe/Berlin",
                subdivision="BY",
                line_kind="mobile",
                directory_mark="starred",
                has_source=True,
                checked_on=LATE,
                call_consent_on="2026-01-05",
                call_consent_source="form 7",
                call_consent_ends_on=LATE,
                machine_consent_on=EARLY,
                machine_consent_source="form 8",
                customer_since=EARLY,
                customer_ended_on=LATE,
                prospect_reason_on=EARLY,
                listed_in={"tps": EARLY},
                asked_to_be_called_at=MORNING,
                promised_at=EVENING,
                is_advert_protected=True,
            ),
        )
    )

    assert known == CalleeFacts(
        legal_form=LegalForm.SOLE_TRADER,
        time_zone="Europe/Berlin",
        subdivision="BY",
        line_kind=NumberKind.MOBILE,
        directory_mark=DirectoryMark.STARRED,
        call_consent=Consent(EARLY, True, LATE),
        machine_consent=Consent(EARLY, True, None),
        customer=Customer(EARLY, LATE),
        prospect_reason_on=EARLY,
        has_source=True,
        checked_on=LATE,
        is_advert_protected=True,
        listed_in={"tps": EARLY},
        asked_to_be_called_at=MORNING,
        promised_at=EVENING,
    )


@pytest.mark.parametrize("source", [None, "", "  "])
def test_a_consent_of_which_nobody_noted_the_source_is_one_without(source: str | None) -> None:
    contact = somebody(
        call_consent_on="2026-01-05",
        call_consent_source=source,
        machine_consent_on=EARLY,
        machine_consent_source=source,
    )

    assert callee_from((contact,)).call_consent == Consent(EARLY, has_source=False)
    assert callee_from((contact,)).machine_consent == Consent(EARLY, has_source=False)


def test_a_time_that_sqlite_wrote_without_a_zone_is_in_utc() -> None:
    contact = somebody(promised_at=MORNING.replace(tzinfo=None), asked_to_be_called_at=MORNING.replace(tzinfo=None))

    assert callee_from((contact,)).promised_at == MORNING
    assert callee_from((contact,)).asked_to_be_called_at == MORNING


NOTHING: dict[str, Any] = {}
TOGETHER: list[tuple[str, list[dict[str, Any]], str, object]] = [
    ("two of one form", [{"legal_form": "legal_person"}] * 2, "legal_form", LegalForm.LEGAL_PERSON),
    ("two forms", [{"legal_form": "legal_person"}, {"legal_form": "sole_trader"}], "legal_form", LegalForm.UNKNOWN),
    ("one form known", [{"legal_form": "legal_person"}, NOTHING], "legal_form", LegalForm.UNKNOWN),
    ("two zones", [{"time_zone": "Europe/Berlin"}, {"time_zone": "Asia/Tokyo"}], "time_zone", None),
    ("one Land", [{"subdivision": "BY"}] * 2, "subdivision", "BY"),
    ("two Länder", [{"subdivision": "BY"}, {"subdivision": "BE"}], "subdivision", None),
    ("one Land known", [{"subdivision": "BY"}, NOTHING], "subdivision", None),
    # the line is the same whoever answers
    ("a line that is not there", [{"line_kind": "mobile"}, {"line_kind": "invalid"}], "line_kind", NumberKind.INVALID),
    ("one record knows the line", [{"line_kind": "mobile"}, NOTHING], "line_kind", NumberKind.MOBILE),
    ("records differ about the line", [{"line_kind": "mobile"}, {"line_kind": "fixed"}], "line_kind",
     NumberKind.UNKNOWN),
    ("no record knows the line", [NOTHING, NOTHING], "line_kind", None),
    ("two marks", [{"directory_mark": "listed"}, {"directory_mark": "starred"}], "directory_mark",
     DirectoryMark.UNKNOWN),
    ("one mark known", [{"directory_mark": "consents"}, NOTHING], "directory_mark", DirectoryMark.UNKNOWN),
    ("one consent of two", [CONSENT, NOTHING], "call_consent", None),
    ("one proven consent of two", [CONSENT, {**CONSENT, "call_consent_source": None}], "call_consent", None),
    ("one consent ended", [CONSENT, {**CONSENT, "call_consent_ends_on": LATE}], "call_consent", None),
    ("the same consent", [CONSENT, CONSENT], "call_consent", Consent(EARLY)),
    ("one agreed to machines", [{"machine_consent_on": EARLY, "machine_consent_source": "form"}, NOTHING],
     "machine_consent", None),
    ("customers both", [{"customer_since": EARLY}] * 2, "customer", Customer(EARLY)),
    ("one customer", [{"customer_since": EARLY}, NOTHING], "customer", None),
    ("one contract ended", [{"customer_since": EARLY}, {"customer_since": EARLY, "customer_ended_on": LATE}],
     "customer", None),
    ("reasons for both", [{"prospect_reason_on": EARLY}, {"prospect_reason_on": LATE}], "prospect_reason_on", LATE),
    ("a reason for one", [{"prospect_reason_on": EARLY}, NOTHING], "prospect_reason_on", None),
    ("sources of both", [{"has_source": True}] * 2, "has_source", True),
    ("the source of one", [{"has_source": True}, NOTHING], "has_source", False),
    ("both checked", [{"checked_on": LATE}, {"checked_on": EARLY}], "checked_on", EARLY),
    ("one checked", [{"checked_on": LATE}, NOTHING], "checked_on", None),
    ("one company protected", [{"is_advert_protected": True}, {"is_advert_protected": False}],
     "is_advert_protected", True),
    ("nobody looked", [NOTHING, {"is_advert_protected": False}], "is_advert_protected", False),
    ("listed one each", [{"listed_in": {"tps": EARLY}}, {"listed_in": {"ctps": LATE}}], "listed_in",
     {"tps": EARLY, "ctps": LATE}),
    ("listed on two days", [{"listed_in": {"tps": LATE}}, {"listed_in": {"tps": EARLY}}], "listed_in", {"tps": LATE}),
    ("one listed", [{"listed_in": {"tps": EARLY}}, NOTHING], "listed_in", {"tps": EARLY}),
    ("both asked", [{"asked_to_be_called_at": EVENING}, {"asked_to_be_called_at": MORNING}],
     "asked_to_be_called_at", MORNING),
    ("one asked", [{"asked_to_be_called_at": EVENING}, NOTHING], "asked_to_be_called_at", None),
    ("two promises", [{"promised_at": MORNING}, {"promised_at": EVENING}], "promised_at", EVENING),
    ("one promise", [{"promised_at": MORNING}, NOTHING], "promised_at", MORNING),
]  # fmt: skip


@pytest.mark.parametrize(
    ("people", "fact", "expected"), [row[1:] for row in TOGETHER], ids=[row[0] for row in TOGETHER]
)
def test_of_several_people_the_strictest_holds_in_whatever_order_they_are_read(
    people: list[dict[str, Any]], fact: str, expected: object
) -> None:
    for order in permutations([somebody(**known) for known in people]):
        assert getattr(callee_from(tuple(order)), fact) == expected


def test_a_third_who_differs_undoes_what_two_agree_on_and_a_third_who_agrees_with_one_mends_nothing() -> None:
    land, other = somebody(subdivision="BY"), somebody(subdivision="BE")
    fixed, mobile = somebody(line_kind="fixed"), somebody(line_kind="mobile")

    for order in permutations((land, land, other)):
        assert callee_from(tuple(order)).subdivision is None
    for order in permutations((fixed, mobile, mobile)):
        assert callee_from(tuple(order)).line_kind is NumberKind.UNKNOWN


def test_of_more_people_than_are_compared_only_what_bars_is_known() -> None:
    everything = somebody(
        **CONSENT,
        legal_form="legal_person",
        has_source=True,
        checked_on=LATE,
        listed_in={"tps": EARLY},
        promised_at=EVENING,
        is_advert_protected=True,
    )

    known = callee_from((everything,) * (MOST_CONTACTS + 1))

    assert known == CalleeFacts(listed_in={"tps": EARLY}, promised_at=EVENING, is_advert_protected=True)


days = st.none() | st.sampled_from([EARLY, LATE])
people = st.builds(
    somebody,
    legal_form=st.sampled_from([None, "legal_person", "sole_trader"]),
    subdivision=st.sampled_from([None, "BY", "BE"]),
    directory_mark=st.sampled_from([None, "listed", "starred", "consents"]),
    call_consent_on=st.sampled_from([None, "2026-01-05", "2026-02-06"]),
    call_consent_source=st.sampled_from([None, "form"]),
    prospect_reason_on=days,
    checked_on=days,
    customer_since=days,
    promised_at=st.sampled_from([None, MORNING, EVENING]),
    listed_in=st.none() | st.dictionaries(st.sampled_from(["tps", "ctps"]), st.sampled_from([EARLY, LATE])),
    is_advert_protected=st.none() | st.booleans(),
)


@given(st.lists(people, min_size=1, max_size=5), people)
def test_one_more_person_never_opens_the_way(there: list[ContactFound], another: ContactFound) -> None:
    before, after = callee_from(tuple(there)), callee_from((*there, another))

    assert after.legal_form in {before.legal_form, LegalForm.UNKNOWN}
    assert after.directory_mark in {before.directory_mark, DirectoryMark.UNKNOWN}
    assert after.call_consent in {before.call_consent, None}
    assert after.customer in {before.customer, None}
    assert after.checked_on is None or (before.checked_on is not None and after.checked_on <= before.checked_on)
    assert after.prospect_reason_on is None or (
        before.prospect_reason_on is not None and after.prospect_reason_on >= before.prospect_reason_on
    )
    assert before.promised_at is None or (after.promised_at is not None and after.promised_at >= before.promised_at)
    assert all(after.listed_in[register] >= since for register, since in before.listed_in.items())
    assert after.is_advert_protected >= before.is_advert_protected
