"""Runs a country's changed file over the calls of a period, as they were logged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from middleware.decision.engine import decide
from middleware.decision.model import CallFacts, Policy, PolicyProblem
from middleware.encoding import facts_from_text, is_first_edition
from middleware.errors import UnusablePolicy
from middleware.policies.book import PolicyBook
from middleware.policies.source import Unreadable, read_source
from middleware.services.asking import reasons_from_json
from middleware.services.what_if.tally import Tally
from middleware.store.catalogue import Campaign
from middleware.store.catalogue_reading import load
from middleware.store.database import Database
from middleware.store.decision_log import LoggedDecision, count_decisions, decision_pages

Watch = Callable[[int, int], None]  # how many decisions are done, of how many

GONE = "the campaign is no longer there, so its own figures are not known"
UNREADABLE = "what was known of it cannot be read; ringfence replay names it"
FIRST = "decided by the first edition of the rules, which asked for fewer facts"
UNFIT = "the campaign's own figures do not fit the file"


@dataclass(frozen=True, slots=True)
class Tried:
    """What the file would have changed in its country. Campaigns' and controllers' own figures are those of today."""

    country: str
    tally: Tally


class WhatIf:
    """Reads the log and the campaigns; writes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def try_out(
        self, country_file: Path, begins: datetime, ends: datetime, watch: Watch = lambda _done, _of: None
    ) -> Tried:
        """Decide the period's calls to the file's country again, by the file.

        Raises `UnusablePolicy` with a line for each thing that is wrong with the file, `StoreUnavailable`.
        """
        country, book = _read(country_file)
        with self._database.reading() as connection:
            campaigns = load(connection).campaigns
        trial = _Trial(country, book, dict(campaigns), Tally())
        total, done = count_decisions(self._database, begins, ends), 0
        for page in decision_pages(self._database, begins, ends):
            for logged in page:
                if logged.kind == "attempt":
                    trial.decide(logged)
            done += len(page)
            watch(done, max(total, done))
        return Tried(country, trial.tally)


@dataclass(frozen=True, slots=True)
class _Trial:
    country: str
    book: PolicyBook
    campaigns: dict[str, Campaign]
    tally: Tally

    def decide(self, logged: LoggedDecision) -> None:
        try:
            facts = facts_from_text(logged.facts)
        except ValueError:
            self.tally.not_tried[UNREADABLE] += 1
            return
        if facts.number.country != self.country:
            return
        policy = self._policy(logged, facts)
        if isinstance(policy, str):
            self.tally.not_tried[policy] += 1
            return
        before = tuple(reason.code for reason in reasons_from_json(logged.refusals))
        after = tuple(verdict.reason.value for verdict in decide(facts, policy).verdicts if verdict.reason is not None)
        self.tally.add(logged.id, logged.campaign_id, facts, before, after)

    def _policy(self, logged: LoggedDecision, facts: CallFacts) -> Policy | str:
        """The file's figures for this call, or why it cannot be tried."""
        if is_first_edition(logged.facts):
            return FIRST
        campaign = self.campaigns.get(logged.campaign_id)
        if campaign is None:
            return GONE
        policy = self.book.resolve(
            self.country,
            facts.campaign.audience,
            campaign.controller_overrides,
            campaign.controller_id,
            campaign.overrides,
            campaign.id,
        )
        return UNFIT if isinstance(policy, PolicyProblem) else policy


def _read(country_file: Path) -> tuple[str, PolicyBook]:
    """The country that the file is about, and a book that holds nothing else."""
    try:
        content = read_source(country_file).content
    except Unreadable as error:
        raise UnusablePolicy((str(error),)) from None
    country = content.get("country") if isinstance(content, dict) else None
    if not isinstance(country, str) or not country.isalpha() or len(country) != 2:
        raise UnusablePolicy((f"{country_file.name}: names no country; it begins as config/countries/DK.yaml does",))
    with TemporaryDirectory() as folder:
        shutil.copyfile(country_file, Path(folder) / f"{country}.yaml")
        book = PolicyBook(Path(folder))
    if book.problems():
        raise UnusablePolicy(
            tuple(problem.replace(f"{country}.yaml", country_file.name) for problem in book.problems())
        )
    return country, book
