"""What a trial found, in figures and in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from middleware.services.certification.checker import Kind, Violation
from middleware.services.certification.history import History

RACES = frozenset({Kind.TOO_SOON, Kind.TOO_SOON_IN_TRUTH, Kind.TOO_MANY})
_LOST_RACES = "StoreBusy"  # an answer: somebody else was faster too often, ask again
_SHOWN = 5

Figure = int | float | str


@dataclass(frozen=True, slots=True)
class Finding:
    """One trial. No problems: it passed. `examples` shows a few violations for whoever looks for the cause."""

    trial: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def figures_of(history: History, seconds: float) -> dict[str, Figure]:
    """How much was asked and answered."""
    answers = [asked for asked in history.asked if asked.attempt_id is not None]
    permits = sum(asked.is_permitted for asked in answers)
    errors = Counter(asked.error for asked in history.asked if asked.error is not None)
    busy = errors.pop(_LOST_RACES, 0)
    return {
        "answers": len(answers),
        "per_second": round(len(answers) / seconds),
        "permits": permits,
        "refusals": len(answers) - permits,
        "busy": busy,
        "errors": sum(errors.values()),
    }


def problems_of(found: Iterable[Violation]) -> tuple[str, ...]:
    """One sentence for each kind of violation, the number of times first."""
    return tuple(f"{times} x {kind.value}" for kind, times in Counter(each.kind for each in found).items())


def examples_of(found: Iterable[Violation]) -> tuple[str, ...]:
    """The first few of each kind."""
    shown: Counter[Kind] = Counter()
    lines = []
    for each in found:
        shown[each.kind] += 1
        if shown[each.kind] <= _SHOWN:
            lines.append(f"{each.kind.value}: {each.subject}: {each.detail}")
    return tuple(lines)


def too_quiet(history: History, least_permits: int) -> tuple[str, ...]:
    """A trial in which hardly anything happened shows nothing; nor does one in which requests failed."""
    permits = sum(asked.is_permitted for asked in history.asked)
    failed = Counter(asked.error for asked in history.asked if asked.error not in {None, _LOST_RACES})
    quiet = () if permits >= least_permits else (f"only {permits} permits, too few to tell: use more --seconds",)
    return (*quiet, *(f"{times} requests failed with {error}" for error, times in failed.items()))
