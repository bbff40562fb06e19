"""The book of policies: one for each country, audience and set of campaign overrides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from middleware.decision.model import Audience, Policy, PolicyProblem, Reason
from middleware.policies.overriding import Level, overridden
from middleware.policies.reading import FILE_NAME, UnusableFile, read_country, undecided


@dataclass(frozen=True, slots=True)
class _Country:
    """One file: its policies by audience, or what is wrong with it."""

    policies: Mapping[Audience, Policy]
    undecided: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class _Overriding(NamedTuple):
    """The overrides of one level, as JSON, so that what has been resolved can be found again."""

    level: Level
    id: str
    given: str


class PolicyBook:
    """Policies of all countries that have a file in `countries_dir`. A file that is wrong closes its country alone.

    May be shared by threads; `load` exchanges everything at once.
    """

    def __init__(self, countries_dir: Path) -> None:
        self._dir = countries_dir
        self.load()

    def load(self) -> None:
        """Read all files anew. Never raises for a bad file: `problems` tells, and its country is closed."""
        countries: dict[str, _Country] = {}
        strays: list[str] = []
        for path in sorted(self._dir.glob("*.y*ml")):
            if FILE_NAME.fullmatch(path.name):
                countries[path.stem] = _read_country(path)
            else:
                strays.append(
                    f"{path.name}: a country's file is named by its ISO code, such as DK.yaml; it is not read"
                )
        if not countries:
            strays.append(f"{self._dir} holds no country's file, so no number can be called")
        self._countries, self._strays = countries, tuple(strays)
        self._resolved = lru_cache(maxsize=4096)(self._resolve)

    def problems(self) -> tuple[str, ...]:
        """What is wrong with which file, one sentence each with its line; empty if all is well."""
        return self._strays + tuple(problem for country in self._countries.values() for problem in country.problems)

    def countries(self) -> tuple[str, ...]:
        """ISO codes of the countries that can be called."""
        return tuple(code for code, country in self._countries.items() if not country.problems)

    def undecided(self, country: str) -> tuple[str, ...]:
        """What the research did not find for a country, so that our own default stands in; one sentence each."""
        known = self._countries.get(country)
        return () if known is None else known.undecided

    def resolve(
        self,
        country: str | None,
        audience: Audience,
        controller_overrides: Mapping[str, object],
        controller_id: str,
        overrides: Mapping[str, object],
        campaign_id: str,
    ) -> Policy | PolicyProblem:
        """The country's policy under the controller's overrides and then the campaign's, or why there is none."""
        controller = _Overriding("controller", controller_id, _as_text(controller_overrides))
        campaign = _Overriding("campaign", campaign_id, _as_text(overrides))
        return self._resolved(country, audience, tuple(each for each in (controller, campaign) if each.given))

    def _resolve(
        self, country: str | None, audience: Audience, overridings: tuple[_Overriding, ...]
    ) -> Policy | PolicyProblem:
        if country is None:
            return PolicyProblem(
                Reason.NUMBER_COUNTRY_CLOSED, "The number belongs to no country. Correct it in the list."
            )
        known = self._countries.get(country)
        if known is None:
            detail = f"Calls to {country} are closed: no file holds its rules."
            return PolicyProblem(Reason.NUMBER_COUNTRY_CLOSED, detail)
        if known.problems:
            detail = f"The rules of {country} cannot be used until this is mended: {'; '.join(known.problems)}."
            return PolicyProblem(Reason.POLICY_UNUSABLE, detail)
        of_country = policy = known.policies[audience]
        for each in overridings:
            try:
                policy = overridden(policy, of_country, json.loads(each.given), each.level, each.id)
            except ValueError as error:
                detail = f"The overrides of {each.level} {each.id} cannot be used in {country}: {error}."
                return PolicyProblem(Reason.POLICY_UNUSABLE, detail)
        return policy


def _as_text(overrides: Mapping[str, object]) -> str:
    return json.dumps(overrides, sort_keys=True, default=str) if overrides else ""


def _read_country(path: Path) -> _Country:
    try:
        country = read_country(path)
    except UnusableFile as error:
        return _Country({}, problems=error.problems)
    return _Country(country.policies, undecided(country.pack))
