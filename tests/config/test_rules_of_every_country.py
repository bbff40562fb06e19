"""Every rule in every country that has a figure for it: one thing is taken away from a call that may be made.

Each edge is tried just before, at and after it. What is expected comes from the text of the country's file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from middleware.decision.engine import decide
from middleware.decision.model import (
    Audience,
    BalancingTest,
    CallFacts,
    Consent,
    Customer,
    Decision,
    Dialling,
    DirectoryMark,
    LegalForm,
    NumberKind,
    Outcome,
    Policy,
    Reason,
    Scope,
    Speaker,
    Standing,
    Subject,
)
from middleware.decision.rules.catalogue import RULES
from tests.builders import a_history, a_suppression, an_attempt
from tests.config.clean_calls import clean_call, moment, with_callee, with_campaign, with_request
from tests.config.pack_text import Edition, Figures, editions, strictest
from tests.config.test_hours_of_every_country import BOOK, policy_of

COUNTED = (Subject.NUMBER, Subject.PERSON, Subject.COMPANY)
DAY, HOUR, INSTANT = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
EDITIONS = [
    (edition, is_last)
    for country, audience in product(BOOK.countries(), Audience)
    for found in [editions(country, audience)]
    for edition, is_last in zip(found, [False] * (len(found) - 1) + [True], strict=True)
    if edition.begins is None or edition.figures != found[found.index(edition) - 1].figures
]


@dataclass(frozen=True)
class Case:
    """A call, and the reason for which one rule refuses it, with the basis of its figure; None: it permits it."""

    rule: str
    facts: CallFacts
    reason: Reason | None
    figure: Figures | None = None


Table = Callable[[CallFacts, Edition], Iterator[Case]]


def around(edge: datetime, refused_before: bool, reason: Reason) -> Iterator[tuple[datetime, Reason | None]]:
    """Just before, at and after an edge at which a refusal ends or begins."""
    for at in (edge - INSTANT, edge, edge + INSTANT):
        yield at, reason if (at < edge) == refused_before else None


def numbers(call: CallFacts, _edition: Edition) -> Iterator[Case]:
    """What digits forbid."""
    number = call.number
    yield Case("number_validity", replace(call, number=replace(number, valid=False)), Reason.NUMBER_INVALID)
    emergency = replace(number, emergency=True, valid=False)
    yield Case("number_validity", replace(call, number=emergency), Reason.NUMBER_EMERGENCY)
    for kind in (NumberKind.PREMIUM, NumberKind.SHARED_COST):
        yield Case("number_kind", replace(call, number=replace(number, kind=kind)), Reason.NUMBER_PREMIUM)
    yield Case("number_kind", replace(call, number=replace(number, kind=NumberKind.PAGER)), Reason.NUMBER_NOT_DIALABLE)
    yield Case("number_country", replace(call, number=replace(number, country="ZZ")), Reason.NUMBER_COUNTRY_CLOSED)
    yield Case("number_risk", replace(call, number=replace(number, country="001")), Reason.NUMBER_HIGH_RISK)


def closed_prefixes(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """Ranges that the file closes."""
    for figure in edition.figures.get("closed_prefixes", ()):
        number = replace(call.number, closed_prefix=figure["prefix"])
        yield Case("number_risk", replace(call, number=number), Reason.NUMBER_HIGH_RISK, figure)


def stop_list(call: CallFacts, _edition: Edition) -> Iterator[Case]:
    """Each subject of an entry."""
    for subject in Subject:
        facts = replace(call, suppressions=(a_suppression(subject, since=call.now - DAY),))
        yield Case(f"{subject.value}_suppression", facts, Reason(f"suppression.{subject.value}"), {"basis": "law"})


def registers(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """How old a wash may be; who is listed, and consented later or not."""
    for gate in edition.gates:
        if gate["kind"] != "register":
            continue
        name, valid = gate["register"], timedelta(days=gate["valid_for_days"])
        washed = dict(call.campaign.washed_at)
        missing = {other: at for other, at in washed.items() if other != name}
        yield Case("register_wash", with_campaign(call, washed_at=missing), Reason.REGISTER_NOT_WASHED, gate)
        for age, reason in (
            (valid - INSTANT, None),
            (valid, Reason.REGISTER_STALE),
            (valid + DAY, Reason.REGISTER_STALE),
        ):
            facts = with_campaign(call, washed_at=washed | {name: call.now - age})
            yield Case("register_wash", facts, reason, gate)
        listed = with_callee(call, listed_in={name: call.now.date() - 60 * DAY})
        yield Case("register_entry", listed, None, gate)  # the consent is younger
        yield Case("register_entry", with_callee(listed, call_consent=None), Reason.REGISTER_LISTED, gate)
        younger = with_callee(call, listed_in={name: call.now.date() - 50 * DAY})
        yield Case("register_entry", younger, Reason.REGISTER_LISTED, gate)


_GATE_RULES = {
    "documented_basis": ("documented_basis", Reason.LEGAL_BASIS_MISSING),
    "prospect_reason": ("prospect_reason", Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING),
    "consent": ("consent", Reason.LEGAL_BASIS_CONSENT_MISSING),
    "register": ("register_wash", Reason.REGISTER_NOT_WASHED),
    "registration": ("registration", Reason.LEGAL_BASIS_NOT_REGISTERED),
}


def with_nothing(call: CallFacts) -> CallFacts:
    """The same call without anything that opens a gate."""
    bare = with_callee(call, call_consent=None, prospect_reason_on=None)
    return with_campaign(bare, balancing_test=None, washed_at={}, registrations=())


def gates(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """Whom each gate binds, and whom it spares."""
    bare = with_nothing(call)
    for kind, (rule, reason) in _GATE_RULES.items():
        binding = [gate for gate in edition.gates if gate["kind"] == kind]
        if not binding:
            yield Case(rule, bare, None)
            continue
        yield Case(rule, bare, reason, binding[0])
        for form, mark, line in product(LegalForm, DirectoryMark, (NumberKind.FIXED, NumberKind.MOBILE, None)):
            who = with_callee(bare, legal_form=form, directory_mark=mark, line_kind=line)
            shut = [gate for gate in binding if not _spares(gate, form, mark, line)]
            yield Case(rule, who, reason if shut else None, shut[0] if shut else None)
        if len(binding) == 1 and "except_customers_days" in binding[0]:
            yield from _customers(bare, rule, reason, binding[0])


def _spares(gate: Figures, form: LegalForm, mark: DirectoryMark, line: NumberKind | None) -> bool:
    return (
        form.value in gate.get("except_legal_forms", ())
        or mark.value in gate.get("except_marks", ())
        or (line is not None and line.value in gate.get("except_line_kinds", ()))
    )


def _customers(bare: CallFacts, rule: str, reason: Reason, gate: Figures) -> Iterator[Case]:
    today, spared = bare.now.date(), gate["except_customers_days"]
    yield Case(rule, with_callee(bare, customer=Customer(today - 400 * DAY)), None)
    for days_ago in (spared - 1, spared, spared + 1):
        # the day of the end, and so many more, have passed where days begin first
        passed = datetime.combine(today - days_ago * DAY, time(), bare.now.tzinfo) - 14 * HOUR + spared * DAY
        customer = Customer(today - 400 * DAY, today - days_ago * DAY)
        is_spared = bare.now < passed
        yield Case(rule, with_callee(bare, customer=customer), None if is_spared else reason, gate)


def consents(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """A consent needs a source and ends; a balancing test ends with the day of its review."""
    asked = [gate for gate in edition.gates if gate["kind"] == "consent"]
    documented = [gate for gate in edition.gates if gate["kind"] == "documented_basis"]
    given_on, today = call.now.date() - 50 * DAY, call.now.date()
    own_choice = with_campaign(call, requires_consent=True)
    for facts, gate in [(call, asked[0])] if asked else [(own_choice, {"basis": "law"})]:
        yield Case("consent", facts, None)
        sourceless = with_callee(facts, call_consent=Consent(given_on, has_source=False))
        yield Case("consent", sourceless, Reason.LEGAL_BASIS_CONSENT_MISSING, gate)
        for ends_on in (today + DAY, today, today - DAY):
            holds = call.now < datetime.combine(ends_on + DAY, time(), call.now.tzinfo) - 14 * HOUR
            ended = with_callee(facts, call_consent=Consent(given_on, True, ends_on))
            yield Case("consent", ended, None if holds else Reason.LEGAL_BASIS_CONSENT_EXPIRED, gate)
    if documented:
        bare = with_callee(call, call_consent=None)
        yield Case("documented_basis", bare, None)
        for due, reason in ((today, None), (today - DAY, Reason.LEGAL_BASIS_REVIEW_OVERDUE)):
            tested = with_campaign(bare, balancing_test=BalancingTest(given_on, due))
            yield Case("documented_basis", tested, reason, documented[0])


def records(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """The source of the number, the age of the record, the mark in the companies register."""
    figures = edition.figures["data"]
    sourceless = with_campaign(with_callee(call, has_source=False), has_list_source=False)
    yield Case("data_source", sourceless, Reason.DATA_SOURCE_MISSING, figures["source_of_number"])
    checked_on = call.now.date() - timedelta(days=figures["checked_within"]["days"])
    for day in (checked_on - DAY, checked_on, checked_on + DAY, checked_on + 2 * DAY):
        ends = datetime.combine(day, time(), call.now.tzinfo) - 14 * HOUR + (call.now.date() - checked_on)
        reason = Reason.DATA_OUTDATED if call.now >= ends else None
        yield Case("data_age", with_campaign(call, list_checked_on=day), reason, figures["checked_within"])
    protected = with_callee(call, is_advert_protected=True, call_consent=None)
    figure = figures.get("advert_protection")
    yield Case("advert_protection", protected, Reason.DATA_ADVERT_PROTECTED if figure else None, figure)


def campaigns(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """Open, within its days where the callee is, with its papers."""
    yield Case("campaign_open", with_campaign(call, is_open=False), Reason.CAMPAIGN_CLOSED)
    nameless = with_campaign(call, is_controller_identified=False)
    yield Case("controller_identity", nameless, Reason.CAMPAIGN_CONTROLLER_UNKNOWN, {"basis": "law"})
    agency = with_campaign(call, is_agency=True)
    reason = Reason.CAMPAIGN_NO_PROCESSOR_AGREEMENT
    yield Case("processor_agreement", agency, reason, {"basis": "law"})
    yield Case("processor_agreement", with_campaign(agency, processor_agreement_on=call.now.date()), None)
    zone = ZoneInfo(edition.zone)
    midnight = datetime.combine(call.now.astimezone(zone).date(), time(), zone).astimezone(call.now.tzinfo)
    first = with_campaign(call, starts_on=midnight.astimezone(zone).date())
    last = with_campaign(call, ends_on=midnight.astimezone(zone).date() - DAY)
    for at, refused in around(midnight, True, Reason.CAMPAIGN_NOT_STARTED):
        yield Case("campaign_dates", replace(first, now=at), refused)
    for at, refused in around(midnight, False, Reason.CAMPAIGN_ENDED):
        yield Case("campaign_dates", replace(last, now=at), refused)


def with_attempts(call: CallFacts, subject: Subject, scope: Scope, *reserved: datetime) -> CallFacts:
    """The same call after others that ended at once."""
    past = [an_attempt(at, outcome=Outcome.ANSWERED, ended_at=at) for at in reserved]
    return replace(call, histories=(a_history(*past, subject=subject, scope=scope),))


def attempt_caps(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """The oldest of as many attempts as a cap allows has just not, or just left its span; by its subject and scope."""
    caps = edition.figures["caps"]
    for cap in caps:
        counted = [call.now - (number + 1) * timedelta(seconds=1) for number in range(cap["count"] - 1)]
        begins = span_begins(cap, call.now, ZoneInfo(edition.zone))
        oldest = [call.now - 400 * DAY] if begins is None else [begins - INSTANT, begins, begins + INSTANT]
        for subject, scope, at in product(COUNTED, Scope, oldest):
            reserved = [*counted, at]
            full = [each for each in caps if _counts(each, subject, scope) and _is_full(each, reserved, call, edition)]
            last = max(full, key=lambda each: _clears_at(each, reserved, call, edition), default=None)
            facts = with_attempts(call, subject, scope, *reserved)
            yield Case("caps", facts, Reason.ATTEMPTS_CAP_REACHED if full else None, last)


def span_begins(cap: Figures, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Attempts from then on count, those of that very instant too if the span is one of the calendar."""
    if "per" in cap:
        day = now.astimezone(zone).date()
        first = {"day": day, "week": day - day.weekday() * DAY, "month": day.replace(day=1)}[cap["per"]]
        return datetime.combine(first, time(), zone).astimezone(now.tzinfo)
    return None if cap["within_days"] == "ever" else now - timedelta(days=cap["within_days"])


