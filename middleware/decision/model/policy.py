"""The figures that rule, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from middleware.decision.model.words import Audience, Basis, LegalForm, Outcome, Reason, Scope, Subject


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from: how binding, the source, and which file or override set it."""

    basis: Basis
    source: str = ""  # a URL or a sentence that a reader can check
    set_by: str = ""  # "country DK", "campaign spring-dk"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of one local day in minutes since midnight: start inclusive, end exclusive (1440 is midnight)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class CallingHours:
    """Callee-local weekly windows, days without calls, and the span for which the calendar has been checked."""

    week: tuple[tuple[Window, ...], ...]  # seven entries, Monday first; several windows a day leave lunch gaps
    holidays: frozenset[date]
    calendar_from: date
    calendar_until: date  # last day the holidays are known for; later days are unknown, so closed
    early_closings: Mapping[tuple[int, int], int]  # (month, day) -> minute of the day after which no call
    origin: Origin
    holidays_origin: Origin


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` attempts at a subject within `window` (None: ever), within the scope."""

    count: int
    window: timedelta | None
    subject: Subject
    scope: Scope
    origin: Origin


@dataclass(frozen=True, slots=True)
class Spacing:
    """Least time from the end of the last attempt to the next, by how the last one ended."""

    default: timedelta
    by_outcome: Mapping[Outcome, timedelta]
    origin: Origin


class GateKind(StrEnum):
    """What a country asks for before a call: a documented balancing test, a recorded consent, a fresh register wash."""

    DOCUMENTED_BASIS = "documented_basis"
    CONSENT = "consent"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Gate:
    kind: GateKind
    origin: Origin
    register: str | None = None  # for REGISTER: which one, and how old a wash may be
    valid_for: timedelta | None = None
    except_legal_forms: frozenset[LegalForm] = frozenset()  # this gate does not apply to callees known to be these


@dataclass(frozen=True, slots=True)
class Policy:
    """All figures for one country, audience and campaign, resolved; `digest` is the SHA-256 of its canonical JSON."""

    country: str
    audience: Audience
    hours: CallingHours
    caps: tuple[Cap, ...]
    spacing: Spacing
    gates: tuple[Gate, ...]
    ring_timeout: timedelta  # the longest a permitted call may ring
    ring_origin: Origin
    digest: str = ""


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """Why there is no policy to decide by; such a call is refused and `detail` tells the administrator what to mend."""

    reason: Reason  # NUMBER_COUNTRY_CLOSED or POLICY_UNUSABLE
    detail: str
