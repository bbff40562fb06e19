"""What only a certification asks of the database: its settings, its clock, the rows of a run and their removal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, String, cast, delete, func, select

from middleware.store.database import Database
from middleware.store.ids import first_id_of
from middleware.store.models import AttemptEventRow, AttemptRow, DecisionRow, GuardRow, PolicyRow, SuppressionRow

_AT_ONCE = 2_000  # rows deleted in one transaction, so that a service at work never waits long

_SYNCHRONOUS = {"0": "off", "1": "normal", "2": "full", "3": "extra"}
# setting -> what is safe, and what to do about anything else
_POSTGRES_WANTS: dict[str, tuple[Callable[[str], bool], str]] = {
    "fsync": (lambda value: value == "on", "on: without it a power cut loses what was acknowledged"),
    "synchronous_commit": (lambda value: value != "off", "on: off acknowledges before anything is on disk"),
    "full_page_writes": (lambda value: value == "on", "on: a power cut may tear pages"),
    "default_transaction_isolation": (lambda value: value == "read committed", "read committed"),
    "default_transaction_read_only": (lambda value: value == "off", "off: this is no primary"),
    "in_recovery": (lambda value: value == "false", "false: this is a standby"),
}
_POSTGRES_TELLS = ("synchronous_standby_names", "server_version")


@dataclass(frozen=True, slots=True)
class DurabilitySetting:
    """`wanted` None: told, not judged."""

    name: str
    value: str
    is_safe: bool = True
    wanted: str | None = None


def durability(connection: Connection) -> tuple[DurabilitySetting, ...]:
    """The settings on which an acknowledgement rests, as the service's own connections have them."""
    if connection.dialect.name == "sqlite":
        mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        level = str(connection.exec_driver_sql("PRAGMA synchronous").scalar())
        level = _SYNCHRONOUS.get(level, level)
        version = str(connection.scalar(select(func.sqlite_version())))
        return (
            DurabilitySetting("journal_mode", mode, mode == "wal", "wal"),
            DurabilitySetting("synchronous", level, level in {"full", "extra"}, "full"),
            DurabilitySetting("sqlite_version", version),
        )
    judged = []
    for name, (is_safe, wanted) in _POSTGRES_WANTS.items():
        value = _postgres(connection, name)
        judged.append(DurabilitySetting(name, value, is_safe(value), wanted))
    return (*judged, *(DurabilitySetting(name, _postgres(connection, name)) for name in _POSTGRES_TELLS))


def store_clock(connection: Connection) -> datetime:
    """The time by which reservations are decided; SQLite has this machine's."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class RunOnStage:
    """Where the rows of one run lie: its controllers, scopes and number keys, and the time in which it ran."""

    run_id: str
    controllers: tuple[str, ...]
    scopes: tuple[str, ...]
    number_keys: tuple[str, ...]
    since: datetime
    until: datetime


def attempts_of(connection: Connection, controller_id: str, since: datetime) -> Sequence[Any]:
    """Every attempt with its decision: id, idempotency_key, callee_key, campaign_id, decided_at, is_permitted."""
    query = select(
        AttemptRow.id,
        AttemptRow.idempotency_key,
        AttemptRow.callee_key,
        AttemptRow.campaign_id,
        DecisionRow.decided_at,
        DecisionRow.is_permitted,
    ).select_from(AttemptRow.__table__.join(DecisionRow.__table__, DecisionRow.id == AttemptRow.id))
    return connection.execute(
        query.where(AttemptRow.id >= first_id_of(since), AttemptRow.controller_id == controller_id)
    ).all()


def guards_of(connection: Connection, scopes: Sequence[str]) -> Sequence[Any]:
    """Every guard under these scopes: scope, subject, seq, kind, attempt_id."""
    query = select(GuardRow.scope, GuardRow.subject, GuardRow.seq, GuardRow.kind, GuardRow.attempt_id)
    return connection.execute(query.where(GuardRow.scope.in_(scopes))).all()


def runs_left_behind(connection: Connection, prefix: str, before: datetime) -> list[str]:
    """Ids of runs that began before then and never removed their rows; each is named by the policy it decided by."""
    query = select(PolicyRow.campaign_id).where(
        PolicyRow.campaign_id.startswith(prefix, autoescape=True), PolicyRow.first_used_at < before
    )
    return list(connection.scalars(query))


def remove_run(database: Database, run: RunOnStage) -> int:
    """Delete every row of a run, and say how many. The policy goes last: it is what names the run."""
    removed = _remove_by_id(database, AttemptRow, run) + _remove_by_id(database, DecisionRow, run)
    with database.writing() as connection:
        for statement in (
            delete(SuppressionRow).where(SuppressionRow.subject_key.in_(run.number_keys)),
            delete(GuardRow).where(GuardRow.scope.in_(run.scopes)),
            delete(PolicyRow).where(PolicyRow.campaign_id == run.run_id),
        ):
            removed += connection.execute(statement).rowcount
    return removed


def _remove_by_id(database: Database, table: type[AttemptRow] | type[DecisionRow], run: RunOnStage) -> int:
    """Attempts, their decisions and events, a few thousand at a time."""
    batch = (
        select(table.id)
        .where(table.id.between(first_id_of(run.since), first_id_of(run.until)))
        .where(table.controller_id.in_(run.controllers))
        .limit(_AT_ONCE)
    )
    removed = 0
    while True:
        with database.writing() as connection:
            ids = list(connection.scalars(batch))
            for statement in (
                delete(AttemptEventRow).where(AttemptEventRow.attempt_id.in_(ids)),
                delete(DecisionRow).where(DecisionRow.id.in_(ids)),
                delete(AttemptRow).where(AttemptRow.id.in_(ids)),
            ):
                removed += connection.execute(statement).rowcount
        if len(ids) < _AT_ONCE:
            return removed


def _postgres(connection: Connection, name: str) -> str:
    if name == "in_recovery":
        return str(connection.scalar(select(cast(func.pg_is_in_recovery(), String))))
    return str(connection.scalar(select(func.current_setting(name))))