def _counts(cap: Figures, subject: Subject, scope: Scope) -> bool:
    return (cap.get("subject", "number"), cap.get("scope", "controller")) == (subject.value, scope.value)


def _is_full(cap: Figures, reserved: list[datetime], call: CallFacts, edition: Edition) -> bool:
    begins = span_begins(cap, call.now, ZoneInfo(edition.zone))
    counted = [at for at in reserved if begins is None or at > begins or ("per" in cap and at == begins)]
    allowed: int = cap["count"]
    return len(counted) >= allowed


def _clears_at(cap: Figures, reserved: list[datetime], call: CallFacts, edition: Edition) -> datetime:
    """When the newest attempts that fill a cap are fewer again, by trying every hour."""
    if span_begins(cap, call.now, ZoneInfo(edition.zone)) is None:
        return call.now + 4000 * DAY
    later = (call.now + hours * HOUR for hours in range(24 * 40))
    return next(at for at in later if not _is_full(cap, reserved, replace(call, now=at), edition))


def rests(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """After each outcome, and after a refusal."""
    spacing, rest = edition.figures["spacing"], edition.figures["refusal_rest"]
    for outcome in Outcome:
        hours = spacing.get("after", {}).get(outcome.value, spacing["hours"])
        ended = an_attempt(call.now - 90 * DAY, outcome=outcome, ended_at=call.now)
        call_after = replace(call, histories=(a_history(ended, scope=Scope.CONTROLLER),))
        for at, reason in around(call.now + timedelta(hours=hours), True, Reason.ATTEMPTS_TOO_SOON):
            yield Case("spacing", replace(call_after, now=at), reason, spacing)
    declined = an_attempt(call.now - 9 * DAY, outcome=Outcome.DECLINED, ended_at=call.now - 9 * DAY)
    no_consent = with_callee(call, call_consent=None)
    for subject in (Subject.NUMBER, Subject.PERSON):
        after = replace(no_consent, histories=(a_history(declined, subject=subject),))
        asked = with_callee(after, asked_to_be_called_at=call.now - 8 * DAY)
        yield Case("refusal_rest", asked, None)
        if rest["days"] == "until_asked":
            much_later = replace(after, now=call.now + 2000 * DAY)
            yield Case("refusal_rest", after, Reason.ATTEMPTS_LOCKED_OUT, rest)
            yield Case("refusal_rest", much_later, Reason.ATTEMPTS_LOCKED_OUT, rest)
            continue
        first_day = (call.now - 9 * DAY).astimezone(ZoneInfo(edition.zone)).date() + timedelta(days=rest["days"] + 1)
        edge = datetime.combine(first_day, time.min, ZoneInfo(edition.zone)).astimezone(UTC)
        for at, reason in around(edge, True, Reason.ATTEMPTS_DECLINED):
            yield Case("refusal_rest", replace(after, now=at), reason, rest)


def caller_ids(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """Shown, ours, in the directory where that is asked for, and in no range that is barred."""
    rules, shown = edition.figures["caller_id"], call.request.caller_id
    assert shown is not None
    yield Case("caller_id_present", with_request(call, caller_id=None), Reason.CALLER_ID_MISSING, rules)
    for standing in Standing:
        is_enough = standing.value in rules.get("standings", ("owned", "verified"))
        facts = with_request(call, caller_id=replace(shown, standing=standing))
        yield Case("caller_id_ours", facts, None if is_enough else Reason.CALLER_ID_NOT_OURS, rules)
    hidden = with_request(call, caller_id=replace(shown, in_directory=False))
    reason = Reason.CALLER_ID_NOT_IN_DIRECTORY if rules.get("needs_directory") else None
    yield Case("caller_id_directory", hidden, reason, rules)
    for bar in rules.get("bars", ()):
        automated = with_request(call, dialling=Dialling.PREDICTIVE, free_agents=1)
        for facts in (call, automated):
            is_barred = facts is automated or not bar.get("only_automated", False)
            barred = replace(shown, number="+8881234567", country=bar.get("country", shown.country))
            for kind in bar.get("kinds", ()) or [shown.kind.value]:
                given = with_request(facts, caller_id=replace(barred, kind=NumberKind(kind)))
                yield Case("caller_id_lawful", given, Reason.CALLER_ID_UNLAWFUL if is_barred else None, bar)
            for prefix in bar.get("prefixes", ()):
                given = with_request(facts, caller_id=replace(barred, number=f"{prefix}12345"))
                yield Case("caller_id_lawful", given, Reason.CALLER_ID_UNLAWFUL if is_barred else None, bar)
            for prefix in bar.get("except_prefixes", ()):
                given = with_request(facts, caller_id=replace(shown, number=f"{prefix}12345"))
                yield Case("caller_id_lawful", given, None)


def automation(call: CallFacts, edition: Edition) -> Iterator[Case]:
    """Who speaks and how is dialled is said; a machine needs consent; dialling ahead needs somebody free."""
    figures = edition.figures["automation"]
    unsaid = with_request(call, speaker=None)
    yield Case("automation_stated", unsaid, Reason.AUTOMATION_NOT_STATED, figures["machine"])
    unsaid = with_request(call, dialling=None)
    yield Case("automation_stated", unsaid, Reason.AUTOMATION_NOT_STATED, figures["predictive"])
    machine = with_request(call, speaker=Speaker.MACHINE)
    yield Case("machine_consent", machine, None)
    unwanted = with_callee(machine, machine_consent=None)
    yield Case("machine_consent", unwanted, Reason.AUTOMATION_NO_CONSENT, figures["machine"])
    for free, reason in ((None, Reason.AUTOMATION_NO_FREE_AGENT), (0, Reason.AUTOMATION_NO_FREE_AGENT), (1, None)):
        ahead = with_request(call, dialling=Dialling.PREDICTIVE, free_agents=free)
        yield Case("free_agent", ahead, reason, figures["predictive"])


TABLES: tuple[Table, ...] = (
    numbers,
    closed_prefixes,
    stop_list,
    registers,
    gates,
    consents,
    records,
    campaigns,
    attempt_caps,
    rests,
    caller_ids,
    automation,
)


def name(given: Edition | bool) -> str:
    if isinstance(given, bool):
        return "as the law will be" if given else "before it changes"
    return f"{given.country}-{given.audience.value}"


def answer(decision: Decision, rule: str) -> tuple[Reason | None, str | None]:
    [verdict] = [verdict for verdict in decision.verdicts if verdict.rule == rule]
    basis = None if verdict.origin is None or verdict.reason is None else verdict.origin.basis.value
    return verdict.reason, basis


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
@pytest.mark.parametrize(("edition", "is_last"), EDITIONS, ids=name)
def test_each_figure_of_a_country_refuses_at_its_edge_and_says_how_it_binds(
    edition: Edition, is_last: bool, table: Table
) -> None:
    policy: Policy = policy_of(edition.country, edition.audience)
    call = clean_call(edition, moment(edition, is_last))
    for case in table(call, edition):
        decision = decide(case.facts, policy)
        basis = case.figure["basis"] if case.figure and case.reason else None
        assert answer(decision, case.rule) == (case.reason, basis), (case, decision.refusals)
        assert case.reason is None or not decision.is_permitted


@pytest.mark.parametrize(("edition", "is_last"), EDITIONS, ids=name)
def test_a_call_with_everything_in_place_is_permitted_and_rings_no_longer_than_the_country_lets_it(
    edition: Edition, is_last: bool
) -> None:
    policy, now = policy_of(edition.country, edition.audience), moment(edition, is_last)

    decision = decide(clean_call(edition, now), policy)

    assert strictest(edition).is_open([edition.zone], now)
    assert decision.is_permitted, decision.refusals
    ruling = policy.in_force(now)
    assert ruling.ring_timeout == timedelta(seconds=edition.figures["ring"]["seconds"])
    assert ruling.ring_at_least == timedelta(seconds=edition.figures["ring_at_least"]["seconds"])


def test_every_rule_has_a_table_in_every_country() -> None:
    tried = {case.rule for edition, is_last in EDITIONS for case in _all_cases(edition, is_last) if case.reason}
    # hours have a module of their own; the others have no figure of a country
    elsewhere = {"calling_hours", "promise", "clock", "in_flight"}
    assert {rule.__name__ for rule in RULES} - elsewhere <= tried


def _all_cases(edition: Edition, is_last: bool) -> Iterator[Case]:
    call = clean_call(edition, moment(edition, is_last))
    for table in TABLES:
        yield from table(call, edition)
