"""A resolved policy as people read it: every figure, how binding it is, who set it, and what is going to change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from middleware.clock import Clock
from middleware.decision.model import Audience, Policy, PolicyProblem
from middleware.encoding import policy_to_text
from middleware.errors import NotFound, UnusablePolicy
from middleware.policies.book import PolicyBook
from middleware.policies.listing import ListedFigure, figures_of, loosened_figures
from middleware.policies.wording import day_of_change
from middleware.store.catalogue import Campaign
from middleware.store.catalogue_reading import load
from middleware.store.database import Database

__all__ = ["ListedFigure", "PolicyView", "PolicyViews", "Scheduled", "view_to_json"]

NEXT_DAYS = 6


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A change of the law that is already known: what ends and what begins on that day."""

    day: date
    at: datetime
    ends: tuple[ListedFigure, ...]
    begins: tuple[ListedFigure, ...]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The figures in force `at` an instant, for one audience; under a campaign's overrides if one is named."""

    country: str
    audience: Audience
    controller_id: str | None
    campaign_id: str | None
    at: datetime
    policy: Policy
    next_days_without_calls: tuple[date, ...]  # nationwide, the first few
    figures: tuple[ListedFigure, ...]
    loosened: tuple[ListedFigure, ...]
    scheduled: tuple[Scheduled, ...]
    undecided: tuple[str, ...]


class PolicyViews:
    """Views of a book's policies, as of now if no moment is given (aware, in UTC).

    Without a database there are no campaigns, and only countries can be shown.
    """

    def __init__(self, book: PolicyBook, clock: Clock, database: Database | None = None) -> None:
        self._book = book
        self._clock = clock
        self._database = database

    def of_country(self, country: str, audience: Audience, at: datetime | None = None) -> PolicyView:
        """The country's own figures. Raises `UnusablePolicy` for a country without a file, or with a wrong one."""
        policy = self._book.resolve(country, audience, {}, "", {}, "")
        return self._view(policy, country, audience, None, at)

    def of_campaign(self, country: str, campaign_id: str, at: datetime | None = None) -> PolicyView:
        """The figures by which the campaign's calls to the country are decided, its controller's overrides included.

        Raises `NotFound`, `UnusablePolicy` also for overrides that do not fit the country, `StoreUnavailable`.
        """
        campaign = self._campaign(campaign_id)
        policy = self._book.resolve(
            country,
            campaign.facts.audience,
            campaign.controller_overrides,
            campaign.controller_id,
            campaign.overrides,
            campaign.id,
        )
        return self._view(policy, country, campaign.facts.audience, campaign, at)

    def _campaign(self, campaign_id: str) -> Campaign:
        if self._database is None:
            raise NotFound("campaigns stand in the store, and none was opened")
        with self._database.reading() as connection:
            campaigns = load(connection).campaigns
        if campaign_id not in campaigns:
            raise NotFound(f"no campaign {campaign_id}; there are: {', '.join(sorted(campaigns)) or 'none'}")
        return campaigns[campaign_id]

    def _view(
        self,
        policy: Policy | PolicyProblem,
        country: str,
        audience: Audience,
        campaign: Campaign | None,
        at: datetime | None,
    ) -> PolicyView:
        if isinstance(policy, PolicyProblem):
            raise UnusablePolicy((policy.detail,))
        at = at or self._clock.now()
        ruling = policy.in_force(at)
        return PolicyView(
            country=country,
            audience=audience,
            controller_id=None if campaign is None else campaign.controller_id,
            campaign_id=None if campaign is None else campaign.id,
            at=at,
            policy=policy,
            next_days_without_calls=tuple(sorted(day for day in ruling.hours.holidays if day >= at.date())[:NEXT_DAYS]),
            figures=figures_of(ruling),
            loosened=loosened_figures(ruling),
            scheduled=_scheduled(ruling),
            undecided=tuple(each for each in self._book.undecided(country) if _is_about(each, audience)),
        )


def _is_about(undecided: str, audience: Audience) -> bool:
    """`b2b hours: ...` is not about consumers; what names no audience is about both."""
    about = undecided.partition(":")[0]
    return audience.value in about or not any(each.value in about for each in Audience)


def _scheduled(policy: Policy) -> tuple[Scheduled, ...]:
    changes: list[Scheduled] = []
    while policy.successor is not None and policy.changes_at is not None:
        before, after = figures_of(policy), figures_of(policy.successor)
        ends, begins = _only_in(before, after), _only_in(after, before)
        changes.append(Scheduled(day_of_change(policy.changes_at), policy.changes_at, ends, begins))
        policy = policy.successor
    return tuple(changes)


def _only_in(some: tuple[ListedFigure, ...], others: tuple[ListedFigure, ...]) -> tuple[ListedFigure, ...]:
    left = Counter(some)
    left.subtract(others)
    return tuple(figure for figure in some if left[figure] > 0)


def view_to_json(view: PolicyView) -> dict[str, Any]:
    """The view as plain JSON values; `policy` is the whole policy as decisions keep it under its digest."""
    return {
        "country": view.country,
        "audience": view.audience.value,
        "controller": view.controller_id,
        "campaign": view.campaign_id,
        "at": view.at.isoformat(),
        "digest": view.policy.digest,
        "next_days_without_calls": [day.isoformat() for day in view.next_days_without_calls],
        "figures": _listed(view.figures),
        "loosened": _listed(view.loosened),
        "scheduled": [
            {
                "day": change.day.isoformat(),
                "at": change.at.isoformat(),
                "ends": _listed(change.ends),
                "begins": _listed(change.begins),
            }
            for change in view.scheduled
        ],
        "undecided": list(view.undecided),
        "policy": orjson.loads(policy_to_text(view.policy)),
    }


def _listed(figures: tuple[ListedFigure, ...]) -> list[dict[str, str]]:
    return [
        {
            "key": figure.key,
            "name": figure.name,
            "value": figure.value,
            "basis": figure.origin.basis.value,
            "source": figure.origin.source,
            "set_by": figure.origin.set_by,
            "loosens": figure.origin.loosens,
        }
        for figure in figures
    ]
