"""Made-up facts and policies for property tests: every fact a rule may ask, every figure a country may set."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from middleware.decision.model import (
    BalancingTest,
    CalendarSpan,
    CalleeFacts,
    CallerIdBar,
    CallerIdRules,
    CallFacts,
    Consent,
    Customer,
    Dialling,
    DirectoryMark,
    Gate,
    GateKind,
    History,
    LegalForm,
    NumberKind,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    RefusalRest,
    RequestFacts,
    Scope,
    Speaker,
    Standing,
    Subject,
)
from tests.builders import (
    DOCUMENTED_BASIS,
    ORIGIN,
    a_caller_id,
    a_cap,
    a_history,
    a_register_gate,
    a_request,
    a_suppression,
    an_attempt,
    some_campaign,
    some_facts,
    some_number,
    some_policy,
)
from tests.schedules import ZONES, countries, instants, schedules, zone_choices

DAY = timedelta(days=1)
rarely = st.sampled_from([False] * 9 + [True])
mostly = rarely.map(lambda drawn: not drawn)
COUNTED = (Subject.NUMBER, Subject.PERSON, Subject.COMPANY)


def near(now: datetime, before: int = 3, after: int = 3) -> st.SearchStrategy[datetime]:
    """Moments of the days around."""
    return st.integers(-before * 86_400, after * 86_400).map(lambda seconds: now + timedelta(seconds=seconds))


@st.composite
def past_attempts(draw: st.DrawFn, now: datetime, latest: timedelta = timedelta(0)) -> PastAttempt:
    """An attempt up to 40 days ago, mostly of these days, with or without an end; `latest` lets it lie ahead of now."""
    ago = draw(st.one_of(*(st.integers(0, hours * 3600) for hours in (6, 96, 960))))
    reserved_at = now + latest - timedelta(seconds=ago)
    outcome = None if draw(rarely) else draw(st.sampled_from(Outcome))
    return an_attempt(
        reserved_at,
        outcome=outcome,
        ended_at=None if outcome is None else reserved_at + timedelta(seconds=draw(st.integers(0, 7200))),
        placed_by=draw(st.sampled_from(PlacedBy)),
        is_placed=draw(st.booleans()),
        attempt_id=f"a{draw(st.integers(0, 99))}",
    )


@st.composite
def consents(draw: st.DrawFn, now: datetime) -> Consent:
    """Given lately, today or soon; mostly with a source, sometimes with an end."""
    days = near(now).map(lambda at: at.date())
    return Consent(draw(days), draw(mostly), draw(st.one_of(st.none(), days)))


@st.composite
def customers(draw: st.DrawFn, now: datetime) -> Customer:
    """Since a while or soon; some contracts have ended."""
    days = near(now, before=20).map(lambda at: at.date())
    return Customer(draw(days), draw(st.one_of(st.none(), days)))


@st.composite
def gates(draw: st.DrawFn) -> list[Gate]:
    """Up to three of all kinds, some of which spare some callees."""
    kinds = st.sampled_from(
        [
            DOCUMENTED_BASIS,
            a_register_gate(),
            a_register_gate("second", 3 * DAY),
            Gate(GateKind.CONSENT, ORIGIN),
            Gate(GateKind.PROSPECT_REASON, ORIGIN),
            Gate(GateKind.REGISTRATION, ORIGIN, "ca_operator"),
        ]
    )
    return [
        replace(
            gate,
            except_legal_forms=draw(st.sampled_from([frozenset(), frozenset({LegalForm.LEGAL_PERSON})])),
            except_line_kinds=draw(st.sampled_from([frozenset(), frozenset({NumberKind.FIXED})])),
            except_marks=draw(
                st.sampled_from([frozenset(), frozenset({DirectoryMark.CONSENTS, DirectoryMark.LISTED})])
            ),
            except_customers_for=draw(st.one_of(st.none(), st.integers(0, 5).map(lambda days: days * DAY))),
        )
        for gate in draw(st.lists(kinds, max_size=3))
    ]


BARS = (
    CallerIdBar(ORIGIN, country="DK", kinds=frozenset({NumberKind.MOBILE})),
    CallerIdBar(ORIGIN, kinds=frozenset({NumberKind.PREMIUM})),
    CallerIdBar(ORIGIN, country="DK", except_prefixes=("+4570",), only_automated=True),
    CallerIdBar(ORIGIN, prefixes=("+4590",)),
)
caller_id_rules = st.builds(
    CallerIdRules,
    st.just(ORIGIN),
    st.sampled_from([frozenset({Standing.OWNED}), frozenset({Standing.OWNED, Standing.VERIFIED})]),
    st.booleans(),
    st.lists(st.sampled_from(BARS), max_size=2).map(tuple),
)
requests = st.builds(
    RequestFacts,
    st.sampled_from([*Speaker, Speaker.HUMAN, Speaker.HUMAN, None]),
    st.sampled_from([*Dialling, None]),
    st.sampled_from([None, 0, 1, 5]),
    st.one_of(
        st.none(),
        st.builds(
            a_caller_id,
            st.sampled_from(["+4570101010", "+4590101010", "+4520101010"]),
            country=st.sampled_from(["DK", "DK", "SE", None]),
            kind=st.sampled_from(NumberKind),
            standing=st.sampled_from(Standing),
            in_directory=st.booleans(),
        ),
    ),
)
caps = st.builds(
    lambda count, window, calendar, subject, scope: replace(
        a_cap(count, None if calendar else window, subject, scope), calendar=calendar
    ),
    st.integers(1, 4),
    st.one_of(st.none(), st.integers(1, 31).map(lambda days: days * DAY)),
    st.one_of(st.none(), st.none(), st.sampled_from(CalendarSpan)),
    st.sampled_from(COUNTED),
    st.sampled_from(Scope),
)


@st.composite
def policies(draw: st.DrawFn, around: datetime, changes: bool = True) -> Policy:
    """Any figures, in some countries with subdivisions, with a change of the law to come in some."""
    spans = st.integers(0, 72).map(lambda hours: timedelta(hours=hours))
    country = draw(st.one_of(st.none(), countries(around)))
    policy = some_policy(
        hours=draw(schedules(around)).hours if country is None else country.national.hours,
        regional_hours=None if country is None else country.regional_hours,
        caps=draw(st.lists(caps, max_size=3)),
        spacing=draw(spans),
        spacing_after=draw(st.dictionaries(st.sampled_from(Outcome), spans, max_size=3)),
        gates=draw(gates()),
        caller_id=draw(caller_id_rules),
        max_age=draw(st.sampled_from([2 * DAY, 90 * DAY, 365 * DAY])),
        advert_protection=draw(st.sampled_from([None, ORIGIN])),
    )
    policy = replace(policy, refusal_rest=RefusalRest(draw(st.one_of(st.none(), spans)), ORIGIN))
    if not changes or not draw(rarely):
        return policy
    return replace(policy, changes_at=draw(near(around)), successor=draw(policies(around, changes=False)))


@st.composite
def callees(draw: st.DrawFn, now: datetime) -> CalleeFacts:
    """Everything that a contact's record may add, each now and then."""
    seldom_day = st.one_of(st.none(), near(now).map(lambda at: at.date()))
    seldom = st.one_of(st.none(), st.none(), near(now))
    return CalleeFacts(
        legal_form=draw(st.sampled_from(LegalForm)),
        time_zone=draw(st.one_of(st.none(), st.sampled_from(ZONES))),
        subdivision=draw(st.sampled_from([None, None, "BY", "NW", "HH"])),
        line_kind=draw(st.sampled_from([None, None, NumberKind.FIXED, NumberKind.MOBILE, NumberKind.UNKNOWN])),
        directory_mark=draw(st.sampled_from(DirectoryMark)),
        call_consent=draw(st.one_of(st.none(), consents(now))),
        machine_consent=draw(st.one_of(st.none(), consents(now))),
        customer=draw(st.one_of(st.none(), customers(now))),
        prospect_reason_on=draw(seldom_day),
        has_source=draw(st.booleans()),
        checked_on=draw(seldom_day),
        is_advert_protected=draw(rarely),
        listed_in={"be_dncm": now.date() - draw(st.integers(-1, 3)) * DAY} if draw(rarely) else {},
        asked_to_be_called_at=draw(seldom),
        promised_at=draw(seldom),
    )


