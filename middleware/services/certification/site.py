"""Where a run takes place: the database, the run's own names, and how its histories are made and read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from middleware.decision.model import Subject
from middleware.services.certification.controls import Method
from middleware.services.certification.crew import Act, Crew, Task
from middleware.services.certification.history import History, OptedOut, StoredAttempt, StoredGuard
from middleware.services.certification.orders import OpenHotPath, Orders, asked_in
from middleware.services.certification.stage import DRAMA_NUMBERS, RULES, Stage, began_at
from middleware.store.certification import RunOnStage, attempts_of, guards_of
from middleware.store.database import Database
from middleware.store.hot_path.model import subject_id

NAIVE_TAGS = ("naive1", "naive2", "naive3")
OWN_CLOCK_TAGS = ("own1", "own2", "own3")
TAGS = ("race", "kill", "out", "clock", "fast", *NAIVE_TAGS, *OWN_CLOCK_TAGS)  # the stages on which trials may play
LONGEST_RUN = timedelta(hours=1)
_MARGIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Site:
    """One run: what it works on and how hard. Each trial lasts `seconds`; `folder` lies outside the database."""

    database: Database
    open_hot_path: OpenHotPath
    run_id: str
    seconds: float
    processes: int
    seed: int
    folder: Path
    tick: Callable[[], None]

    def stage(self, tag: str, numbers: int = DRAMA_NUMBERS) -> Stage:
        """The world of one trial."""
        return Stage(self.run_id, tag, numbers)

    def crew(self, task: Task) -> Crew:
        """Processes for one trial."""
        return Crew(task, self.open_hot_path, self.tick)

    def orders(
        self, stage: Stage, worker: int, *, method: Method = Method.PRODUCT, ahead: timedelta = timedelta()
    ) -> Orders:
        """What one worker is told. Its file lies in the run's folder."""
        log = self.folder / f"{stage.tag}-{worker}.jsonl"
        return Orders(
            worker=worker,
            stage=stage,
            database_url=self.database.url,
            open_hot_path=self.open_hot_path,
            log=log,
            seed=self.seed,
            origin=monotonic(),
            method=method,
            ahead=ahead,
        )

    def history(self, stage: Stage, crew: Crew, opted_out: Sequence[OptedOut] = ()) -> History:
        """What the workers were told, and what is stored now."""
        asked = [each for hired in crew.hired for each in asked_in(hired.orders.log)]
        attempts, guards = self._settled(stage)
        return History(
            RULES,
            tuple(asked),
            tuple(_attempt(stage, row) for row in attempts),
            tuple(StoredGuard(row.scope, row.subject, row.seq, row.kind == "block", row.attempt_id) for row in guards),
            tuple(opted_out),
        )

    def rows(self) -> RunOnStage:
        """Where everything lies that this run may have written."""
        return rows_of(self.run_id, datetime.now(UTC) + _MARGIN)

    def _settled(self, stage: Stage) -> tuple[Sequence[Any], Sequence[Any]]:
        """A killed worker's last statement may still be running: read until nothing is added between two readings."""
        since = began_at(self.run_id) - _MARGIN
        while True:
            with self.database.reading() as connection:
                before = attempts_of(connection, stage.controller_id, since)
            with self.database.reading() as connection:
                guards = guards_of(connection, stage.scopes)
            with self.database.reading() as connection:
                after = attempts_of(connection, stage.controller_id, since)
            if len(before) == len(after):
                return after, guards


def rows_of(run_id: str, until: datetime) -> RunOnStage:
    """Everything that a run may have written lies here."""
    stages = [Stage(run_id, tag) for tag in TAGS]
    return RunOnStage(
        run_id=run_id,
        controllers=tuple(stage.controller_id for stage in stages),
        scopes=tuple(scope for stage in stages for scope in stage.scopes),
        number_keys=tuple(stages[0].number_key(number) for number in range(DRAMA_NUMBERS)),
        since=began_at(run_id) - _MARGIN,
        until=until,
    )


def work(
    site: Site,
    stage: Stage,
    task: Task,
    *,
    method: Method = Method.PRODUCT,
    ahead: Callable[[int], timedelta] = lambda _worker: timedelta(),
    acts: Callable[[Crew], Sequence[Act]] = lambda _crew: (),
) -> Crew:
    """Let all workers work for the length of a trial; the crew that comes back is at rest."""
    with site.crew(task) as crew:
        for worker in range(site.processes):
            crew.hire(site.orders(stage, worker, method=method, ahead=ahead(worker)))
        crew.run(site.seconds, acts(crew))
    return crew


def _attempt(stage: Stage, row: Any) -> StoredAttempt:
    return StoredAttempt(
        attempt_id=row.id,
        key=row.idempotency_key or "",
        subject=subject_id(Subject.NUMBER, row.callee_key),
        scopes=stage.scopes_of(row.campaign_id),
        is_permitted=row.is_permitted,
        decided_at=row.decided_at,
    )
