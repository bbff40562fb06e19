"""Whatever happens in whatever order, the store answers as a model that fits on one page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from middleware.bootstrap import hot_path_for
from middleware.clock import Clock
from middleware.decision.model import Outcome, PlacedBy, Policy, PolicyProblem, Scope, Subject
from middleware.errors import IdempotencyConflict
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import ParsedNumber
from middleware.services.asking import Answer, Question
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.facts import counted_by
from middleware.services.observation import Observation
from middleware.services.outcomes import NOT_PLACED, Outcomes
from middleware.services.precall import Precall
from middleware.services.progress import observe
from middleware.services.repeats import Repeats
from middleware.services.sources import Ruling
from middleware.store.attempts import AttemptRepository
from middleware.store.catalogue import Campaign, Credential
from middleware.store.database import Database
from middleware.store.guards import block
from middleware.store.hot_path.model import SPARE_ROWS, HotPath, scope_id, subject_id
from middleware.store.models import CompanyRow, ContactNumberRow, ContactRow, GuardRow
from middleware.store.suppressions import SuppressionRepository
from tests.builders import NOON, a_cap, some_hours, some_policy, some_week
from tests.reserving import MORNING, a_question, clock_showing, number
from tests.rows import insert_campaign, insert_credential, insert_rows, migrated
from tests.stopped_clock import StoppedClock

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
LONG_ENOUGH_TO_SHRINK = 420
LIVELY = 8  # attempts before anybody opts out, so that there is something to remember
NUMBERS = range(4)
# Anna has two numbers, Ben one, both at the same company; nobody knows whose the fourth is.
PERSON = {0: "anna", 1: "anna", 2: "ben"}
CAPS = (
    (3, Subject.NUMBER, Scope.CONTROLLER),
    (2, Subject.NUMBER, Scope.CAMPAIGN),
    (4, Subject.PERSON, Scope.CONTROLLER),
    (5, Subject.COMPANY, Scope.CONTROLLER),
)
REST = {Outcome.BUSY: HOUR, Outcome.ANSWERED: 72 * HOUR}
USUAL_REST = 6 * HOUR
OUTCOMES = {
    Outcome.ANSWERED: ("completed", "200"),
    Outcome.BUSY: ("busy", "486"),
    Outcome.NO_ANSWER: ("no-answer", "480"),
    Outcome.FAILED: ("failed", "404"),
}
POLICY = some_policy(
    country="DK",
    hours=some_hours(
        week=some_week("00:00-24:00", weekend=("00:00-24:00",)),
        calendar_until=date(2027, 9, 30),  # beyond what an example lives through, and no further than needed
    ),
    caps=[a_cap(count, WEEK, subject, scope) for count, subject, scope in CAPS],
    spacing=USUAL_REST,
    spacing_after=REST,
    gates=(),
    max_age=timedelta(days=3650),
)


@dataclass
class Past:
    """What the model knows of a permitted attempt."""

    attempt_id: str
    number: int
    campaign: str
    at: datetime
    expires: datetime
    is_ours: bool
    ended: datetime | None = None
    outcome: Outcome | None = None
    is_withdrawn: bool = False

    def end(self, now: datetime) -> tuple[datetime, Outcome] | None:
        """A dialer that says nothing of its permit has used it, we believe, and is done when it ends."""
        if self.ended is not None and self.outcome is not None:
            return self.ended, self.outcome
        return None if self.is_ours or now < self.expires else (self.expires, Outcome.UNKNOWN)


@dataclass
class Model:
    """The rules once more, over everything that ever happened."""

    past: list[Past] = field(default_factory=list)
    suppressed: set[int | str] = field(default_factory=set)  # numbers, and people

    def refusals(self, which: int, campaign: str, now: datetime) -> set[str]:
        person = PERSON.get(which)
        counting = [past for past in self.past if not past.is_withdrawn]
        near = [past for past in counting if past.number == which or (person and PERSON.get(past.number) == person)]
        ends = [past.end(now) for past in near]
        codes = {
            f"suppression.{'person' if each == person else 'number'}" for each in self.suppressed & {which, person}
        }
        if None in ends:
            codes.add("attempts.in_flight")
        if any(end and now < end[0] + REST.get(end[1], USUAL_REST) for end in ends):
            codes.add("attempts.too_soon")
        if any(self._used(counting, cap, which, campaign, now) for cap in CAPS):
            codes.add("attempts.cap_reached")
        return codes

    def _used(
        self, counting: list[Past], cap: tuple[int, Subject, Scope], which: int, campaign: str, now: datetime
    ) -> bool:
        most, subject, scope = cap
        same: Callable[[Past], bool] = {
            Subject.NUMBER: lambda past: past.number == which,
            Subject.PERSON: lambda past: which in PERSON and PERSON.get(past.number) == PERSON[which],
            Subject.COMPANY: lambda past: which in PERSON and past.number in PERSON,
        }[subject]
        within = [past for past in counting if same(past) and past.at > now - WEEK]
        return most <= sum(scope is Scope.CONTROLLER or past.campaign == campaign for past in within)


class MovableClock(Clock):
    """The machine's clock, moved ahead more and more; the server's is moved with it."""

    def move(self, span: timedelta) -> None:
        object.__setattr__(self, "offset", self.offset + span)


class OnePolicy:
    """The same policy for every campaign and every number."""

    def resolve(self, campaign: Campaign, number: ParsedNumber) -> Ruling:
        return Ruling(POLICY, counted_by(POLICY), number.facts)

    def keep(self, policy: Policy | PolicyProblem, campaign_id: str, at: datetime) -> None:
        pass


class World:
    """A controller of its own for each example, in one database."""

    examples = count()

    def __init__(self, database: Database, clock: StoppedClock | MovableClock, hot_path: HotPath) -> None:
        self.database, self.clock = database, clock
        self.controller = f"controller-{next(self.examples)}"
        self.campaigns = (f"{self.controller}-spring", f"{self.controller}-autumn")
        self.pepper = Pepper(self.controller.encode())
        for campaign in self.campaigns:
            insert_campaign(database, campaign, self.controller)
        insert_credential(database, self.controller, "dialer", controller_id=self.controller)
        self._insert_people()
        catalogue = CurrentCatalogue(database)
        self.dialer: Credential = catalogue.get().credentials[self.controller]
        repeats = Repeats(database, timedelta(seconds=10))
        self.gate = Precall(hot_path, catalogue, OnePolicy(), repeats, self.pepper, timedelta(seconds=60))
        self.outcomes = Outcomes(database, clock)

    def key(self, which: int) -> str:
        return self.pepper.number(number(which))

    def person(self, name: str) -> str:
        return self.pepper.mailbox(f"{name}@example.com")

    def suppress(self, subject: Subject, key: str, numbers: list[int]) -> None:
        """As an objection does it: the entry, and a block on each number that it reaches."""
        now = self.clock.now()
        with self.database.writing() as connection:
            SuppressionRepository(connection).add(
                subject, key, "controller", self.controller, reason="objection", source="test", noted_by="test", at=now
            )
            for which in numbers:
                block(connection, [self.controller], subject_id(Subject.NUMBER, self.key(which)), now)

    def end_our_call(self, past: Past, outcome: Outcome) -> datetime | None:
        """As Twilio's last callback does it."""
        status, code = OUTCOMES[outcome]
        call_sid = f"CA{past.attempt_id.replace('-', '')}"
        with self.database.writing() as connection:
            repository = AttemptRepository(connection)
            attempt = repository.lock(past.attempt_id)
            observe(connection, attempt, Observation(call_sid, status, code), self.clock.now(), "callback")
            return repository.by_id(past.attempt_id).ended_at

    def _insert_people(self) -> None:
        company: dict[str, Any] = {"id": f"{self.controller}-firm", "controller_id": self.controller}
        insert_rows(
            self.database,
            CompanyRow,
            {**company, "company_key": self.pepper.company("DE", "1"), "name": "Muster", "country": "DE",
             "register_number": "1"},
        )  # fmt: skip
        for name in sorted(set(PERSON.values())):
            contact: dict[str, Any] = {
                "id": f"{self.controller}-{name}", "controller_id": self.controller, "company_id": company["id"],
                "person_key": self.person(name), "language": "de", "data_source": "trade fair", "created_at": NOON,
            }  # fmt: skip
            insert_rows(self.database, ContactRow, contact)
        for which, name in PERSON.items():
            at_number: dict[str, Any] = {
                "controller_id": self.controller, "number_key": self.key(which),
                "contact_id": f"{self.controller}-{name}", "number": number(which),
            }  # fmt: skip
            insert_rows(self.database, ContactNumberRow, at_number)


