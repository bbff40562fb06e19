"""A filled store looks as the product leaves it, and the product decides on it as the benchmark claims."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from rich.progress import Progress
from sqlalchemy import create_engine, func, select

from middleware.bootstrap import build
from middleware.store.models import AttemptRow, Base, DecisionRow, GuardRow, SuppressionRow
from scripts.benchmark import filling
from scripts.benchmark.callees import asked
from scripts.benchmark.counting import RowCounter
from scripts.benchmark.filling import fill_store
from scripts.benchmark.settings import product_settings, settings_from
from scripts.benchmark.stores.model import BenchmarkStore, mark_of
from scripts.benchmark.stores.postgres import PostgresStore
from scripts.benchmark.stores.postgres_server import RunningPostgres
from scripts.benchmark.stores.sqlite import SqliteStore
from scripts.benchmark.wire import CALLER_ID, CAMPAIGN, KEY_ID, KEY_SECRET

ROWS = 400
OPEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _few_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "FEWEST_CONTACTS", 100)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], BenchmarkStore]:
    """Stores of each engine, by their marks."""
    if request.param == "sqlite":
        return lambda mark: SqliteStore(tmp_path, mark)
    server = RunningPostgres(request.getfixturevalue("postgres_url"), pid=0)
    return lambda mark: PostgresStore(server, mark)


@pytest.fixture
def store(store_of: Callable[[str], BenchmarkStore]) -> BenchmarkStore:
    """A store filled with 400 suppressions and 400 attempts."""
    found = store_of(mark_of(ROWS))
    if not found.is_filled():
        fill_store(found, ROWS, OPEN, Progress(disable=True))
    return found


def counts(url: str) -> dict[type[Base], int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: dict[type[Base], int] = {
            model: connection.scalar(select(func.count()).select_from(model)) or 0
            for model in (SuppressionRow, AttemptRow, DecisionRow, GuardRow)
        }
    engine.dispose()
    return found


def test_a_store_has_as_many_suppressions_attempts_and_decisions_as_asked_for(store: BenchmarkStore) -> None:
    found = counts(store.fresh().product)

    assert store.is_filled()
    assert (found[SuppressionRow], found[AttemptRow], found[DecisionRow]) == (ROWS, ROWS, ROWS)
    assert found[GuardRow] >= ROWS, "every one of the logged calls was permitted"


def test_logged_attempts_lie_in_the_past_and_name_their_own_guards(store: BenchmarkStore) -> None:
    engine = create_engine(store.fresh().product)
    with engine.connect() as connection:
        attempts = connection.execute(select(AttemptRow.__table__).order_by(AttemptRow.id)).all()
        guards = connection.execute(select(GuardRow.__table__)).all()
    engine.dispose()

    assert len({attempt.callee for attempt in attempts}) == ROWS
    assert max(attempt.asked_at for attempt in attempts) < OPEN
    named = {(attempt.id, *guard) for attempt in attempts for guard in orjson.loads(attempt.guards)}
    assert named == {(guard.attempt_id, guard.scope, guard.subject, guard.seq) for guard in guards}


def test_a_copy_is_fresh_whatever_was_done_to_the_last_one(store: BenchmarkStore) -> None:
    engine = create_engine(store.fresh().product)
    with engine.begin() as connection:
        connection.execute(AttemptRow.__table__.delete())  # type: ignore[attr-defined]  # typed as a mere FromClause
    engine.dispose()

    assert counts(store.fresh().product)[AttemptRow] == ROWS


def test_a_store_of_another_schema_makes_room_and_one_of_another_size_stays(
    store_of: Callable[[str], BenchmarkStore],
) -> None:
    small, large, newer = (store_of(mark) for mark in ("50-0a0a0a0a", "90-0a0a0a0a", "50-1b1b1b1b"))
    for each in (small, large):
        _keep_empty(each)
    assert small.is_filled()

    _keep_empty(newer)

    assert [each.is_filled() for each in (small, large, newer)] == [False, False, True]


def _keep_empty(store: BenchmarkStore) -> None:
    store.pristine_url()
    with store.bulk():
        pass
    store.keep()


def test_the_product_permits_clean_callees_and_refuses_suppressed_ones(store: BenchmarkStore) -> None:
    urls = store.fresh()
    services = build(settings_from(product_settings(urls.product, OPEN - datetime.now(UTC))))
    asker = services.access.by_api_key(f"rf_{KEY_ID}.{KEY_SECRET}")
    since = services.clock.now() - timedelta(milliseconds=5)

    answers = []
    for callee in asked(0, 100, ROWS):
        body = {"campaign": CAMPAIGN, "callee": callee, "caller_id": CALLER_ID}
        answers.append(services.attempts.reserve(body, orjson.dumps(body), None, asker))
    services.database.dispose()

    refused = [{reason.code for reason in answer.reasons} for answer in answers if not answer.is_permitted]
    assert len(refused) == 15
    assert all("suppression.number" in codes for codes in refused)
    assert RowCounter(urls).of_check(since) == {"attempts": 100, "decisions": 100}