@st.composite
def facts(draw: st.DrawFn, now: datetime) -> CallFacts:
    """Mostly a call that could be permitted, with every kind of obstacle now and then."""
    days = near(now).map(lambda at: at.date())
    seldom_day = st.one_of(st.none(), st.none(), days)
    number = some_number(
        kind=NumberKind.PREMIUM if draw(rarely) else draw(st.sampled_from([NumberKind.MOBILE, NumberKind.FIXED])),
        valid=draw(mostly),
        zones=() if draw(rarely) else draw(zone_choices),
    )
    return some_facts(
        now=now,
        number=replace(number, closed_prefix="+4590") if draw(rarely) else number,
        campaign=some_campaign(
            is_open=draw(mostly),
            starts_on=draw(seldom_day),
            ends_on=draw(seldom_day),
            balancing_test=draw(st.one_of(st.none(), st.builds(BalancingTest, days, days), _long_test(now))),
            washed_at=draw(st.one_of(st.just({}), _washes(now), _washes(now))),
            requires_consent=draw(rarely),
            is_controller_identified=draw(mostly),
            is_agency=draw(rarely),
            processor_agreement_on=draw(seldom_day),
            registrations=draw(st.sampled_from([(), ("ca_operator",)])),
            has_list_source=draw(mostly),
            list_checked_on=draw(seldom_day),
        ),
        callee=draw(callees(now)),
        request=draw(st.one_of(st.just(a_request()), requests)),
        suppressions=[a_suppression(draw(st.sampled_from(Subject)))] if draw(rarely) else [],
        histories=draw(histories(now)),
    )


