"""The demonstration rings nobody: no number is in use, every mailbox goes nowhere, and every mail can be made."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from middleware.decision.model import LegalForm
from middleware.notices.content import ControllerIdentity, NoticeContent
from middleware.notices.render import NoticeTemplates
from middleware.phone_numbers import parse
from middleware.policies.book import PolicyBook
from middleware.set_up.cross_checks import broken_references
from middleware.set_up.reading import read_folder
from middleware.settings import REPOSITORY
from middleware.store.catalogue_changes import Known
from scripts.demo_calls.call_list import read_call_list
from scripts.stack.demo_data import read_demo_data
from scripts.twilio_simulator.outcomes_file import load_outcomes

DEMO = REPOSITORY / "config" / "demo"
SET_UP = read_folder(DEMO)
DIALER = read_demo_data(DEMO).dialer
RANGES: list[dict[str, Any]] = yaml.safe_load((DEMO / "numbers.yaml").read_text(encoding="utf-8"))
CALLS = list(csv.DictReader((DEMO / "calls.csv").open(encoding="utf-8")))
NOBODY_HAS = ("+4568", "112")  # in the call list to be refused: no numbers at all
ANY_NUMBER = re.compile(r"\+\d[\d ]{4,}\d")


def test_the_folder_can_be_loaded() -> None:
    nothing = Known(frozenset(), {}, {}, {})

    assert SET_UP.problems == []
    assert broken_references(SET_UP, nothing) == []


def test_there_are_two_controllers_campaigns_in_five_countries_and_some_sixty_contacts() -> None:
    countries = Counter(parse(contact.value.numbers[0]).facts.country for contact in SET_UP.contacts)

    assert len(SET_UP.controllers) == 2
    assert set(countries) == {"DK", "SE", "DE", "BE", "NL"}
    assert min(countries.values()) >= 8
    assert 55 <= len(SET_UP.contacts) <= 65
    assert {entry.value.role for entry in SET_UP.credentials} == {"dialer", "caller", "auditor", "admin"}


def lies_in_a_range(number: str) -> bool:
    return any(len(number) == len(some["first"]) and some["first"] <= number <= some["last"] for some in RANGES)


@pytest.mark.parametrize("path", sorted(DEMO.iterdir()), ids=lambda path: path.name)
def test_every_number_in_every_file_exists_in_its_plan_and_lies_in_a_range_that_says_why_nobody_has_it(
    path: Path,
) -> None:
    found = {match.replace(" ", "") for match in ANY_NUMBER.findall(path.read_text(encoding="utf-8"))}

    assert [number for number in found - set(NOBODY_HAS) if not parse(number).facts.valid] == []
    assert [number for number in found - set(NOBODY_HAS) if not lies_in_a_range(number)] == []


def test_swedish_and_german_numbers_are_those_that_their_regulators_keep_for_fiction() -> None:
    for some in RANGES:
        assert some["source"]
        if parse(some["first"]).facts.country in {"SE", "DE", "FR"}:
            assert some["reserved"]


def test_every_mailbox_and_every_domain_is_one_that_nobody_can_have() -> None:
    for path in DEMO.iterdir():
        for domain in re.findall(r"[\w.-]+@([\w.-]+\w)", path.read_text(encoding="utf-8")):
            assert domain.endswith(".example"), f"{path.name}: {domain}"
    for contact in SET_UP.contacts:
        assert contact.value.domain is None or contact.value.domain.endswith(".example")


@pytest.mark.parametrize("campaign", SET_UP.campaigns, ids=lambda entry: entry.value.id)
def test_every_contact_of_the_campaigns_controller_can_be_sent_its_notice_in_their_language(campaign: Any) -> None:
    templates = NoticeTemplates(REPOSITORY / "config" / "notices")
    controller = next(entry.value for entry in SET_UP.controllers if entry.value.id == campaign.value.controller)
    identity = ControllerIdentity(**controller.model_dump(exclude={"id", "overrides"}))
    reached = [entry.value for entry in SET_UP.contacts if entry.value.controller == controller.id]
    assert {contact.language for contact in reached} <= set(campaign.value.texts) | {"en"}
    if campaign.value.id == "nordlys-europe":
        assert {contact.language for contact in reached} >= {"da", "sv", "de", "nl", "en"}
    for contact in reached:
        words = campaign.value.texts[contact.language]
        content = NoticeContent(
            language=contact.language,
            controller=identity,
            contact_name=contact.name,
            company_name=contact.company,
            **words.model_dump(),
            data_source=contact.data_source,
            data_obtained_on=contact.data_obtained_on,
            called_at=datetime(2026, 11, 24, 9, 4, tzinfo=UTC),
            callee_time_zone=contact.time_zone or parse(contact.numbers[0]).facts.zones[0],
            caller_id=DIALER.caller_ids[campaign.value.id],
            objection_url="https://calls.example/objection/abc.def",
        )
        assert words.purpose in templates.render(content).text.replace("\n", " ")
        assert contact.email


def test_assessments_and_calendars_last_as_long_as_each_other() -> None:
    ends = {entry.value.balancing_test.review_due for entry in SET_UP.campaigns if entry.value.balancing_test}

    assert ends == {date(2028, 12, 31)}
    assert len([entry for entry in SET_UP.campaigns if entry.value.balancing_test]) == len(SET_UP.campaigns)
    assert PolicyBook(REPOSITORY / "config" / "countries").problems() == ()


def test_legal_forms_show_what_they_change() -> None:
    forms = {
        (entry.value.country, entry.value.legal_form, entry.value.call_consent_on is not None)
        for entry in SET_UP.contacts
    }

    assert {("NL", LegalForm.SOLE_TRADER, False), ("NL", LegalForm.SOLE_TRADER, True)} <= forms
    assert ("NL", LegalForm.LEGAL_PERSON, False) in forms
    assert ("DK", LegalForm.SOLE_TRADER, False) in forms


def test_the_call_list_can_be_dialled_and_the_simulated_account_owns_its_caller_ids() -> None:
    calls = read_call_list(DEMO / "calls.csv", DIALER.caller_ids, DIALER.default_campaign)

    assert 55 <= len(calls) <= 70
    assert {call.caller_id for call in calls} <= set(DIALER.caller_ids.values())
    assert set(DIALER.caller_ids) == {entry.value.id for entry in SET_UP.campaigns}
    with_account = {entry.value.campaign for entry in SET_UP.credentials if entry.value.kind == "twilio"}
    assert with_account == set(DIALER.caller_ids)


def test_callees_to_try_are_left_alone_by_the_call_list_unless_they_are_refused_anyway() -> None:
    called = {parse(row["callee"]).e164 for row in CALLS if row["shows"].startswith("permitted")}
    examples = DIALER.examples

    assert examples.permitted.callee not in called
    assert called.isdisjoint(example.callee for example in examples.more_permitted)
    assert {row["shows"] for row in CALLS if row["callee"] == examples.suppressed.callee} == {"suppressed number"}


def test_the_table_of_outcomes_can_be_used_and_names_only_numbers_of_the_demonstration() -> None:
    outcomes = load_outcomes(DEMO / "outcomes.yaml")

    assert outcomes.endings == {}
    assert all(lies_in_a_range(number) for number in outcomes.numbers)
