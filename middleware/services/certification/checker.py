"""Finds everything in a history that must not be. Plain functions over tuples; nothing of the product is used."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise

from middleware.services.certification.history import Asked, History, StoredAttempt, StoredGuard

# Two clocks of one machine, the monotonic one and that of the day, may drift apart by NTP's steering.
DRIFT = 0.99


class Kind(StrEnum):
    """What went wrong."""

    LOST = "an acknowledged answer is not stored"
    CHANGED = "what is stored is not what was acknowledged"
    UNASKED = "an attempt is stored that nobody asked for, or not so"
    DOUBLED = "one request was stored twice"
    TOO_SOON = "two permits closer than the spacing, by the store's clock"
    TOO_SOON_IN_TRUTH = "two permits closer than the spacing, by the machine's own clock"
    TOO_MANY = "more permits in the window than the cap"
    GAP_IN_SEQ = "the guards of a subject are not numbered 1, 2, 3 without a gap"
    BACKWARDS = "a later guard was decided earlier"
    GUARD_MISMATCH = "a permit without its guards, or a guard without its permit"
    AFTER_OPT_OUT = "permitted after the opt-out was acknowledged"


@dataclass(frozen=True, slots=True)
class Violation:
    kind: Kind
    subject: str
    detail: str


def violations(history: History) -> list[Violation]:
    """Everything that is wrong, grouped by kind; empty for a history that keeps all promises."""
    return [found for check in CHECKS for found in check(history)]


def _acknowledged(history: History) -> Iterator[Violation]:
    stored = {attempt.attempt_id: attempt for attempt in history.attempts}
    for asked in history.asked:
        if asked.attempt_id is None:
            continue
        found = stored.get(asked.attempt_id)
        if found is None:
            yield Violation(Kind.LOST, asked.subject, f"attempt {asked.attempt_id}")
        elif (found.key, found.is_permitted, found.decided_at) != (asked.key, asked.is_permitted, asked.decided_at):
            yield Violation(Kind.CHANGED, asked.subject, f"attempt {asked.attempt_id}")


def _stored(history: History) -> Iterator[Violation]:
    asked = {each.key: each for each in history.asked}
    for attempt in history.attempts:
        request = asked.get(attempt.key)
        # without an answer the outcome is unknown, and the row may be there or not
        if request is None or request.attempt_id not in {None, attempt.attempt_id}:
            yield Violation(Kind.UNASKED, attempt.subject, f"attempt {attempt.attempt_id}")
    for key, times in Counter(attempt.key for attempt in history.attempts).items():
        if times > 1:
            yield Violation(Kind.DOUBLED, key, f"{times} attempts")


def _spacing(history: History) -> Iterator[Violation]:
    for subject, permits in _permits(history).items():
        for one, other in pairwise(permits):
            if (apart := other.decided_at - one.decided_at) < history.rules.spacing:
                yield Violation(Kind.TOO_SOON, subject, f"{apart.total_seconds():.6f} s apart")


def _true_spacing(history: History) -> Iterator[Violation]:
    """A decision fell between the moments at which its asker began and ended: even the widest reading is too close."""
    least = history.rules.spacing.total_seconds() * DRIFT
    answered: dict[str, list[Asked]] = defaultdict(list)
    for asked in history.asked:
        if asked.is_permitted and asked.ended is not None:
            answered[asked.subject].append(asked)
    for subject, permits in answered.items():
        for one, other in pairwise(sorted(permits, key=lambda asked: asked.began)):
            if (apart := max(one.ended or 0, other.ended or 0) - min(one.began, other.began)) < least:
                yield Violation(Kind.TOO_SOON_IN_TRUTH, subject, f"at most {apart:.6f} s apart")


def _caps(history: History) -> Iterator[Violation]:
    count, window = history.rules.count, history.rules.window
    for subject, permits in _permits(history).items():
        for first, beyond in zip(permits, permits[count:], strict=False):
            if beyond.decided_at - first.decided_at < window:
                yield Violation(Kind.TOO_MANY, subject, f"{count + 1} within {beyond.decided_at - first.decided_at}")


def _numbering(history: History) -> Iterator[Violation]:
    decided = {attempt.attempt_id: attempt.decided_at for attempt in history.attempts}
    for (scope, subject), guards in _guards(history.guards):
        if [guard.seq for guard in guards] != list(range(1, len(guards) + 1)):
            yield Violation(Kind.GAP_IN_SEQ, subject, f"{len(guards)} guards under {scope}, last {guards[-1].seq}")
        times = [decided[guard.attempt_id] for guard in guards if guard.attempt_id in decided]
        if any(later < earlier for earlier, later in pairwise(times)):
            yield Violation(Kind.BACKWARDS, subject, f"under {scope}")


def _pairing(history: History) -> Iterator[Violation]:
    held: Counter[tuple[str | None, str, str]] = Counter(
        (guard.attempt_id, guard.scope, guard.subject) for guard in history.guards if not guard.is_block
    )
    due: Counter[tuple[str | None, str, str]] = Counter(
        (attempt.attempt_id, scope, attempt.subject)
        for attempt in history.attempts
        if attempt.is_permitted
        for scope in attempt.scopes
    )
    for (attempt_id, scope, subject), times in ((held - due) + (due - held)).items():
        yield Violation(
            Kind.GUARD_MISMATCH, subject, f"attempt {attempt_id} under {scope}, {times} too many or too few"
        )


def _opt_outs(history: History) -> Iterator[Violation]:
    opted_out = {each.subject: each for each in history.opted_out}
    for asked in history.asked:
        out = opted_out.get(asked.subject)
        if out is None or not asked.is_permitted or asked.decided_at is None:
            continue
        if asked.began > out.told or asked.decided_at > out.at:
            yield Violation(Kind.AFTER_OPT_OUT, asked.subject, f"attempt {asked.attempt_id}")
    for (scope, subject), guards in _guards(guard for guard in history.guards if guard.subject in opted_out):
        blocked = False
        for guard in guards:
            if blocked and not guard.is_block:
                yield Violation(Kind.AFTER_OPT_OUT, subject, f"guard {guard.seq} under {scope}")
            blocked = blocked or guard.is_block


CHECKS: Sequence[Callable[[History], Iterator[Violation]]] = (
    _acknowledged,
    _stored,
    _spacing,
    _true_spacing,
    _caps,
    _numbering,
    _pairing,
    _opt_outs,
)


def _permits(history: History) -> dict[str, list[StoredAttempt]]:
    """Permitted attempts of each subject, in the order of the store's clock."""
    permits: dict[str, list[StoredAttempt]] = defaultdict(list)
    for attempt in sorted(history.attempts, key=lambda attempt: attempt.decided_at):
        if attempt.is_permitted:
            permits[attempt.subject].append(attempt)
    return permits


def _guards(guards: Iterable[StoredGuard]) -> Iterator[tuple[tuple[str, str], list[StoredGuard]]]:
    """The guards of each scope and subject, by their numbers."""
    ordered = sorted(guards, key=lambda guard: (guard.scope, guard.subject, guard.seq))
    for key, same in groupby(ordered, key=lambda guard: (guard.scope, guard.subject)):
        yield key, list(same)