numbers = st.sampled_from((0, 0, 0, *NUMBERS))  # one of them is rung most, so that its history grows long
campaigns = st.sampled_from((0, 1))
outcomes = st.sampled_from((Outcome.BUSY, *sorted(OUTCOMES)))
positions = st.integers(0, 1000)


class Reservations(RuleBasedStateMachine):
    new_world: ClassVar[Callable[[], World]]

    def __init__(self) -> None:
        super().__init__()
        self.world, self.model = type(self).new_world(), Model()
        self.answered: list[tuple[Question, Answer]] = []
        self.keys = count()

    def _ask(self, which: int, campaign: int, *, is_ours: bool) -> tuple[Question, Answer]:
        question = a_question(
            number(which),
            self.world.campaigns[campaign],
            placed_by=PlacedBy.US if is_ours else PlacedBy.DIALER,
            idempotency_key=f"key-{next(self.keys)}",
        )
        return question, self.world.gate.reserve(question, self.world.dialer)

    @rule(which=numbers, campaign=campaigns, is_ours=st.booleans())
    def reserve(self, which: int, campaign: int, is_ours: bool) -> None:
        self._reserve(which, campaign, is_ours=is_ours)

    def _reserve(self, which: int, campaign: int, *, is_ours: bool) -> Past | None:
        question, answer = self._ask(which, campaign, is_ours=is_ours)

        expected = self.model.refusals(which, question.campaign_id, answer.decided_at)
        assert {reason.code for reason in answer.reasons} == expected
        assert answer.is_permitted == (not expected)
        self.answered.append((question, answer))
        if answer.permit_expires_at is None:
            return None
        past = Past(
            answer.attempt_id, which, question.campaign_id, answer.decided_at, answer.permit_expires_at, is_ours
        )
        self.model.past.append(past)
        return past

    @rule(which=numbers, campaign=campaigns, is_ours=st.booleans(), outcome=outcomes)
    def ring_when_rested(self, which: int, campaign: int, is_ours: bool, outcome: Outcome) -> None:
        self.world.clock.move(USUAL_REST)
        past = self._reserve(which, campaign, is_ours=is_ours)
        if past is not None:
            self._end(past, outcome)

    @rule(which=numbers, campaign=campaigns, times=st.sampled_from((1, SPARE_ROWS + 1, 2 * SPARE_ROWS + 1)))
    def change_ones_mind(self, which: int, campaign: int, times: int) -> None:
        """Rows that do not count, as many as may hide those that do."""
        for _ in range(times):
            past = self._reserve(which, campaign, is_ours=False)
            if past is None:
                break
            self._withdraw(past)

    @rule(which=numbers, campaign=campaigns)
    def only_ask(self, which: int, campaign: int) -> None:
        question = a_question(number(which), self.world.campaigns[campaign])

        decision = self.world.gate.consider(question, self.world.dialer).decision

        expected = self.model.refusals(which, question.campaign_id, decision.decided_at)
        assert {verdict.reason for verdict in decision.refusals} == expected

    @precondition(lambda self: self.answered)
    @rule(position=positions)
    def repeat(self, position: int) -> None:
        question, first = self.answered[position % len(self.answered)]

        again = self.world.gate.reserve(question, self.world.dialer)

        assert again.is_replay
        assert (again.attempt_id, again.is_permitted, again.reasons) == (
            first.attempt_id,
            first.is_permitted,
            first.reasons,
        )

    @precondition(lambda self: self.answered)
    @rule(position=positions, which=numbers)
    def reuse_a_key_for_something_else(self, position: int, which: int) -> None:
        question, _ = self.answered[position % len(self.answered)]
        other = a_question(
            number(which), question.campaign_id, idempotency_key=question.idempotency_key, request_digest="other"
        )

        with pytest.raises(IdempotencyConflict):
            self.world.gate.reserve(other, self.world.dialer)

    def _open(self) -> list[Past]:
        return [past for past in self.model.past if past.outcome is None and not past.is_withdrawn]

    @precondition(lambda self: self._open())
    @rule(position=positions, outcome=outcomes)
    def end(self, position: int, outcome: Outcome) -> None:
        self._end(self._open()[position % len(self._open())], outcome)

    def _end(self, past: Past, outcome: Outcome) -> None:
        if past.is_ours:
            past.ended = self.world.end_our_call(past, outcome)
        else:
            seen = self.world.outcomes.report(past.attempt_id, {"outcome": outcome.value}, self.world.dialer)
            past.ended = seen.ended_at
        past.outcome = outcome
        assert past.ended is not None

    @precondition(lambda self: any(not past.is_ours for past in self._open()))
    @rule(position=positions)
    def withdraw(self, position: int) -> None:
        theirs = [past for past in self._open() if not past.is_ours]
        self._withdraw(theirs[position % len(theirs)])

    def _withdraw(self, past: Past) -> None:
        self.world.outcomes.report(past.attempt_id, {"outcome": NOT_PLACED}, self.world.dialer)
        past.is_withdrawn = True

    @precondition(lambda self: len(self.model.past) >= LIVELY)
    @rule(which=numbers)
    def a_number_opts_out(self, which: int) -> None:
        self.world.suppress(Subject.NUMBER, self.world.key(which), [which])
        self.model.suppressed.add(which)

    @precondition(lambda self: len(self.model.past) >= LIVELY)
    @rule(name=st.sampled_from(sorted(set(PERSON.values()))))
    def a_person_opts_out(self, name: str) -> None:
        numbers_of_person = [which for which, owner in PERSON.items() if owner == name]
        self.world.suppress(Subject.PERSON, self.world.person(name), numbers_of_person)
        self.model.suppressed.add(name)

    @rule(span=st.sampled_from((timedelta(seconds=59), timedelta(seconds=60), HOUR, 6 * HOUR, 72 * HOUR, WEEK)))
    def time_passes(self, span: timedelta) -> None:
        self.world.clock.move(span)

    @invariant()
    def guards_are_numbered_without_a_gap_and_each_belongs_to_a_permit(self) -> None:
        scopes = (self.world.controller, *(scope_id(Scope.CAMPAIGN, "", each) for each in self.world.campaigns))
        query = select(GuardRow.scope, GuardRow.subject, GuardRow.seq, GuardRow.kind).where(GuardRow.scope.in_(scopes))
        with self.world.database.reading() as connection:
            rows = connection.execute(query.order_by(GuardRow.scope, GuardRow.subject, GuardRow.seq)).all()
        held: dict[tuple[str, str], list[int]] = {}
        for row in rows:
            held.setdefault((row.scope, row.subject), []).append(row.seq)
        assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in held.values())
        at_numbers = [row for row in rows if row.scope == scopes[0] and row.subject[0] == "n" and row.kind == "attempt"]
        assert len(at_numbers) == len(self.model.past)


def run(database: Database, a_clock: Callable[[], StoppedClock | MovableClock], examples: int, steps: int) -> None:
    def new_world() -> World:
        clock = a_clock()
        return World(database, clock, hot_path_for(database, clock))

    class OnThisStore(Reservations):
        pass

    OnThisStore.new_world = staticmethod(new_world)
    usual = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(OnThisStore, settings=usual)


@pytest.mark.timeout(LONG_ENOUGH_TO_SHRINK)
def test_sqlite_answers_as_the_model_does(sqlite_url: str) -> None:
    run(migrated(sqlite_url), lambda: StoppedClock(MORNING), examples=40, steps=40)


@pytest.mark.postgres
@pytest.mark.timeout(LONG_ENOUGH_TO_SHRINK)
def test_postgresql_answers_as_the_model_does(postgres_database: str) -> None:
    run(migrated(postgres_database), lambda: MovableClock(clock_showing(MORNING).offset), examples=10, steps=40)
