"""What a rule answers, and the whole answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from middleware.decision.model.origin import Origin
from middleware.decision.model.reasons import Reason

# What a sentence is made from. Texts are codes, names or numbers, never sentences.
Parameter = str | int | datetime | date | timedelta | tuple[str, ...] | None
_NONE: Mapping[str, Parameter] = MappingProxyType({})


class Fact(StrEnum):
    """A fact that is not known, and whose being known may lift a refusal."""

    LEGAL_FORM = "legal_form"
    LINE_KIND = "line_kind"
    DIRECTORY_MARK = "directory_mark"
    CUSTOMER = "customer"
    SUBDIVISION = "subdivision"
    TIME_ZONE = "time_zone"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's answer. `reason` None permits.

    `parameters`: what the sentences about this reason are made from, exactly the names in `reasons.PARAMETERS`.
    `not_before`: the first instant at which this rule would permit, other things equal; None on a refusal means
    that waiting does not help. `until`: on a permit, when this rule would begin to refuse again, if it is known.
    `attempts_left`: how many more attempts a cap leaves, this one included.
    """

    rule: str
    reason: Reason | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: _NONE)
    origin: Origin | None = None
    not_before: datetime | None = None
    until: datetime | None = None
    attempts_left: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer: every rule's verdict, the first instant at which all permit, and what is left.

    `not_before` is None on a permit, and on a refusal that waiting does not lift. `permitted_until` is the earliest
    `until` of the verdicts on a permit. `attempts_left` counts this attempt.
    """

    decided_at: datetime
    policy_digest: str | None
    verdicts: tuple[Verdict, ...]
    not_before: datetime | None
    permitted_until: datetime | None
    attempts_left: int | None

    @property
    def is_permitted(self) -> bool:
        """No rule refused."""
        return all(verdict.reason is None for verdict in self.verdicts)

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The verdicts that refuse, in the order of the rules."""
        return tuple(verdict for verdict in self.verdicts if verdict.reason is not None)
