"""What a trial found, in figures and in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from middleware.services.certification.checker import Kind, Violation
from middleware.services.certification.history import History

RACES = frozenset({Kind.TOO_SOON, Kind.TOO_SOON_IN_TRUTH, Kind.TOO_MANY})
_LOST_RACES = "StoreBusy"  # an answer: somebody else was faster too often, ask again
_SHUT_OUT_BY_CHANCE = 0.01  # of all requests, on a machine that is hardly able to go on
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


def doubts_about(history: History, least_permits: int) -> tuple[str, ...]:
    """What makes a trial worthless: hardly anything happened, requests failed, or the askers were shut out.

    At most one slot of a number is open at a time, so whoever loses a race sees the winner in the next round and is
    refused. To lose every round means to read guards that are not the newest.
    """
    errors = Counter(asked.error for asked in history.asked if asked.error is not None)
    shut_out, answers = errors.pop(_LOST_RACES, 0), sum(asked.attempt_id is not None for asked in history.asked)
    permits = sum(asked.is_permitted for asked in history.asked)
    doubts = [f"{times} requests failed with {error}" for error, times in errors.items()]
    if permits < least_permits:
        doubts.append(f"only {permits} permits, too few to tell: use more --seconds")
    if shut_out > answers * _SHUT_OUT_BY_CHANCE:
        doubts.append(f"{shut_out} requests lost every round of their race: the newest guards are not read first")
    return tuple(doubts)
