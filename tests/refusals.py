"""Refusals of every reason, with ordinary figures and with those at the edges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from middleware.decision.model import (
    Basis,
    CalendarSpan,
    Fact,
    NumberKind,
    Origin,
    Outcome,
    Parameter,
    Reason,
    Scope,
    Standing,
    Subject,
    Verdict,
)
from middleware.decision.model.reasons import PARAMETERS
from middleware.services.asking import ReasonGiven

SOURCE = "https://law.example/paragraph-10"
MONDAY_AT_NINE = datetime(2026, 11, 23, 8, tzinfo=UTC)  # in Copenhagen
_DAYS = (date(2026, 5, 11), date(2026, 12, 31), date(2028, 2, 29))
_SPANS = (timedelta(days=30), timedelta(hours=24), timedelta(), timedelta(seconds=1), timedelta(days=3660))
_INSTANTS = (MONDAY_AT_NINE, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2027, 12, 31, 23, 59, 59, 1, UTC))

# The first value is an ordinary one.
VALUES: Mapping[str, tuple[Parameter, ...]] = MappingProxyType(
    {
        "allowed": (("+33162", "+33163"), ("+33162",), ()),
        "calendar_from": _DAYS,
        "calendar_until": _DAYS,
        "caller_id": ("+4570123499", "+1", "anonymous"),
        "checked_on": (date(2025, 1, 1), None),
        "count": (4, 1, 0, 1000),
        "country": ("NL", "001", "XX", ""),
        "day": (date(2026, 12, 25), *_DAYS),
        "declined_at": _INSTANTS,
        "ended_on": _DAYS,
        "kind": tuple(kind.value for kind in NumberKind),
        "lifted_by": (
            (Fact.LEGAL_FORM.value, Fact.LINE_KIND.value),
            (),
            (Fact.TIME_ZONE.value,),
            tuple(fact.value for fact in Fact),
        ),
        "local_time": ("2026-11-23 21:12", "2026-12-31 00:00", "2026-10-25 02:30"),
        "max_age": (timedelta(days=365), *_SPANS),
        "missing": (("speaker",), ("speaker", "dialling"), ("dialling",)),
        "needs": ((Standing.OWNED.value, Standing.VERIFIED.value), (Standing.OWNED.value,), ()),
        "outcome": tuple(outcome.value for outcome in Outcome),
        "prefix": ("+881", ""),
        "problem": ("DK.yaml, line 3: b2b.hours is missing.", ""),
        "promised_at": _INSTANTS,
        "register": ("be_dncm", "a_new_one"),
        "registration": ("ca_dncl", "a_new_one"),
        "rest": (timedelta(hours=24), *_SPANS),
        "review_due": _DAYS,
        "scope": tuple(scope.value for scope in Scope),
        "since": _DAYS,
        "subject": tuple(subject.value for subject in Subject),
        "valid_for": (timedelta(days=90), *_SPANS),
        "washed_at": _INSTANTS,
        "window": (timedelta(days=30), None, *(span.value for span in CalendarSpan)),
        "windows": (("09:00-12:00", "13:00-17:00"), ("00:00-24:00",), ()),
        "zone": ("Pacific/Auckland", "America/Argentina/Buenos_Aires", "UTC"),
    }
)


def a_refusal(
    reason: Reason,
    *,
    basis: Basis | None = Basis.LAW,
    set_by: str = "country DK",
    loosens: str = "",
    not_before: datetime | None = None,
    **parameters: Parameter,
) -> ReasonGiven:
    """As a rule would refuse, and as it is kept; `basis` None where it rests on no figure."""
    figures = {name: VALUES[name][0] for name in PARAMETERS[reason]} | parameters
    origin = None if basis is None else Origin(basis, SOURCE, set_by, loosens)
    return ReasonGiven.of(Verdict("some_rule", reason, figures, origin, not_before))


def typed(reason: Reason, parameters: Mapping[str, Parameter], not_before: datetime | None = None) -> ReasonGiven:
    """The same with its figures as the decision itself has them, before they are kept."""
    return ReasonGiven(reason.value, "some_rule", "law", SOURCE, not_before, parameters, "country DK")


def at_every_edge(reason: Reason) -> Iterator[dict[str, Any]]:
    """Parameters of a reason, each at each of its edges while the others are ordinary."""
    ordinary = {name: VALUES[name][0] for name in PARAMETERS[reason]}
    yield ordinary
    for name in PARAMETERS[reason]:
        for value in VALUES[name][1:]:
            yield ordinary | {name: value}
