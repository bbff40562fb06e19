"""Facts and policies for tests: by default a call that is permitted; a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from middleware.decision.model import (
    Audience,
    AutomationRules,
    BalancingTest,
    Basis,
    CalleeFacts,
    CallerIdFacts,
    CallerIdRules,
    CallFacts,
    CallingHours,
    CampaignFacts,
    Cap,
    ClosedPrefix,
    DataRules,
    Dialling,
    Gate,
    GateKind,
    History,
    LegalForm,
    NumberFacts,
    NumberKind,
    Origin,
    Outcome,
    PastAttempt,
    PlacedBy,
    Policy,
    RefusalRest,
    RegionalHours,
    RequestFacts,
    Scope,
    Spacing,
    Speaker,
    Standing,
    Subject,
    SuppressionHit,
    Window,
)

# A Wednesday without any holiday near it; 13:00 in Copenhagen.
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
COPENHAGEN = "Europe/Copenhagen"
ORIGIN = Origin(Basis.RECOMMENDED, "A test's own figure.", "country DK")


def utc(text: str) -> datetime:
    """`2026-03-04 12:00` as an aware UTC datetime."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def windows(*spans: str) -> tuple[Window, ...]:
    """`windows("09:00-12:00", "13:00-17:00")`."""
    return tuple(Window(_minute(span[:5]), _minute(span[6:])) for span in spans)


def some_week(*spans: str, weekend: Sequence[str] = ()) -> tuple[tuple[Window, ...], ...]:
    """The same windows from Monday to Friday, 09:00-17:00 by default, and others at the weekend."""
    return (windows(*(spans or ("09:00-17:00",))),) * 5 + (windows(*weekend),) * 2


def some_hours(
    *,
    week: tuple[tuple[Window, ...], ...] | None = None,
    holidays: Sequence[date] = (),
    calendar_from: date = date(2026, 1, 1),
    calendar_until: date = date(2028, 12, 31),
    early_closings: Mapping[str, int] | None = None,
) -> CallingHours:
    """Monday to Friday 09:00-17:00, no holidays, 2026 to 2028."""
    return CallingHours(
        week=some_week() if week is None else week,
        holidays=frozenset(holidays),
        calendar_from=calendar_from,
        calendar_until=calendar_until,
        early_closings=early_closings or {},
        origin=ORIGIN,
        holidays_origin=ORIGIN,
    )


def a_cap(
    count: int = 4,
    window: timedelta | None = timedelta(days=30),
    subject: Subject = Subject.NUMBER,
    scope: Scope = Scope.CONTROLLER,
) -> Cap:
    """Four attempts at a number within 30 days, all campaigns of the controller together."""
    return Cap(count, window, subject, scope, ORIGIN)


def a_register_gate(register: str = "be_dncm", valid_for: timedelta = timedelta(days=5)) -> Gate:
    """A register that has to be washed every five days."""
    return Gate(GateKind.REGISTER, ORIGIN, register, valid_for)


def a_consent_gate(*except_legal_forms: LegalForm) -> Gate:
    """Consent from everybody but those known to have one of these legal forms."""
    return Gate(GateKind.CONSENT, ORIGIN, except_legal_forms=frozenset(except_legal_forms))


BALANCED = BalancingTest(approved_on=date(2026, 1, 2), review_due=date(2028, 12, 31))
DOCUMENTED_BASIS = Gate(GateKind.DOCUMENTED_BASIS, ORIGIN)


def some_policy(
    *,
    country: str = "DK",
    audience: Audience = Audience.B2B,
    hours: CallingHours | None = None,
    caps: Sequence[Cap] | None = None,
    spacing: timedelta = timedelta(hours=24),
    spacing_after: Mapping[Outcome, timedelta] | None = None,
    gates: Sequence[Gate] = (DOCUMENTED_BASIS,),
    ring_timeout: timedelta = timedelta(seconds=30),
    regional_hours: RegionalHours | None = None,
    refusal_rest: timedelta | None = timedelta(days=60),
    caller_id: CallerIdRules | None = None,
    max_age: timedelta = timedelta(days=365),
    advert_protection: Origin | None = None,
    closed_prefixes: Sequence[str] = (),
    digest: str = "d" * 64,
) -> Policy:
    """Working hours, four attempts in 30 days, a day between them, 60 after a refusal, a documented basis."""
    return Policy(
        country=country,
        audience=audience,
        hours=hours or some_hours(),
        caps=(a_cap(),) if caps is None else tuple(caps),
        spacing=Spacing(spacing, dict(spacing_after or {}), ORIGIN),
        gates=tuple(gates),
        ring_timeout=ring_timeout,
        ring_origin=ORIGIN,
        regional_hours=regional_hours,
        refusal_rest=RefusalRest(refusal_rest, ORIGIN),
        caller_id=caller_id or CallerIdRules(ORIGIN),
        automation=AutomationRules(ORIGIN, ORIGIN),
        data=DataRules(ORIGIN, max_age, ORIGIN, advert_protection),
        closed_prefixes=tuple(ClosedPrefix(prefix, ORIGIN) for prefix in closed_prefixes),
        digest=digest,
    )


