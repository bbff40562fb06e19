"""From what the user asked to everything that must be settled before a process is started. Every problem at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NoReturn, TypeVar

from middleware.bootstrap import Services, build, migrate_store
from middleware.errors import RingfenceError
from middleware.services.setting_up import SetUp
from middleware.settings import REPOSITORY
from scripts.demo_calls.call_list import read_call_list
from scripts.stack.clock import demonstration_time, offset_for
from scripts.stack.configuration import Configuration, Given, configure, read_given
from scripts.stack.data_folder import DataFolder, open_data_folder
from scripts.stack.demo_data import (
    DemoData,
    countries_of,
    holds_demo_data,
    load,
    make_keys,
    read_demo_data,
    read_set_up,
)
from scripts.stack.errors import CannotStart
from scripts.stack.kept import Kept, read_or_make, save
from scripts.stack.plan import Asked, instant_asked, wrong_options
from scripts.stack.ports import GATEWAY, gateway_port, other_port
from scripts.stack.reachability import unreachable

DEMO_FOLDER = REPOSITORY / "config" / "demo"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The store has its schema and data; nothing runs yet. `set_up` is None without demo data."""

    folder: DataFolder
    kept: Kept
    configuration: Configuration
    services: Services
    demo: DemoData
    set_up: SetUp | None
    notes: tuple[str, ...]


class _Problems:
    """Goes on after a problem, so that the user hears of all of them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def attempt(self, step: Callable[[], Result]) -> Result | None:
        try:
            return step()
        except CannotStart as error:
            self.lines.extend(error.lines)
            return None

    def raise_all(self) -> NoReturn:
        raise CannotStart(*dict.fromkeys(self.lines))


def prepare(asked: Asked) -> Prepared:
    """Check, make the folder, migrate, load, set the clock. Raises `CannotStart`."""
    problems = _Problems()
    given = problems.attempt(read_given)
    problems.lines += wrong_options(asked, given or Given({}, frozenset()))
    demo = problems.attempt(lambda: read_demo_data(DEMO_FOLDER))
    if demo is not None and asked.demo:
        problems.attempt(lambda: _check_call_list(asked, demo))
    folder = problems.attempt(lambda: open_data_folder(asked.data_dir))
    kept = problems.attempt(lambda: read_or_make(folder.path, folder.database)) if folder else None
    if given is None or demo is None or folder is None or kept is None:
        problems.raise_all()
    note = problems.attempt(lambda: _choose_ports(asked, kept))
    configuration = _configured(problems, given, folder, kept)
    if configuration is None or problems.lines:
        problems.raise_all()
    services = _migrated(configuration)
    notes = (note,) if note else ()
    return _prepare_store(asked, Prepared(folder, kept, configuration, services, demo, None, notes))


def _check_call_list(asked: Asked, demo: DemoData) -> None:
    read_call_list(asked.calls or demo.calls, demo.dialer.caller_ids, demo.dialer.default_campaign)


def _choose_ports(asked: Asked, kept: Kept) -> str:
    """A note for the user where the gateway is not where it was, or would usually be."""
    usual = asked.port or kept.ports.get("gateway") or GATEWAY
    chosen = {"gateway": gateway_port(asked.port, kept.ports.get("gateway"))}
    for part in ("valkey", "mail-catcher", "twilio-simulator"):
        chosen[part] = other_port(kept.ports.get(part), chosen.values())
    kept.ports = chosen
    is_moved = chosen["gateway"] != usual
    return f"Port {usual} is taken by another program, so the gateway listens on another one." if is_moved else ""


def _configured(problems: _Problems, given: Given, folder: DataFolder, kept: Kept) -> Configuration | None:
    problems.lines += given.problems
    offset = kept.clock_offset_seconds
    if offset and given.is_real_twilio:
        problems.lines.append(f"{folder.path}: a demonstration moved this folder's clock; take another --data-dir")
        offset = 0.0
    if not kept.ports:
        return None
    configuration = problems.attempt(lambda: configure(given, kept, folder.path, offset))
    problems.lines += unreachable(configuration) if configuration else []
    return configuration


def _migrated(configuration: Configuration) -> Services:
    try:
        migrate_store(configuration.settings)
    except RingfenceError as error:
        raise CannotStart(f"RINGFENCE_DATABASE_URL: {error}") from None
    return build(configuration.settings)


def _prepare_store(asked: Asked, prepared: Prepared) -> Prepared:
    set_up = read_set_up(prepared.services, prepared.demo)
    if prepared.configuration.given.is_real_twilio and holds_demo_data(prepared.services, set_up):
        raise CannotStart("RINGFENCE_DATABASE_URL: holds demo data, which real Twilio must never ring: take another")
    prepared = _with_clock(asked, prepared, set_up)
    save(prepared.folder.path, prepared.kept)
    if not asked.with_demo_data:
        return prepared
    make_keys(set_up, prepared.kept)
    save(prepared.folder.path, prepared.kept)
    loaded = load(prepared.services, set_up, prepared.kept)
    news = ", ".join(f"{count} {kind}" for kind, count in loaded.added.items() if count and kind != "register washes")
    note = f"Demo data loaded: {news}." if news else "Demo data was there already."
    return replace(prepared, set_up=set_up, notes=(*prepared.notes, note))


def _with_clock(asked: Asked, prepared: Prepared, set_up: SetUp) -> Prepared:
    now, kept, past = datetime.now(UTC), prepared.kept, prepared.services.past_attempts
    newest = past.newest()
    if asked.at is not None:
        at = instant_asked(asked) or now
    elif asked.demo:
        at = demonstration_time(max(now, newest or now), countries_of(prepared.services, set_up), past.by_subject())
    else:
        return prepared
    offset = offset_for(at, now, newest).total_seconds()
    kept.clock_offset_seconds = offset if abs(offset) >= 1 else 0.0
    given = prepared.configuration.given
    configuration = configure(given, kept, prepared.folder.path, kept.clock_offset_seconds)
    return replace(prepared, configuration=configuration, services=build(configuration.settings))
