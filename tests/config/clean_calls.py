"""A call that a country's figures permit, with everything in place; the matrix takes one thing away at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from middleware.decision.model import (
    BalancingTest,
    CalleeFacts,
    CallerIdFacts,
    CallFacts,
    Consent,
    Dialling,
    DirectoryMark,
    LegalForm,
    NumberKind,
    RequestFacts,
    Speaker,
    Standing,
)
from tests.builders import some_campaign, some_facts, some_number
from tests.config.pack_text import Edition, Figures

Word = TypeVar("Word")
DAY = timedelta(days=1)
# Wednesdays, 11:30 where the callee is, before and after all changes that are known.
BEFORE, AFTER = date(2026, 3, 4), date(2026, 11, 25)


def moment(edition: Edition, is_last: bool) -> datetime:
    """When a clean call is made while this edition rules."""
    day = AFTER if is_last else BEFORE
    return datetime(day.year, day.month, day.day, 11, 30, tzinfo=ZoneInfo(edition.zone)).astimezone(UTC)


def clean_call(edition: Edition, now: datetime) -> CallFacts:
    """To a callee whom no gate spares, who consented to everything, and about whom all is known."""
    registers = [gate["register"] for gate in edition.gates if gate["kind"] == "register"]
    campaign = some_campaign(
        audience=edition.audience,
        balancing_test=BalancingTest(now.date() - 100 * DAY, now.date() + 100 * DAY),
        washed_at=dict.fromkeys(registers, now),
        registrations=tuple(gate["register"] for gate in edition.gates if gate["kind"] == "registration"),
        list_checked_on=now.date(),
    )
    callee = CalleeFacts(
        legal_form=unspared(LegalForm, edition.gates, "except_legal_forms", LegalForm.UNKNOWN),
        directory_mark=unspared(DirectoryMark, edition.gates, "except_marks", DirectoryMark.UNKNOWN),
        time_zone=edition.zone,
        call_consent=Consent(now.date() - 50 * DAY),
        machine_consent=Consent(now.date() - 50 * DAY),
        prospect_reason_on=now.date() - 50 * DAY,
        has_source=True,
    )
    request = RequestFacts(Speaker.HUMAN, Dialling.PREVIEW, None, lawful_caller_id(edition))
    number = some_number(country=edition.country, kind=NumberKind.FIXED_OR_MOBILE, zones=[edition.zone])
    return some_facts(now=now, number=number, campaign=campaign, callee=callee, request=request)


def unspared(words: Iterable[Word], gates: Iterable[Figures], key: str, unknown: Word) -> Word:
    """A word that no gate excepts; where each is excepted by one, that of a callee about whom this is not known."""
    spared = {word for gate in gates for word in gate.get(key, ())}
    return next((word for word in words if word not in spared and word != unknown), unknown)


def lawful_caller_id(edition: Edition) -> CallerIdFacts:
    """A landline of the country that no bar names, owned, and in the directory."""
    rules = edition.figures["caller_id"]
    prefixes = [prefix for bar in rules.get("bars", ()) for prefix in bar.get("except_prefixes", ())]
    number = f"{prefixes[0]}2345678" if prefixes else "+99912345678"
    return CallerIdFacts(number, edition.country, NumberKind.FIXED, Standing.OWNED, in_directory=True)


def with_callee(facts: CallFacts, **changes: object) -> CallFacts:
    """The same call to another callee."""
    return replace(facts, callee=replace(facts.callee, **changes))  # type: ignore[arg-type]


def with_campaign(facts: CallFacts, **changes: object) -> CallFacts:
    """The same call in another campaign."""
    return replace(facts, campaign=replace(facts.campaign, **changes))  # type: ignore[arg-type]


def with_request(facts: CallFacts, **changes: object) -> CallFacts:
    """The same call made otherwise."""
    return replace(facts, request=replace(facts.request, **changes))  # type: ignore[arg-type]
