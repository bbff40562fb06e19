"""The history checker finds every kind of wrong that is planted, and nothing in a history that keeps all promises."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from middleware.services.certification.checker import Kind, violations
from middleware.services.certification.history import (
    Asked,
    History,
    OptedOut,
    Rules,
    StoredAttempt,
    StoredGuard,
)
from tests.builders import NOON

RULES = Rules(spacing=timedelta(seconds=10), count=3, window=timedelta(seconds=60))
SCOPES = ("acme", "campaign/spring")
PERMITS = (0.0, 10.0, 20.0, 60.0)  # seconds after noon: as near as the rules allow


def asked(key: str, at: float, *, is_permitted: bool = True, subject: str = "n:1") -> Asked:
    """A request answered within a tenth of a second, decided in its middle."""
    return Asked(key, subject, at - 0.05, at + 0.05, f"attempt-{key}", is_permitted, NOON + timedelta(seconds=at))


def stored(request: Asked) -> StoredAttempt:
    assert request.attempt_id is not None
    assert request.decided_at is not None
    return StoredAttempt(
        request.attempt_id, request.key, request.subject, SCOPES, request.is_permitted, request.decided_at
    )


def clean(subject: str = "n:1") -> History:
    """Four permits, one refusal, and one request that nobody knows the outcome of."""
    requests = [asked(f"{subject}-{number}", at, subject=subject) for number, at in enumerate(PERMITS)]
    refused = asked(f"{subject}-refused", 25.0, is_permitted=False, subject=subject)
    unknown = Asked(f"{subject}-unknown", subject, 26.0)
    guards = [
        StoredGuard(scope, subject, seq, is_block=False, attempt_id=request.attempt_id)
        for scope in SCOPES
        for seq, request in enumerate(requests, start=1)
    ]
    attempts = [stored(request) for request in [*requests, refused]]
    return History(RULES, (*requests, refused, unknown), tuple(attempts), tuple(guards))


def kinds(history: History) -> set[Kind]:
    return {found.kind for found in violations(history)}


def moved(history: History, number: int, at: float) -> History:
    """One permit asked and decided at another time."""
    request = replace(asked(history.asked[number].key, at), subject=history.asked[number].subject)
    return replace(
        history,
        asked=(*history.asked[:number], request, *history.asked[number + 1 :]),
        attempts=(*history.attempts[:number], stored(request), *history.attempts[number + 1 :]),
    )


def without_attempt(history: History, number: int) -> History:
    """As if the row and its guards had never been written."""
    gone = history.attempts[number].attempt_id
    return replace(
        history,
        attempts=tuple(each for each in history.attempts if each.attempt_id != gone),
        guards=tuple(each for each in history.guards if each.attempt_id != gone),
    )


def another(history: History, request: Asked, *, with_guards: bool = True) -> History:
    """One more stored attempt, whether or not its asker heard of it."""
    guards = history.guards
    if with_guards:
        last = max(guard.seq for guard in guards)
        guards += tuple(StoredGuard(scope, request.subject, last + 1, False, request.attempt_id) for scope in SCOPES)
    return replace(history, attempts=(*history.attempts, stored(request)), guards=guards)


def test_a_history_that_keeps_all_promises_passes() -> None:
    one, other = clean("n:1"), clean("n:2")

    both = History(RULES, one.asked + other.asked, one.attempts + other.attempts, one.guards + other.guards)

    assert violations(both) == []


def test_a_request_without_an_answer_may_be_stored_or_not() -> None:
    history = clean()
    unknown = history.asked[-1]
    refused = replace(asked(unknown.key, 26.1, is_permitted=False), subject=unknown.subject)

    assert violations(another(history, refused, with_guards=False)) == []


def test_a_suppressed_number_that_is_only_refused_afterwards_passes() -> None:
    history = clean()
    block = StoredGuard("acme", "n:1", 5, is_block=True, attempt_id=None)
    refused = asked("late", 80.0, is_permitted=False)

    passes = replace(
        history,
        asked=(*history.asked, refused),
        attempts=(*history.attempts, stored(refused)),
        guards=(*history.guards, block),
        opted_out=(OptedOut("n:1", NOON + timedelta(seconds=70), 70.0),),
    )

    assert violations(passes) == []


def with_a_changed_answer(history: History) -> History:
    told_refused = replace(history.asked[0], is_permitted=False)
    return replace(history, asked=(told_refused, *history.asked[1:]))


def with_a_changed_time(history: History) -> History:
    earlier = replace(history.attempts[0], decided_at=NOON - timedelta(seconds=1))
    return replace(history, attempts=(earlier, *history.attempts[1:]))


def with_an_attempt_nobody_asked_for(history: History) -> History:
    return another(history, asked("nobody", 71.0))


def with_another_attempt_than_the_one_told(history: History) -> History:
    other = replace(history.attempts[4], attempt_id="another")
    return replace(history, attempts=(*history.attempts, other))


def with_one_request_stored_twice(history: History) -> History:
    unknown = history.asked[-1]
    twice = [replace(asked(unknown.key, at, is_permitted=False), attempt_id=f"twice-{at}") for at in (26.1, 26.2)]
    return another(another(history, twice[0], with_guards=False), twice[1], with_guards=False)


def with_a_gap_in_seq(history: History) -> History:
    return replace(history, guards=tuple(replace(each, seq=each.seq + (each.seq > 2)) for each in history.guards))


def with_a_seq_taken_twice(history: History) -> History:
    return replace(history, guards=tuple(replace(each, seq=min(each.seq, 3)) for each in history.guards))


def with_seq_against_time(history: History) -> History:
    return replace(history, guards=tuple(replace(each, seq=5 - each.seq) for each in history.guards))


def with_a_guard_missing(history: History) -> History:
    return replace(
        history, guards=tuple(each for each in history.guards if (each.scope, each.seq) != ("campaign/spring", 4))
    )


def with_a_guard_of_a_refusal(history: History) -> History:
    refused = history.attempts[4].attempt_id
    return replace(history, guards=(*history.guards, StoredGuard("acme", "n:1", 5, False, refused)))


def with_a_guard_of_no_attempt(history: History) -> History:
    return replace(history, guards=(*history.guards, StoredGuard("acme", "n:1", 5, False, "nowhere")))


def with_true_times_too_close(history: History) -> History:
    """Stored ten seconds apart, as the rule wants, though both were asked within two."""
    hurried = replace(history.asked[1], began=1.0, ended=2.0)
    return replace(history, asked=(history.asked[0], hurried, *history.asked[2:]))


def with_a_permit_asked_for_after_the_opt_out(history: History) -> History:
    return replace(history, opted_out=(OptedOut("n:1", NOON + timedelta(seconds=90), 59.0),))


def with_a_permit_decided_after_the_opt_out(history: History) -> History:
    return replace(history, opted_out=(OptedOut("n:1", NOON + timedelta(seconds=59), 90.0),))


def with_a_guard_behind_a_block(history: History) -> History:
    shifted = tuple(
        replace(each, seq=each.seq + 1) if (each.scope, each.seq) == ("acme", 4) else each for each in history.guards
    )
    block = StoredGuard("acme", "n:1", 4, is_block=True, attempt_id=None)
    return replace(history, guards=(*shifted, block), opted_out=(OptedOut("n:1", NOON + timedelta(seconds=90), 90.0),))


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (lambda history: without_attempt(history, 3), Kind.LOST),
        (lambda history: replace(history, attempts=history.attempts[:4]), Kind.LOST),
        (with_a_changed_answer, Kind.CHANGED),
        (with_a_changed_time, Kind.CHANGED),
        (with_an_attempt_nobody_asked_for, Kind.UNASKED),
        (with_another_attempt_than_the_one_told, Kind.UNASKED),
        (with_one_request_stored_twice, Kind.DOUBLED),
        (lambda history: moved(history, 1, 9.999), Kind.TOO_SOON),
        (with_true_times_too_close, Kind.TOO_SOON_IN_TRUTH),
        (lambda history: moved(history, 3, 59.999), Kind.TOO_MANY),
        (with_a_gap_in_seq, Kind.GAP_IN_SEQ),
        (with_a_seq_taken_twice, Kind.GAP_IN_SEQ),
        (with_seq_against_time, Kind.BACKWARDS),
        (with_a_guard_missing, Kind.GUARD_MISMATCH),
        (with_a_guard_of_a_refusal, Kind.GUARD_MISMATCH),
        (with_a_guard_of_no_attempt, Kind.GUARD_MISMATCH),
        (with_a_permit_asked_for_after_the_opt_out, Kind.AFTER_OPT_OUT),
        (with_a_permit_decided_after_the_opt_out, Kind.AFTER_OPT_OUT),
        (with_a_guard_behind_a_block, Kind.AFTER_OPT_OUT),
    ],
)
def test_every_planted_violation_is_found(plant: Callable[[History], History], kind: Kind) -> None:
    assert kind in kinds(plant(clean()))


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (lambda history: moved(history, 1, 9.9), Kind.TOO_SOON),
        (with_true_times_too_close, Kind.TOO_SOON_IN_TRUTH),
        (lambda history: moved(history, 3, 59.9), Kind.TOO_MANY),
        (with_a_gap_in_seq, Kind.GAP_IN_SEQ),
        (with_seq_against_time, Kind.BACKWARDS),
        (with_a_permit_decided_after_the_opt_out, Kind.AFTER_OPT_OUT),
        (with_a_changed_answer, Kind.CHANGED),
    ],
)
def test_one_wrong_is_not_taken_for_another(plant: Callable[[History], History], kind: Kind) -> None:
    assert kinds(plant(clean())) == {kind}


def test_other_subjects_are_not_blamed() -> None:
    wrong, right = moved(clean("n:1"), 1, 9.0), clean("n:2")

    both = History(RULES, wrong.asked + right.asked, wrong.attempts + right.attempts, wrong.guards + right.guards)

    assert {found.subject for found in violations(both)} == {"n:1"}
