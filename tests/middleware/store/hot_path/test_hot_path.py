"""The two statements of a reservation: what they see, whose clock rules, and what they do when others are faster."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import make_url

from middleware.bootstrap import hot_path_for
from middleware.clock import Clock
from middleware.decision.model import PlacedBy, Scope, Subject
from middleware.errors import ClockSkew, StoreUnavailable
from middleware.services.certification.controls import FastClock
from middleware.store.database import Database
from middleware.store.hot_path.model import Counted, GuardKey, HotAsk, Reservation
from middleware.store.ids import new_id
from middleware.store.schema import migrate
from tests.builders import NOON
from tests.rows import migrated
from tests.stopped_clock import StoppedClock

KEY = "0123456789abcdef0123456789abcdef"
SCOPES = ("acme", "campaign/spring", "zenith")
ASK = HotAsk("acme", "spring", "dialer", KEY, (Counted(Scope.CONTROLLER, Subject.NUMBER, 4),))


def a_reservation(
    at: datetime, seq: int = 1, *, key: str | None = None, scopes: tuple[str, ...] = ("acme",)
) -> Reservation:
    return Reservation(
        attempt_id=new_id(at),
        controller_id="acme",
        campaign_id="spring",
        credential_id="dialer",
        route="api",
        placed_by=PlacedBy.DIALER,
        callee="+493023125001",
        callee_key=KEY,
        caller_id=None,
        contact_id=None,
        company_id=None,
        guards=tuple(GuardKey(scope, f"n:{KEY}", seq) for scope in scopes),
        state="permitted",
        asked_at=at,
        permit_expires_at=at + timedelta(seconds=60),
        idempotency_key=key,
        request_digest="5" * 64,
        dialer_callback=None,
        policy_digest="d" * 64,
        is_permitted=True,
        not_before=None,
        attempts_left=4,
        refusals="[]",
        facts="{}",
    )


class BusyClock(StoppedClock):
    """Somebody else reserves at the very moment at which this clock is read."""

    def __init__(self, at: datetime, meanwhile: Callable[[datetime], object]) -> None:
        super().__init__(at)
        object.__setattr__(self, "_meanwhile", meanwhile)

    _meanwhile: Callable[[datetime], object]

    def now(self) -> datetime:
        self._meanwhile(self._at)
        return self._at


def test_an_attempt_that_is_seen_never_lies_in_the_future(sqlite_url: str) -> None:
    database = migrated(sqlite_url)
    others = hot_path_for(database, StoppedClock(NOON))
    clock = BusyClock(NOON, lambda now: others.write(a_reservation(now + timedelta(milliseconds=1))))

    found = hot_path_for(database, clock).read(ASK)

    assert all(guard.reserved_at <= found.now for guard in found.guards[Scope.CONTROLLER, Subject.NUMBER])


def test_of_two_reservations_of_one_row_the_second_is_told_that_it_lost(database_url: str) -> None:
    hot_path = hot_path_for(migrated(database_url), Clock())

    assert hot_path.write(a_reservation(NOON))
    assert not hot_path.write(a_reservation(NOON))
    assert hot_path.write(a_reservation(NOON, 2))


def test_the_newest_attempts_are_read_newest_first_however_many_there_are(database_url: str) -> None:
    hot_path = hot_path_for(migrated(database_url), Clock())
    for seq in range(1, 13):
        assert hot_path.write(a_reservation(NOON + timedelta(days=seq), seq))

    found = hot_path.read(ASK).guards[Scope.CONTROLLER, Subject.NUMBER]

    assert [guard.seq for guard in found] == [12, 11, 10, 9, 8, 7, 6, 5]


def test_a_reservation_that_lost_one_of_its_rows_leaves_nothing_behind(database_url: str) -> None:
    hot_path = hot_path_for(migrated(database_url), Clock())
    hot_path.write(a_reservation(NOON, scopes=("campaign/spring",)))

    assert not hot_path.write(a_reservation(NOON, key="k", scopes=("acme", "campaign/spring")))

    found = hot_path.read(replace(ASK, idempotency_key="k"))
    assert found.guards[Scope.CONTROLLER, Subject.NUMBER] == []
    assert found.replayed_attempt_id is None


def test_a_repeated_key_is_told_that_it_lost_and_finds_the_first(database_url: str) -> None:
    hot_path = hot_path_for(migrated(database_url), Clock())
    first = a_reservation(NOON, key="k")
    hot_path.write(first)

    assert not hot_path.write(a_reservation(NOON, 2, key="k"))
    assert hot_path.read(replace(ASK, idempotency_key="k")).replayed_attempt_id == first.attempt_id


@pytest.mark.postgres
def test_the_clock_of_the_server_rules(postgres_database: str) -> None:
    database = migrated(postgres_database)

    found = hot_path_for(database, FastClock(ahead=timedelta(seconds=1.5))).read(ASK)

    assert found.now < Clock().now() + timedelta(seconds=0.5)


@pytest.mark.postgres
@pytest.mark.parametrize("seconds", [3.0, -3.0])
def test_a_machine_whose_clock_is_far_off_stops_serving(postgres_database: str, seconds: float) -> None:
    database = migrated(postgres_database)

    with pytest.raises(ClockSkew):
        hot_path_for(database, FastClock(ahead=timedelta(seconds=seconds))).read(ASK)


@pytest.mark.postgres
def test_instants_are_read_whatever_way_the_database_writes_dates(postgres_database: str) -> None:
    database = migrated(postgres_database)
    with closing(connected(postgres_database)) as connection:
        connection.execute(f"ALTER DATABASE {make_url(postgres_database).database} SET datestyle = 'SQL, DMY'")
    hot_path = hot_path_for(database, Clock())
    hot_path.write(a_reservation(NOON))

    assert [each.reserved_at for each in hot_path.read(ASK).guards[Scope.CONTROLLER, Subject.NUMBER]] == [NOON]


@pytest.mark.postgres
def test_rows_are_taken_in_their_sorted_order(postgres_database: str) -> None:
    """Two that want the same rows then wait for one another, instead of each for the other."""
    database = migrated(postgres_database)
    with closing(connected(postgres_database)) as connection:
        connection.execute("CREATE TABLE taken (place serial, scope text)")
        connection.execute(
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO taken (scope) VALUES (NEW.scope); RETURN NEW; END $$"
        )
        connection.execute("CREATE TRIGGER note BEFORE INSERT ON guards FOR EACH ROW EXECUTE FUNCTION note()")

        hot_path_for(database, Clock()).write(a_reservation(NOON, scopes=SCOPES))

        assert tuple(row[0] for row in connection.execute("SELECT scope FROM taken ORDER BY place")) == SCOPES


@pytest.mark.postgres
def test_a_reservation_that_is_sacrificed_to_end_a_deadlock_lost_its_race(postgres_database: str) -> None:
    database = migrated(postgres_database)
    with closing(connected(postgres_database)) as other, closing(connected(postgres_database)) as watcher:
        watcher.execute(f"ALTER DATABASE {make_url(postgres_database).database} SET deadlock_timeout = '500ms'")
        hot_path = hot_path_for(database, Clock())
        with ThreadPoolExecutor(1) as pool, other.transaction():
            other.execute("SET LOCAL deadlock_timeout = '60s'")
            take(other, "zenith")
            written = pool.submit(hot_path.write, a_reservation(NOON, scopes=("acme", "zenith")))
            while watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,):
                pass
            take(other, "acme")

        assert written.result() is False
        assert hot_path.write(a_reservation(NOON, 2, scopes=("acme", "zenith")))


def connected(url: str) -> psycopg.Connection:
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(dsn, autocommit=True)


def take(connection: psycopg.Connection, scope: str) -> None:
    connection.execute(
        "INSERT INTO guards (scope, subject, seq, kind, reserved_at, is_placed) "
        "VALUES (%s, %s, 1, 'block', now(), false)",
        (scope, f"n:{KEY}"),
    )


def test_after_a_look_up_that_failed_the_next_one_goes_well(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    hot_path = hot_path_for(database, StoppedClock(NOON))
    with pytest.raises(StoreUnavailable):
        hot_path.read(ASK)

    migrate(database)

    assert hot_path.read(ASK).now == NOON


def test_a_look_up_waits_while_another_thread_writes_so_that_it_sees_nothing_unfinished(sqlite_url: str) -> None:
    database = migrated(sqlite_url)
    hot_path = hot_path_for(database, StoppedClock(NOON))
    hot_path.read(ASK)
    with ThreadPoolExecutor(1) as asker:
        with database.turns:
            reading = asker.submit(hot_path.read, ASK)
            with pytest.raises(TimeoutError):
                reading.result(0.2)
        assert reading.result(5).now == NOON


def test_a_repeated_request_that_is_counted_in_several_scopes_is_read_alike_by_both_engines(store: Database) -> None:
    hot_path = hot_path_for(store, Clock())
    now = hot_path.read(ASK).now
    first = a_reservation(now - timedelta(days=1), key="once", scopes=("acme", "campaign/spring"))
    assert hot_path.write(first)
    asked = replace(
        ASK,
        idempotency_key="once",
        counted=(
            *ASK.counted,
            Counted(Scope.CAMPAIGN, Subject.NUMBER, 30),
            Counted(Scope.CONTROLLER, Subject.PERSON, 1),
            Counted(Scope.CONTROLLER, Subject.COMPANY, 1),
        ),
    )

    found = hot_path.read(asked)

    assert found.replayed_attempt_id == first.attempt_id
    for scope in (Scope.CONTROLLER, Scope.CAMPAIGN):
        (guard,) = found.guards[scope, Subject.NUMBER]
        assert (guard.seq, guard.counts, guard.is_placed, guard.outcome) == (1, True, False, None)
        assert (guard.reserved_at, guard.expires_at) == (first.asked_at, first.permit_expires_at)
    assert found.guards[Scope.CONTROLLER, Subject.PERSON] == []
    assert found.guards[Scope.CONTROLLER, Subject.COMPANY] == []
