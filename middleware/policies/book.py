"""The book of policies: one per country, audience and campaign."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from middleware.decision.model import Audience, Policy, PolicyProblem, Reason


class PolicyBook:
    """Policies of all countries that have a file in `countries_dir`. A file that is wrong closes its country."""

    def __init__(self, countries_dir: Path) -> None:
        self._dir = countries_dir

    def load(self) -> None:
        """Read all files anew. Never raises for a bad file: see `problems`."""

    def problems(self) -> tuple[str, ...]:
        """What is wrong with which file, one sentence each; empty if all is well."""
        return ()

    def countries(self) -> tuple[str, ...]:
        """ISO codes of the countries whose file is usable."""
        return ()

    def resolve(
        self, country: str | None, audience: Audience, overrides: Mapping[str, object], campaign_id: str
    ) -> Policy | PolicyProblem:
        """The policy for a callee's country under a campaign's overrides, or why there is none."""
        return PolicyProblem(Reason.NUMBER_COUNTRY_CLOSED, f"No policy for {country or 'this number'}.")
