"""Rows as the product itself writes them, to be repeated with other callees and other times.

The first attempt of each country is made through the product's own service. So a filled store looks as the product
leaves it, whatever columns it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, insert, select

from middleware.bootstrap import Services
from middleware.decision.model import Subject
from middleware.keyed_hash import Pepper
from middleware.store.hot_path.model import subject_id
from middleware.store.models import AttemptRow, Base, CompanyRow, ContactNumberRow, ContactRow, DecisionRow, GuardRow
from scripts.benchmark.callees import COUNTRIES, LOGGED, country_at, number_at
from scripts.benchmark.contacts import contact_rows
from scripts.benchmark.wire import CALLER_ID, CAMPAIGN, KEY_ID, KEY_SECRET

_PEOPLE: tuple[type[Base], ...] = (CompanyRow, ContactRow, ContactNumberRow)


class RowTemplate:
    """One row, and which of its columns follow the callee and the time."""

    def __init__(self, row: dict[str, Any], callee_key: str, at: datetime) -> None:
        self._row = row
        self._key, self._at = callee_key, _as_text(at)
        self._texts = [name for name, value in row.items() if isinstance(value, str) and self._is_in(value)]
        self._times = {name: value - at for name, value in row.items() if isinstance(value, datetime)}

    def row(self, callee_key: str, at: datetime, **values: object) -> dict[str, Any]:
        """The row for another callee at another time, with these values on top."""
        changed, text = self._row.copy(), _as_text(at)
        for name in self._texts:
            changed[name] = changed[name].replace(self._key, callee_key).replace(self._at, text)
        for name, distance in self._times.items():
            changed[name] = at + distance
        changed.update(values)
        return changed

    def _is_in(self, value: str) -> bool:
        return self._key in value or self._at in value


def _as_text(at: datetime) -> str:
    """An instant without its zone, which some texts write as Z and others as +00:00."""
    return at.replace(tzinfo=None).isoformat()


@dataclass(frozen=True, slots=True)
class Template:
    """What the product wrote for one question."""

    is_permitted: bool
    attempt: RowTemplate
    decision: RowTemplate
    guards: tuple[RowTemplate, ...]


def make_templates(services: Services, at: datetime, pepper: Pepper) -> dict[str, Template]:
    """One attempt of each country, asked for through the service and taken out of the store again.

    Each callee is a contact for that while, found at `at`, without whom some countries permit nothing. The history is
    then that of people who have been erased since: their calls count by the number alone.
    """
    asker = services.access.by_api_key(f"rf_{KEY_ID}.{KEY_SECRET}")
    made = {}
    for place in LOGGED[: len(COUNTRIES)]:
        rows = tuple(zip(_PEOPLE, contact_rows(place, at, pepper), strict=True))
        with services.database.writing() as connection:
            for model, row in rows:
                connection.execute(insert(model).values(**row))
        body = {"campaign": CAMPAIGN, "callee": number_at(place), "caller_id": CALLER_ID}
        answer = services.attempts.reserve(body, orjson.dumps(body), None, asker)
        made[country_at(place)] = _taken_out(services, answer.attempt_id)
    with services.database.writing() as connection:
        for model in reversed(_PEOPLE):
            connection.execute(delete(model))
    return made


def _taken_out(services: Services, attempt_id: str) -> Template:
    sources = (
        (AttemptRow.__table__, AttemptRow.id),
        (DecisionRow.__table__, DecisionRow.id),
        (GuardRow.__table__, GuardRow.attempt_id),
    )
    with services.database.writing() as connection:
        found = [
            [dict(row) for row in connection.execute(select(table).where(key == attempt_id)).mappings()]
            for table, key in sources
        ]
        for model, key in ((AttemptRow, AttemptRow.id), (DecisionRow, DecisionRow.id), (GuardRow, GuardRow.attempt_id)):
            connection.execute(delete(model).where(key == attempt_id))
    (attempt,), (decision,), guards = found
    guards = [guard for guard in guards if _is_of_a_number(guard["subject"])]
    taken = [guard for guard in orjson.loads(attempt["guards"]) if _is_of_a_number(guard[1])]
    attempt |= {"guards": orjson.dumps(taken).decode(), "contact_id": None, "company_id": None}
    callee_key, at = attempt["callee_key"], attempt["asked_at"]
    return Template(
        is_permitted=decision["is_permitted"],
        attempt=RowTemplate(attempt, callee_key, at),
        decision=RowTemplate(decision, callee_key, at),
        guards=tuple(RowTemplate(guard, callee_key, at) for guard in guards),
    )


def _is_of_a_number(subject: str) -> bool:
    return subject.startswith(subject_id(Subject.NUMBER, ""))