def _long_test(now: datetime) -> st.SearchStrategy[BalancingTest]:
    return st.just(BalancingTest(now.date() - 30 * DAY, now.date() + 300 * DAY))


def _washes(now: datetime) -> st.SearchStrategy[dict[str, datetime]]:
    return st.integers(0, 6 * 86_400).map(
        lambda ago: {register: now - timedelta(seconds=ago) for register in ("be_dncm", "second")}
    )


def histories(now: datetime) -> st.SearchStrategy[list[History]]:
    """Up to three attempts at up to two subjects."""
    history = st.builds(
        lambda past, subject, scope: a_history(*past, subject=subject, scope=scope),
        st.lists(past_attempts(now), max_size=3),
        st.sampled_from(COUNTED),
        st.sampled_from(Scope),
    )
    return st.lists(history, max_size=2)


@st.composite
def cases(draw: st.DrawFn) -> tuple[CallFacts, Policy]:
    """A call and a policy around a clock change."""
    now = draw(instants)
    return draw(facts(now)), draw(policies(now))


@st.composite
def likely_permits(draw: st.DrawFn) -> tuple[CallFacts, Policy]:
    """A call that only what time brings can refuse: hours, attempts, dates, consents and promises."""
    now = draw(instants)
    days = near(now, after=9).map(lambda at: at.date())
    maybe_day = st.one_of(st.none(), st.none(), days)
    consent = st.one_of(st.none(), st.builds(Consent, days, st.just(True), maybe_day))
    call = some_facts(
        now=now,
        number=some_number(zones=draw(st.one_of(*[st.sampled_from(ZONES).map(lambda zone: [zone])] * 3, zone_choices))),
        campaign=some_campaign(
            starts_on=draw(maybe_day),
            ends_on=draw(st.one_of(st.none(), st.none(), near(now, -3, 12).map(lambda at: at.date()))),
            list_checked_on=draw(near(now, 1, 1).map(lambda at: at.date())),
            washed_at=draw(st.one_of(st.just({"be_dncm": now, "second": now}), _washes(now))),
            registrations=("ca_operator",),
            is_agency=draw(rarely),
            processor_agreement_on=draw(days),
        ),
        callee=CalleeFacts(
            legal_form=draw(st.sampled_from([*LegalForm, LegalForm.LEGAL_PERSON])),
            subdivision=draw(st.sampled_from([None, "BY", "HH"])),
            call_consent=draw(consent),
            machine_consent=draw(consent),
            customer=draw(st.one_of(st.none(), customers(now))),
            prospect_reason_on=draw(days),
            is_advert_protected=draw(rarely),
            asked_to_be_called_at=draw(st.one_of(st.none(), near(now, after=0))),
            promised_at=draw(st.one_of(st.none(), st.none(), near(now))),
        ),
        request=a_request(speaker=Speaker.MACHINE if draw(rarely) else Speaker.HUMAN),
        histories=[] if draw(rarely) else draw(histories(now)),
    )
    return call, _without_caller_id(draw(policies(now)))


def _without_caller_id(policy: Policy) -> Policy:
    """Caller IDs are not what time brings."""
    successor = None if policy.successor is None else _without_caller_id(policy.successor)
    return replace(policy, caller_id=CallerIdRules(ORIGIN), successor=successor)
