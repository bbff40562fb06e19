"""What an override may do to a figure: tighten it freely, loosen it with an approval, and never loosen law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Literal, NoReturn, TypeVar

from middleware.decision.model import Basis, Origin
from middleware.policies.shapes import Shape, Text
from middleware.policies.wording import span_in_words

V = TypeVar("V")
Level = Literal["controller", "campaign"]
# What can be loosened, by its key in the overrides; the approval stands under the same key in `reasons`.
Loosenable = Literal[
    "hours",
    "days_with_calls",
    "caps",
    "spacing",
    "refusal_rest_days",
    "ring_seconds",
    "ring_at_least_seconds",
    "caller_id",
    "data_max_age_days",
    "gates",
    "without_gates",
]


class Loosening(ValueError):
    """An override that would allow what it may not; the text says how far it may go, and what would be needed."""


class Approval(Shape):
    """Why a figure may be looser than the one it replaces, who approved that, and on which day."""

    reason: Text
    approved_by: Text
    approved_on: date


@dataclass(frozen=True, slots=True)
class Held(Generic[V]):
    """A figure as it stands before an override."""

    value: V
    origin: Origin


@dataclass(frozen=True, slots=True)
class Yardstick(Generic[V]):
    """How two values of one figure compare. `excess(new, limit)`: a sentence about what the new one allows beyond the
    limit, empty if nothing."""

    key: Loosenable
    spell: Callable[[V], str]
    excess: Callable[[V, V], str]


@dataclass(frozen=True, slots=True)
class Layer:
    """The overrides of one controller or campaign, as they are laid over the figures below them.

    `during` names the time for which the figures below hold, where a change of the law is known.
    """

    level: Level
    id: str
    approvals: Mapping[Loosenable, Approval]
    during: str = ""

    @property
    def set_by(self) -> str:
        """As origins name it: `campaign spring`."""
        return f"{self.level} {self.id}"

    def own(self, beside: str = "") -> Origin:
        """The origin of a figure that stands beside the others and so can only tighten."""
        return Origin(Basis.RECOMMENDED, f"The {self.level}'s own figure{beside}.", self.set_by)

    def origin(self, yardstick: Yardstick[V], new: V, held: Held[V], country: Held[V] | None) -> Origin:
        """Where the new figure comes from. `held` is what it replaces, `country` what the country's file says.

        Raises `Loosening` for more than the country's law allows, for more than the figure below it without an
        approval, and where a campaign would go beyond the country after its controller had tightened.
        """
        if new == held.value:
            return held.origin
        beyond_held = yardstick.excess(new, held.value)
        beyond_country = "" if country is None else yardstick.excess(new, country.value)
        if not beyond_held:
            loosens = held.origin.loosens if beyond_country else ""
            return Origin(Basis.RECOMMENDED, self._stricter(yardstick, held), self.set_by, loosens)
        loosened = held
        if country is not None and beyond_country:
            self._refuse_beyond(yardstick, beyond_country, held, country)
            loosened = country
        approval = self.approvals.get(yardstick.key)
        if approval is None:
            self._refuse_unapproved(yardstick, beyond_held, held)
        return self._approved(approval, yardstick.spell(loosened.value), loosened.origin)

    def _stricter(self, yardstick: Yardstick[V], held: Held[V]) -> str:
        return f"The {self.level}'s own figure, stricter than {_with_origin(yardstick.spell(held.value), held.origin)}."

    def _refuse_beyond(self, yardstick: Yardstick[V], beyond: str, held: Held[V], country: Held[V]) -> None:
        if country.origin.basis is Basis.LAW:
            self._refuse(f"{beyond}, which is law and cannot be loosened ({country.origin.source})")
        if yardstick.excess(country.value, held.value):
            self._refuse(f"{beyond}, the country's figure: a {self.level} goes back as far as that and no further")

    def _refuse_unapproved(self, yardstick: Yardstick[V], beyond: str, held: Held[V]) -> NoReturn:
        self._refuse(
            f"{beyond} ({held.origin.basis.value}, {held.origin.set_by}); to loosen that, add reasons.{yardstick.key} "
            "with reason, approved_by and approved_on"
        )

    def _approved(self, approval: Approval, was: str, origin: Origin) -> Origin:
        loosens = (
            f"{_with_origin(was, origin)}; approved by {approval.approved_by} on {approval.approved_on.isoformat()}, "
            f"because: {approval.reason}"
        )
        return Origin(Basis.RECOMMENDED, f"The {self.level}'s own figure.", self.set_by, loosens)

    def _refuse(self, what: str) -> NoReturn:
        raise Loosening(f"{self.during}{what}")


def at_most(key: Loosenable) -> Yardstick[timedelta]:
    """For spans of which a longer one allows more."""
    return Yardstick(
        key,
        span_in_words,
        lambda new, limit: f"{key} may be at most {span_in_words(limit)}" if new > limit else "",
    )


def at_least(key: Loosenable) -> Yardstick[timedelta]:
    """For spans of which a shorter one allows more."""
    return Yardstick(
        key,
        span_in_words,
        lambda new, limit: f"{key} must be at least {span_in_words(limit)}" if new < limit else "",
    )


def _with_origin(figure: str, origin: Origin) -> str:
    return f"{figure} ({origin.basis.value}, {origin.set_by}: {origin.source.rstrip('.')})"
