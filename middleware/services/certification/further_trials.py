"""The trials of what surrounds a reservation: opt-outs, the store's clock, the settings that make a commit durable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from middleware.decision.model import Subject
from middleware.services.certification.checker import violations
from middleware.services.certification.clock_readings import (
    FARTHEST_APART,
    backward_steps,
    farthest,
    read_clock,
    readings_in,
)
from middleware.services.certification.crew import Act, Crew
from middleware.services.certification.findings import (
    Figure,
    Finding,
    doubts_about,
    examples_of,
    figures_of,
    problems_of,
)
from middleware.services.certification.history import OptedOut
from middleware.services.certification.site import Site, work
from middleware.services.certification.stage import Stage
from middleware.services.certification.trials import HOT_NUMBERS
from middleware.services.certification.worker import reserve
from middleware.store.certification import durability, store_clock
from middleware.store.guards import block
from middleware.store.suppressions import SuppressionRepository


def opting_out(site: Site) -> Finding:
    """Number after number is suppressed while all are asked for: none is permitted once that is acknowledged."""
    stage = site.stage("out", HOT_NUMBERS)
    opted_out: list[OptedOut] = []
    crew = work(site, stage, reserve, acts=partial(_opt_outs, site, stage, opted_out))
    history = site.history(stage, crew, opted_out)
    found = violations(history)
    told = {out.subject: out.told for out in opted_out}
    late = sum(asked.began > told[asked.subject] for asked in history.asked)
    figures: dict[str, Figure] = {
        **figures_of(history, site.seconds),
        "violations": len(found),
        "opted_out": len(opted_out),
        "asked_afterwards": late,
    }
    return Finding("opt-outs in the middle", figures, problems_of(found) + doubts_about(history, 1), examples_of(found))


def _opt_outs(site: Site, stage: Stage, opted_out: list[OptedOut], _crew: Crew) -> Sequence[Act]:
    return [
        (site.seconds * (number + 1) / (stage.numbers + 1), partial(_opt_out, site, stage, opted_out, number))
        for number in range(stage.numbers)
    ]


def _opt_out(site: Site, stage: Stage, opted_out: list[OptedOut], number: int) -> None:
    """In one transaction, as an objection does it."""
    subject = stage.subject(number)
    with site.database.writing() as connection:
        now = store_clock(connection)
        SuppressionRepository(connection).add(
            Subject.NUMBER,
            stage.number_key(number),
            "controller",
            stage.controller_id,
            reason="objection",
            source="certification",
            noted_by=stage.run_id,
            at=now,
        )
        block(connection, (stage.controller_id,), subject, now)
    told = monotonic()
    opted_out.append(OptedOut(subject, _store_clock(site), told))


def _store_clock(site: Site) -> datetime:
    with site.database.reading() as connection:
        return store_clock(connection)


def clock(site: Site) -> Finding:
    """The store's clock never goes back, whoever reads it, and is at most two seconds from this machine's."""
    crew = work(site, site.stage("clock"), read_clock)
    readings, errors = [], []
    for hired in crew.hired:
        read, failed = readings_in(hired.orders.log)
        readings += read
        errors += failed
    apart, steps = farthest(readings), backward_steps(readings)
    problems = [f"{len(errors)} readings failed with {' and '.join(sorted(set(errors)))}"] if errors else []
    if apart > FARTHEST_APART:
        problems.append(
            f"the store's clock and this machine's are {apart.total_seconds():.3f} s apart: set both by NTP"
        )
    if steps:
        problems.append(f"the store's clock went back {steps} times: it must be one clock that never steps")
    if not readings:
        problems.append("the store's clock could not be read")
    figures: dict[str, Figure] = {
        "readings": len(readings),
        "apart_ms": round(apart / timedelta(milliseconds=1), 3),
        "steps_back": steps,
    }
    return Finding("the store's clock", figures, tuple(problems))


def settings(site: Site) -> Finding:
    """What is acknowledged is on disk, and statements see what was committed before them."""
    with site.database.reading() as connection:
        found = durability(connection)
    return Finding(
        "settings",
        {setting.name: setting.value for setting in found},
        tuple(f"{each.name} is {each.value!r}, wanted is {each.wanted}" for each in found if not each.is_safe),
    )
