"""The trials of reserving: the race, its controls, clocks that are ahead, and processes that are killed."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import timedelta
from functools import partial
from random import Random

from middleware.services.certification.checker import Kind, violations
from middleware.services.certification.controls import Method
from middleware.services.certification.crew import Act, Crew, Task
from middleware.services.certification.findings import (
    RACES,
    Figure,
    Finding,
    doubts_about,
    examples_of,
    figures_of,
    problems_of,
)
from middleware.services.certification.history import History
from middleware.services.certification.site import NAIVE_TAGS, OWN_CLOCK_TAGS, Site, work
from middleware.services.certification.stage import Stage
from middleware.services.certification.worker import reserve
from middleware.store.certification import store_clock
from middleware.store.guards import block

HOT_NUMBERS = 16
OLD_GUARDS = 12
AHEAD = timedelta(seconds=0.4)
_WAVES = 6  # in which a third of the workers is killed
_BLIND = "the checker is blind: it found nothing wrong with a method that is known to be wrong; use more --seconds"


def race(site: Site) -> Finding:
    """Everybody wants the same few numbers: no slot is given twice, none too soon, none beyond the cap."""
    stage = site.stage("race", HOT_NUMBERS)
    _lengthen_histories(site, stage)
    history = site.history(stage, work(site, stage, reserve))
    return _judged("race for the same slots", site, history, HOT_NUMBERS)


def _lengthen_histories(site: Site, stage: Stage) -> None:
    """Numbers that have been called for years: more guards than one reading brings, and seq of two digits."""
    with site.database.writing() as connection:
        now = store_clock(connection)
        for number in range(stage.numbers):
            for _ in range(OLD_GUARDS):
                block(connection, (stage.controller_id,), stage.subject(number), now)


def naive_control(site: Site) -> Finding:
    """Check, then insert: what the race must find."""
    return _control(site, "control: check, then insert", NAIVE_TAGS, RACES, partial(work, method=Method.NAIVE))


def own_clock_control(site: Site) -> Finding:
    """A quarter of the askers is 0.4 s ahead and believed: what is stored looks right and is not."""
    believed = partial(work, method=Method.OWN_CLOCK, ahead=_a_quarter_ahead)
    return _control(site, "control: the asker's own clock", OWN_CLOCK_TAGS, {Kind.TOO_SOON_IN_TRUTH}, believed)


def fast_clocks(site: Site) -> Finding:
    """A quarter of the askers is 0.4 s ahead, and the store's clock decides all the same."""
    stage = site.stage("fast", HOT_NUMBERS)
    history = site.history(stage, work(site, stage, reserve, ahead=_a_quarter_ahead))
    return _judged("askers whose clocks are 0.4 s ahead", site, history, HOT_NUMBERS)


def killing(site: Site) -> Finding:
    """kill -9 in the middle of requests: whatever was acknowledged is there, whole, and nothing else is."""
    stage = site.stage("kill")
    crew = work(site, stage, reserve, acts=partial(_waves, site, stage))
    history = site.history(stage, crew)
    finding = _judged("kill -9 of the askers", site, history, 1)
    unknown = {asked.key for asked in history.asked if asked.attempt_id is None}
    stored = unknown.intersection(attempt.key for attempt in history.attempts)
    killed = {"killed": sum(hired.is_killed for hired in crew.hired)}
    unsure = {"outcome_unknown": len(unknown), "of_these_stored": len(stored)}
    return Finding(finding.trial, {**finding.figures, **killed, **unsure}, finding.problems, finding.examples)


def _waves(site: Site, stage: Stage, crew: Crew) -> Sequence[Act]:
    dice = Random(site.seed)  # noqa: S311 - chooses whom to kill, protects nothing

    def strike() -> None:
        alive = [hired for hired in crew.hired if not hired.is_killed]
        for hired in dice.sample(alive, max(1, len(alive) // 3)):
            crew.replace(hired, site.orders(stage, len(crew.hired)))

    return [(site.seconds * (wave + dice.random()) / (_WAVES + 1), strike) for wave in range(_WAVES)]


def _a_quarter_ahead(worker: int) -> timedelta:
    return timedelta() if worker % 4 else AHEAD


def _judged(trial: str, site: Site, history: History, least_permits: int) -> Finding:
    found = violations(history)
    figures = {**figures_of(history, site.seconds), "violations": len(found)}
    return Finding(trial, figures, problems_of(found) + doubts_about(history, least_permits), examples_of(found))


def _control(
    site: Site, trial: str, tags: Sequence[str], kinds: Container[Kind], wrongly: Callable[[Site, Stage, Task], Crew]
) -> Finding:
    """A wrong method, which must be caught. It gets several rounds, because to be caught is a matter of chance."""
    figures: dict[str, Figure] = {}
    for tag in tags:
        stage = site.stage(tag, HOT_NUMBERS)
        history = site.history(stage, wrongly(site, stage, reserve))
        caught = sum(found.kind in kinds for found in violations(history))
        figures = {**figures_of(history, site.seconds), "caught": caught}
        if caught:
            return Finding(trial, figures)
    return Finding(trial, figures, (_BLIND,))
