from datetime import date, timedelta

import pytest

from middleware.decision.model import Reason, Subject
from middleware.decision.rules.suppression import (
    company_suppression,
    number_suppression,
    person_suppression,
    prefix_suppression,
)
from tests.builders import NOON, a_suppression, some_facts

RULES = {
    Subject.NUMBER: (number_suppression, Reason.SUPPRESSION_NUMBER),
    Subject.PERSON: (person_suppression, Reason.SUPPRESSION_PERSON),
    Subject.COMPANY: (company_suppression, Reason.SUPPRESSION_COMPANY),
    Subject.PREFIX: (prefix_suppression, Reason.SUPPRESSION_PREFIX),
}


@pytest.mark.parametrize("subject", Subject)
def test_an_entry_is_refused_by_the_rule_of_its_subject_alone(subject: Subject) -> None:
    facts = some_facts(suppressions=[a_suppression(subject)])

    refusals = {verdict.reason for rule, _ in RULES.values() if (verdict := rule(facts, None)).reason}

    assert refusals == {RULES[subject][1]}


def test_nobody_on_the_stop_list_is_no_refusal() -> None:
    assert [rule(some_facts(), None).reason for rule, _ in RULES.values()] == [None] * 4


def test_waiting_does_not_lift_a_suppression() -> None:
    assert number_suppression(some_facts(suppressions=[a_suppression()]), None).not_before is None


def test_of_several_entries_the_earliest_day_is_told() -> None:
    entries = [a_suppression(since=NOON - timedelta(days=days)) for days in (3, 20, 7)]

    told = number_suppression(some_facts(suppressions=entries), None).parameters

    assert told == {"since": date(2026, 2, 12)}


def test_which_entry_stands_behind_a_refusal_is_not_told() -> None:
    verdict = number_suppression(some_facts(suppressions=[a_suppression(entry_id="complaint-77")]), None)

    assert "complaint-77" not in repr(verdict)
    assert "objection" not in repr(verdict)


def test_a_refusal_names_the_law_and_the_same_one_whatever_stands_behind_it() -> None:
    origins = {
        number_suppression(some_facts(suppressions=[a_suppression(reason=reason)]), None).origin
        for reason in ("objection", "complaint", "imported")
    }

    assert {(origin.basis.value, "art. 21" in origin.source) for origin in origins if origin} == {("law", True)}
    assert len(origins) == 1
