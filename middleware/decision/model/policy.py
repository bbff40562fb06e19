"""The figures that rule, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from middleware.decision.model.gates import Gate
from middleware.decision.model.hours import CallingHours, RegionalHours
from middleware.decision.model.origin import Origin
from middleware.decision.model.reasons import Reason
from middleware.decision.model.words import Audience, NumberKind, Outcome, Scope, Standing, Subject

# The rules that a policy is decided by. Decisions of the first edition are replayed by the rules of the first edition.
FIRST_EDITION, EDITION = 1, 2


class CalendarSpan(StrEnum):
    """A day, a week from Monday, or a month as the callee's wall clock shows them."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` attempts at a subject within the scope, in the newest `window` (None: ever) or in one `calendar`
    span; the two never stand together."""

    count: int
    window: timedelta | None
    subject: Subject
    scope: Scope
    origin: Origin
    calendar: CalendarSpan | None = None


@dataclass(frozen=True, slots=True)
class Spacing:
    """Least time from the end of the last attempt to the next, by how the last one ended."""

    default: timedelta
    by_outcome: Mapping[Outcome, timedelta]
    origin: Origin


@dataclass(frozen=True, slots=True)
class RefusalRest:
    """How long a person who declined the offer is left alone; `span` None: until they ask to be called."""

    span: timedelta | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class CallerIdBar:
    """Caller IDs that may not be shown: those of `country` (None: of any) that are of these kinds, or begin with one
    of these prefixes; where both are empty, all. `except_prefixes` are allowed nevertheless. `only_automated`: the bar
    holds for predictive dialling and machines alone."""

    origin: Origin
    country: str | None = None
    kinds: frozenset[NumberKind] = frozenset()
    prefixes: tuple[str, ...] = ()
    except_prefixes: tuple[str, ...] = ()
    only_automated: bool = False


@dataclass(frozen=True, slots=True)
class CallerIdRules:
    """What the number shown must be. Always one that can be called back, and that the campaign may use."""

    origin: Origin
    standings: frozenset[Standing] = frozenset({Standing.OWNED, Standing.VERIFIED})
    needs_directory: bool = False
    bars: tuple[CallerIdBar, ...] = ()


@dataclass(frozen=True, slots=True)
class AutomationRules:
    """A machine speaks only with consent to that; numbers are dialled ahead only with a human free to answer."""

    machine: Origin
    predictive: Origin


@dataclass(frozen=True, slots=True)
class DataRules:
    """What must be on file about the callee's data."""

    source: Origin
    max_age: timedelta
    age: Origin
    advert_protection: Origin | None = None  # None: no companies register of the country carries such a mark


@dataclass(frozen=True, slots=True)
class ClosedPrefix:
    """Numbers that fraud is paid by, or that for another reason are never called."""

    prefix: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Policy:
    """All figures for one country, audience and campaign, resolved; `digest` is the SHA-256 of its canonical JSON.

    A change of the law that is already known stands in `successor`, which rules from `changes_at` on.
    The parts that are None in a policy of the first edition are never None in a later one.
    """

    country: str
    audience: Audience
    hours: CallingHours
    caps: tuple[Cap, ...]
    spacing: Spacing
    gates: tuple[Gate, ...]
    ring_timeout: timedelta  # the longest a permitted call may ring
    ring_origin: Origin
    regional_hours: RegionalHours | None = None  # None: the same hours in the whole country
    refusal_rest: RefusalRest | None = None
    caller_id: CallerIdRules | None = None
    automation: AutomationRules | None = None
    data: DataRules | None = None
    closed_prefixes: tuple[ClosedPrefix, ...] = ()
    ring_at_least: timedelta | None = None
    ring_at_least_origin: Origin | None = None
    changes_at: datetime | None = None
    successor: Policy | None = None
    edition: int = EDITION
    digest: str = ""

    def in_force(self, at: datetime) -> Policy:
        """The figures that rule at an instant; the digest stays that of the whole."""
        policy = self
        while policy.successor is not None and policy.changes_at is not None and at >= policy.changes_at:
            policy = policy.successor
        return policy


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """Why there is no policy to decide by; such a call is refused and `detail` tells the administrator what to mend."""

    reason: Reason  # NUMBER_COUNTRY_CLOSED or POLICY_UNUSABLE
    detail: str
