"""The demonstration's companies, people, stop list and credentials, and what its dialer knows beside its call list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from middleware.bootstrap import Services
from middleware.decision.model import Audience, Policy
from middleware.errors import InvalidSetUp
from middleware.phone_numbers import parse
from middleware.services.access import new_api_key
from middleware.services.setting_up import Loaded, SetUp
from scripts.stack.clock import Country
from scripts.stack.errors import CannotStart
from scripts.stack.kept import Kept


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Example(_Shape):
    """A callee to try something with."""

    campaign: str
    callee: str


class Examples(_Shape):
    permitted: Example
    suppressed: Example
    out_of_hours: Example
    more_permitted: tuple[Example, ...] = ()


class DialerFile(_Shape):
    """`dialer.yaml`: the number that each campaign shows, and callees to try."""

    caller_ids: dict[str, str]
    default_campaign: str
    examples: Examples


@dataclass(frozen=True, slots=True)
class DemoData:
    """What lies in the folder; nothing is in the store yet."""

    folder: Path
    dialer: DialerFile

    @property
    def outcomes(self) -> Path:
        """What becomes of which call, for the simulator."""
        return self.folder / "outcomes.yaml"

    @property
    def calls(self) -> Path:
        """The call list."""
        return self.folder / "calls.csv"

    def caller_ids(self) -> tuple[str, ...]:
        """The numbers that the simulated account owns."""
        return tuple(sorted(set(self.dialer.caller_ids.values())))


def read_demo_data(folder: Path) -> DemoData:
    """Raises `CannotStart` for a dialer file that cannot be used."""
    path = folder / "dialer.yaml"
    try:
        return DemoData(folder, DialerFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise CannotStart(f"{path}: {error}") from None


def read_set_up(services: Services, demo: DemoData) -> SetUp:
    """The demonstration's entries; raises `CannotStart` with a line for each problem."""
    try:
        return services.setting_up.read(demo.folder)
    except InvalidSetUp as error:
        raise CannotStart(*error.lines) from None


def make_keys(set_up: SetUp, kept: Kept) -> None:
    """An API key for every credential that needs one and has none yet; keep them before the store knows of them."""
    for entry in set_up.credentials:
        if entry.value.kind == "api_key" and entry.value.id not in kept.api_keys:
            kept.api_keys[entry.value.id] = new_api_key(entry.value.id)[0]


def load(services: Services, set_up: SetUp, kept: Kept) -> Loaded:
    """Into the store, whatever is not there yet. Raises `CannotStart` where another folder's keys are in it."""
    loaded = services.setting_up.load(set_up, kept.api_keys)
    if loaded.other_keys:
        raise CannotStart(
            f"RINGFENCE_DATABASE_URL: another data folder has loaded the demonstration there and made the keys of "
            f"{', '.join(loaded.other_keys)}; use that folder, or another database"
        )
    return loaded


def holds_demo_data(services: Services, set_up: SetUp) -> bool:
    """Whether controllers of the demonstration are in the store."""
    return not {entry.value.id for entry in set_up.controllers}.isdisjoint(services.catalogue.checked().controllers)


def countries_of(services: Services, set_up: SetUp) -> list[Country]:
    """Where the demonstration's people are, with the rules by which they may be called."""
    zones = {
        number.facts.country: number.facts.zones[0]
        for entry in set_up.contacts
        for number in map(parse, entry.value.numbers)
        if number.facts.zones
    }
    found = []
    for code, zone in sorted((code, zone) for code, zone in zones.items() if code):
        policy = services.book.resolve(code, Audience.B2B, {}, "", {}, "")
        if not isinstance(policy, Policy):
            raise CannotStart(f"config/countries: {policy.detail}")
        found.append(Country(policy, ZoneInfo(zone)))
    return found