def a_caller_id(
    number: str = "+4570101010",
    *,
    country: str | None = "DK",
    kind: NumberKind = NumberKind.FIXED,
    standing: Standing = Standing.OWNED,
    in_directory: bool = True,
) -> CallerIdFacts:
    """A Danish landline of the controller's own, findable in the directory."""
    return CallerIdFacts(number, country, kind, standing, in_directory)


CALLER_ID = a_caller_id()


def some_number(
    *,
    country: str | None = "DK",
    kind: NumberKind = NumberKind.MOBILE,
    valid: bool = True,
    emergency: bool = False,
    zones: Sequence[str] = (COPENHAGEN,),
) -> NumberFacts:
    """A Danish mobile."""
    return NumberFacts(country=country, kind=kind, valid=valid, emergency=emergency, zones=tuple(zones))


def some_campaign(
    *,
    campaign_id: str = "spring",
    controller_id: str = "acme",
    audience: Audience = Audience.B2B,
    is_open: bool = True,
    starts_on: date | None = None,
    ends_on: date | None = None,
    balancing_test: BalancingTest | None = BALANCED,
    washed_at: Mapping[str, datetime] | None = None,
    **more: Any,
) -> CampaignFacts:
    """An open B2B campaign with its papers on file, a list of known source checked lately, and no dates."""
    papers: dict[str, Any] = {
        "is_controller_identified": True,
        "has_list_source": True,
        "list_checked_on": date(2026, 1, 2),
    }
    return CampaignFacts(
        campaign_id=campaign_id,
        controller_id=controller_id,
        audience=audience,
        is_open=is_open,
        starts_on=starts_on,
        ends_on=ends_on,
        balancing_test=balancing_test,
        washed_at=dict(washed_at or {}),
        **papers | more,
    )


def a_request(
    *,
    speaker: Speaker | None = Speaker.HUMAN,
    dialling: Dialling | None = Dialling.PREVIEW,
    free_agents: int | None = None,
    caller_id: CallerIdFacts | None = CALLER_ID,
) -> RequestFacts:
    """A human speaks, one call for each agent, and the controller's own number is shown."""
    return RequestFacts(speaker, dialling, free_agents, caller_id)


def an_attempt(
    reserved_at: datetime = NOON - timedelta(days=7),
    *,
    outcome: Outcome | None = Outcome.NO_ANSWER,
    ended_at: datetime | None = None,
    expires_at: datetime | None = None,
    placed_by: PlacedBy = PlacedBy.US,
    is_placed: bool = True,
    attempt_id: str = "earlier",
    campaign_id: str = "spring",
) -> PastAttempt:
    """An attempt that rang for half a minute and was not answered; `outcome=None` leaves it without an end."""
    if outcome is not None and ended_at is None:
        ended_at = reserved_at + timedelta(seconds=30)
    return PastAttempt(
        attempt_id=attempt_id,
        campaign_id=campaign_id,
        reserved_at=reserved_at,
        expires_at=expires_at or reserved_at + timedelta(seconds=60),
        placed_by=placed_by,
        is_placed=is_placed,
        outcome=outcome,
        ended_at=ended_at,
    )


def a_history(*attempts: PastAttempt, subject: Subject = Subject.NUMBER, scope: Scope = Scope.CONTROLLER) -> History:
    """Attempts at one subject, put newest first."""
    newest_first = sorted(attempts, key=lambda past: past.reserved_at, reverse=True)
    return History(scope, subject, tuple(newest_first))


def a_suppression(
    subject: Subject = Subject.NUMBER,
    *,
    since: datetime = NOON - timedelta(days=100),
    entry_id: str = "entry-1",
    reason: str = "objection",
) -> SuppressionHit:
    """An entry in force for all campaigns of a controller; an objection unless another reason is given."""
    return SuppressionHit(entry_id, subject, "controller", reason, since)


def some_facts(
    *,
    now: datetime = NOON,
    number: NumberFacts | None = None,
    campaign: CampaignFacts | None = None,
    callee: CalleeFacts | None = None,
    request: RequestFacts | None = None,
    suppressions: Sequence[SuppressionHit] = (),
    attempts: Sequence[PastAttempt] = (),
    histories: Sequence[History] = (),
) -> CallFacts:
    """A call that `some_policy` permits; `attempts` are earlier ones at the number, `histories` any others."""
    at_number = (a_history(*attempts),) if attempts else ()
    return CallFacts(
        now=now,
        number=number or some_number(),
        campaign=campaign or some_campaign(),
        callee=callee or CalleeFacts(),
        request=request or a_request(),
        suppressions=tuple(suppressions),
        histories=at_number + tuple(histories),
    )


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
