"""The copy in memory is exchanged as soon as a decision sees that another process has changed something."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, update

from middleware.decision.model import Reason
from middleware.errors import NotAuthenticated, NotFound
from middleware.services.asking import Answer, Credential
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.precall import Precall
from middleware.store.caller_ids import withdraw_caller_id
from middleware.store.catalogue import raise_generation
from middleware.store.database import Database
from middleware.store.models import AttemptRow, CampaignRow, CredentialRow
from middleware.store.suppressed_prefixes import lift_prefix, suppress_prefix
from tests.reserving import MORNING, InterruptedHotPath, a_dialer, a_gate, a_question, clock_showing, number
from tests.rows import CALLER_ID, insert_campaign, insert_controller, insert_credential

REPOSITORY = Path(__file__).parents[3]


@dataclass
class Gate:
    """A process that serves, its copy of the catalogue in memory; `ask` asks for a number that nobody asked for."""

    store: Database
    catalogue: CurrentCatalogue
    precall: Precall
    dialer: Credential
    asked: int = 0

    def ask(self, campaign_id: str = "spring") -> Answer:
        self.asked += 1
        return self.precall.reserve(a_question(number(self.asked), campaign_id), self.dialer)


@pytest.fixture
def gate(store: Database) -> Gate:
    insert_campaign(store)
    dialer = a_dialer(store)
    catalogue = CurrentCatalogue(store)
    served = Gate(store, catalogue, a_gate(store, clock_showing(MORNING), catalogue=catalogue), dialer)
    assert served.ask().is_permitted
    return served


def reasons(answer: Answer) -> list[str]:
    return [reason.code for reason in answer.reasons]


def campaign(**values: object) -> Callable[[Database], None]:
    return lambda store: change(store, CampaignRow, **values)


def credential(**values: object) -> Callable[[Database], None]:
    return lambda store: change(store, CredentialRow, **values)


def change(store: Database, table: type[CampaignRow] | type[CredentialRow], **values: object) -> None:
    """What another process commits."""
    with Database(store.url).writing() as connection:
        connection.execute(update(table).values(**values))
        raise_generation(connection)


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (campaign(is_open=False), [Reason.CAMPAIGN_CLOSED]),
        (campaign(ends_on=date(2026, 11, 23)), [Reason.CAMPAIGN_ENDED]),
        (campaign(balancing_test=None), [Reason.LEGAL_BASIS_MISSING]),
        (campaign(name="Another name"), []),
        (credential(label="Another label", expires_at=MORNING + timedelta(days=1)), []),
    ],
    ids=["closed", "ended", "no balancing test", "renamed", "a credential's label"],
)
def test_the_very_next_decision_goes_by_what_another_process_changed(
    gate: Gate, what: Callable[[Database], None], expected: list[Reason]
) -> None:
    what(gate.store)

    assert reasons(gate.ask()) == expected


def test_what_a_real_other_process_does_counts_as_well(gate: Gate) -> None:
    program = (
        "import sys\n"
        "from sqlalchemy import update\n"
        "from middleware.store.catalogue import raise_generation\n"
        "from middleware.store.database import Database\n"
        "from middleware.store.models import CampaignRow\n"
        "with Database(sys.argv[1]).writing() as connection:\n"
        "    connection.execute(update(CampaignRow).values(is_open=False))\n"
        "    raise_generation(connection)\n"
    )
    subprocess.run([sys.executable, "-c", program, gate.store.url], cwd=REPOSITORY, check=True, timeout=60)

    assert reasons(gate.ask()) == [Reason.CAMPAIGN_CLOSED]


def test_a_policy_made_stricter_rules_at_once(gate: Gate) -> None:
    before = gate.ask()
    change(gate.store, CampaignRow, overrides={"hours": {"mon-fri": ["14:00-15:00"]}})

    after = gate.ask()

    assert before.is_permitted
    assert reasons(after) == [Reason.HOURS_OUTSIDE_WINDOW]
    assert after.policy_digest not in {None, before.policy_digest}


def bar_prefix(store: Database, prefix: str, scope: str = "everywhere", scope_id: str | None = None) -> None:
    """What another process commits."""
    words = {"reason": "complaint", "source": "letter", "noted_by": "Anna Jensen"}
    with Database(store.url).writing() as connection:
        suppress_prefix(connection, prefix, scope, scope_id, since=MORNING, at=MORNING, **words)


@pytest.mark.parametrize(
    ("scope", "scope_id", "expected"),
    [
        ("everywhere", None, [Reason.SUPPRESSION_PREFIX]),
        ("controller", "acme", [Reason.SUPPRESSION_PREFIX]),
        ("campaign", "spring", [Reason.SUPPRESSION_PREFIX]),
        ("controller", "beta", []),
        ("campaign", "autumn", []),
    ],
)
def test_a_prefix_put_on_the_stop_list_bars_the_very_next_call_of_those_it_is_for(
    gate: Gate, scope: str, scope_id: str | None, expected: list[Reason]
) -> None:
    assert gate.ask().is_permitted
    bar_prefix(gate.store, number(1)[:7], scope, scope_id)

    assert reasons(gate.ask()) == expected


def test_a_prefix_taken_off_the_stop_list_bars_nobody_any_more(gate: Gate) -> None:
    bar_prefix(gate.store, number(1)[:7])
    assert reasons(gate.ask()) == [Reason.SUPPRESSION_PREFIX]

    with Database(gate.store.url).writing() as connection:
        lift_prefix(connection, number(1)[:7], "everywhere", None, MORNING)

    assert gate.ask().is_permitted


def test_a_withdrawn_caller_id_is_not_shown_any_more(gate: Gate) -> None:
    assert gate.ask().is_permitted

    with Database(gate.store.url).writing() as connection:
        withdraw_caller_id(connection, "acme", CALLER_ID, MORNING)

    assert reasons(gate.ask()) == [Reason.CALLER_ID_MISSING]  # there is no other
    shown = gate.precall.reserve(a_question(number(99), caller_id=CALLER_ID), gate.dialer)
    assert reasons(shown) == [Reason.CALLER_ID_NOT_OURS]


def test_a_new_campaign_is_found_at_once(gate: Gate) -> None:
    with pytest.raises(NotFound):
        gate.ask("autumn")

    insert_campaign(Database(gate.store.url), "autumn")

    assert gate.ask("autumn").is_permitted


@pytest.mark.parametrize(
    "what",
    [
        credential(revoked_at=MORNING - timedelta(seconds=1)),
        credential(expires_at=MORNING - timedelta(days=1)),
        credential(secret_hash="0" * 64),
        credential(token_serial=2),
        credential(role="auditor"),
        credential(controller_id="beta"),
    ],
    ids=["withdrawn", "ended", "another secret", "another token", "another role", "another controller"],
)
def test_a_credential_that_is_not_what_it_was_is_turned_away_at_once(
    gate: Gate, what: Callable[[Database], None]
) -> None:
    insert_controller(gate.store, "beta")
    assert gate.ask().is_permitted
    what(gate.store)

    with pytest.raises(NotAuthenticated, match="administrator"):
        gate.ask()

    with gate.store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(AttemptRow)) == gate.asked - 1


def test_a_change_between_the_reading_and_the_writing_counts_from_the_next_on(store: Database) -> None:
    insert_campaign(store)
    dialer, clock = a_dialer(store), clock_showing(MORNING)
    usual = a_gate(store, clock)
    interrupted = InterruptedHotPath(usual._hot_path, lambda: campaign(is_open=False)(store))
    precall = a_gate(store, clock, hot_path=interrupted)

    # its facts were read before the change: it stands as if it had been asked a moment earlier
    assert precall.reserve(a_question(number(1)), dialer).is_permitted
    assert reasons(precall.reserve(a_question(number(2)), dialer)) == [Reason.CAMPAIGN_CLOSED]


# ---------------------------------------------------------------- how often it is read


def readings(store: Database, work: Callable[[], object]) -> int:
    """How many statements read campaigns during some work."""
    seen = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FROM campaigns" in statement:
            seen.append(statement)

    work()
    event.remove(store.engine, "before_cursor_execute", note)
    return len(seen)


def test_nothing_is_read_again_while_nothing_changes(sqlite_store: Database) -> None:
    insert_campaign(sqlite_store)
    catalogue = CurrentCatalogue(sqlite_store)

    def work() -> None:
        first = catalogue.get()
        assert catalogue.get() is first
        assert catalogue.checked() is first
        assert catalogue.refresh(first.generation) is first

    assert readings(sqlite_store, work) == 1


def test_threads_that_see_one_change_read_it_once(sqlite_store: Database) -> None:
    insert_campaign(sqlite_store)
    catalogue = CurrentCatalogue(sqlite_store)
    seen = catalogue.get().generation + 1
    campaign(is_open=False)(sqlite_store)

    def work() -> None:
        with ThreadPoolExecutor(8) as pool:
            copies = list(pool.map(lambda _: catalogue.refresh(seen), range(24)))
        assert {id(copy) for copy in copies} == {id(catalogue.get())}

    assert readings(sqlite_store, work) == 1
    assert not catalogue.get().campaigns["spring"].facts.is_open


def test_who_does_not_decide_sees_changes_by_asking(sqlite_store: Database) -> None:
    insert_campaign(sqlite_store)
    catalogue = CurrentCatalogue(sqlite_store)
    held = catalogue.get()

    insert_credential(sqlite_store, "new")

    assert "new" not in held.credentials
    assert "new" not in catalogue.get().credentials
    assert "new" in catalogue.checked().credentials
    assert "new" in catalogue.get().credentials


@pytest.mark.parametrize(
    ("reach", "campaigns"),
    [
        ({}, {"spring", "summer", "autumn"}),
        ({"controller_id": "acme"}, {"spring", "summer"}),
        ({"controller_id": "acme", "campaign_id": "spring"}, {"spring"}),
        ({"controller_id": "beta", "campaign_id": "spring"}, set()),
    ],
    ids=["all controllers", "one controller", "one campaign", "a campaign of others"],
)
def test_a_campaign_out_of_reach_is_as_unknown_as_one_that_is_not(
    sqlite_store: Database, reach: dict[str, str], campaigns: set[str]
) -> None:
    insert_campaign(sqlite_store, "spring")
    insert_campaign(sqlite_store, "summer")
    insert_campaign(sqlite_store, "autumn", "beta")
    insert_credential(sqlite_store, "k", "dialer", **reach)
    catalogue = CurrentCatalogue(sqlite_store)
    asker = catalogue.get().credentials["k"]

    found = set()
    messages = set()
    for name in ("spring", "summer", "autumn", "winter"):
        try:
            found.add(catalogue.campaign_for(asker, name).id)
        except NotFound as error:
            messages.add(str(error).replace(name, "?"))

    assert found == campaigns
    assert len(messages) == 1
