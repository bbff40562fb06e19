"""One run: clear the ground, carry out every trial, remove every row, and say whether the store may be relied on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from middleware.encoding import policy_to_text
from middleware.errors import NotCertifiable, StoreUnavailable
from middleware.services.certification.findings import Finding
from middleware.services.certification.further_trials import clock, opting_out, settings
from middleware.services.certification.orders import OpenHotPath
from middleware.services.certification.site import LONGEST_RUN, Site, rows_of
from middleware.services.certification.stage import RUN_PREFIX, began_at, new_run_id
from middleware.services.certification.trials import fast_clocks, killing, naive_control, own_clock_control, race
from middleware.store.certification import remove_run, runs_left_behind
from middleware.store.database import Database
from middleware.store.policies import keep_policy
from middleware.store.schema import is_current

Trial = Callable[[Site], Finding]

EVERYWHERE: tuple[Trial, ...] = (settings, clock, race, naive_control, killing, opting_out, own_clock_control)
# several machines share a server, each with a clock of its own; an embedded database has the one of its machine
ON_SERVERS: tuple[Trial, ...] = (fast_clocks,)


class Watch(Protocol):
    """Whoever wants to see how far a run is."""

    def begins(self, number: int, of: int) -> None:
        """The next trial begins."""

    def ticks(self) -> None:
        """Called some ten times a second while a trial runs."""

    def ends(self, finding: Finding) -> None:
        """A trial is over."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: the seconds of each trial, the number of asking processes, the seed of every chance."""

    seconds: float = 5.0
    processes: int = 16
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a run found. `rows_removed` counts everything that it had written, `left_behind` older runs' likewise."""

    run_id: str
    engine: str
    began_at: datetime
    effort: Effort
    findings: tuple[Finding, ...]
    rows_removed: int
    left_behind_removed: int

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the store is not certified; empty when it is."""
        return tuple(f"{finding.trial}: {problem}" for finding in self.findings for problem in finding.problems)

    @property
    def is_certified(self) -> bool:
        """No trial found anything wrong, and the checker caught every control."""
        return not self.problems


class Certification:
    """Runs against the configured database, beside whatever works on it."""

    def __init__(self, database: Database, open_hot_path: OpenHotPath) -> None:
        self._database = database
        self._open_hot_path = open_hot_path

    @property
    def database_name(self) -> str:
        """Where it is, without its password."""
        return self._database.engine.url.render_as_string(hide_password=True)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Those that mean something on this engine."""
        return EVERYWHERE if self._database.is_sqlite else EVERYWHERE + ON_SERVERS

    def run(self, effort: Effort, watch: Watch, trials: Sequence[Trial] | None = None) -> Certificate:
        """Carry out all trials (or those given), and remove every row that they wrote, however they end.

        Raises `NotCertifiable` when nothing can be said, and `StoreUnavailable` when the store cannot be reached.
        """
        if not is_current(self._database):
            raise NotCertifiable("the database has not this version's schema: run `ringfence migrate` first")
        began = datetime.now(UTC)
        left_behind = self._remove_left_behind(began)
        with TemporaryDirectory(prefix="ringfence-certify-") as folder:
            site = Site(
                database=self._database,
                open_hot_path=self._open_hot_path,
                run_id=new_run_id(began),
                seconds=effort.seconds,
                processes=effort.processes,
                seed=effort.seed,
                folder=Path(folder),
                tick=watch.ticks,
            )
            findings: tuple[Finding, ...] = ()
            try:
                self._keep_policy(site)
                findings = _carry_out(site, self.trials if trials is None else tuple(trials), watch)
            finally:
                removed = remove_run(self._database, site.rows())
        engine = self._database.engine.dialect.name
        return Certificate(site.run_id, engine, began, effort, findings, removed, left_behind)

    def _keep_policy(self, site: Site) -> None:
        """The decisions of the run can be looked up like all others; and the row tells that there was a run."""
        policy = site.stage("race").policy
        body = policy_to_text(policy)
        with self._database.writing() as connection:
            keep_policy(connection, policy.digest, body, policy.country, site.run_id, began_at(site.run_id))

    def _remove_left_behind(self, now: datetime) -> int:
        """Rows of runs that were killed and can no longer be at work."""
        with self._database.reading() as connection:
            runs = runs_left_behind(connection, RUN_PREFIX, now - LONGEST_RUN)
        return sum(remove_run(self._database, rows_of(run, began_at(run) + LONGEST_RUN)) for run in runs)


def _carry_out(site: Site, trials: Sequence[Trial], watch: Watch) -> tuple[Finding, ...]:
    findings = []
    for number, trial in enumerate(trials, start=1):
        watch.begins(number, len(trials))
        try:
            finding = trial(site)
        except StoreUnavailable as error:
            finding = Finding(trial.__name__.replace("_", " "), problems=(f"the trial broke off: {error}",))
        watch.ends(finding)
        findings.append(finding)
    return tuple(findings)
