"""One run of a whole Ringfence in which everything that can die is killed; what became of it is the evidence."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.accidents import (
    Accidents,
    gateway_dies_before_it_knows_the_calls,
    valkey_loses_the_queue,
    worker_dies_before_it_knows_that_the_mail_arrived,
)
from tests.faults.askers import Askers
from tests.faults.door import Door
from tests.faults.evidence import Evidence, gather, left_open
from tests.faults.installation import GATEWAY_WORKER, OPENED_AT, RESTART_SECONDS, WATCHMAN, Installation, survivors
from tests.faults.ledger import Ledger, Verdict
from tests.faults.people import Person, load, people
from tests.faults.waiting import awaited
from tests.mail_server import MailServer
from tests.simulator import Simulator, running_simulator
from tests.webhook_receiver import Received, WebhookReceiver, webhook_receiver

VICTIMS = (*[GATEWAY_WORKER] * 3, *["gateway"] * 2, *["worker"] * 3, *["relay"] * 2, *["valkey"] * 2, WATCHMAN)
BETWEEN_KILLS = (0.3, 1.5)  # seconds
STOOD_STILL = timedelta(minutes=5)  # the machine, after the supervisor was killed: longer than any lease
QUIET_SECONDS = 60.0
IDLE_SECONDS = 25.0  # of Twilio; its answer must come within 30
ASKED_AGAIN = 25
ENOUGH = 10
OUTCOMES = {
    "weights": {"completed": 60, "no-answer": 18, "busy": 12, "failed": 10},
    "machine_share": 0.2,
    "ring_seconds": [2, 10],
    "talk_seconds": [5, 60],
}
SLOW_AND_FORGETFUL = {
    "create_hang": 0.25,
    "create_hang_seconds": 0.3,
    "create_makes_call": 0.8,
    "callback_lose": 0.1,
    "callback_repeat": 0.1,
    "callback_reorder": 0.1,
}


@dataclass(frozen=True, slots=True, repr=False)
class Story:
    """What everybody was told, what is found afterwards, and what happened in between."""

    seed: int
    ledger: Ledger
    evidence: Evidence
    accidents: Accidents
    reports_to_dialers: list[Received]
    kills: dict[str, int]
    left_behind: list[str]  # command lines that outlived the supervisor
    addresses: tuple[str, str]  # of the gateway, before the supervisor was killed and after
    answers_given_again: list[tuple[Verdict, Verdict]]
    exit_code: int


def play(folder: Path, seed: int) -> Story:
    """Takes about a minute. Raises AssertionError where something does not come back to work, or to rest."""
    chance = random.Random(seed)
    with _world() as (simulator, offset, mails, receiver):
        installation = Installation(folder / "kept", simulator, offset, mails.port)
        try:
            return _play(installation, simulator, mails, receiver, chance, seed)
        finally:
            installation.end()


@contextmanager
def _world() -> Iterator[tuple[Simulator, timedelta, MailServer, WebhookReceiver]]:
    """Twilio, a mail server and the dialers' own server: they live on whatever dies."""
    offset = OPENED_AT - datetime.now(UTC)
    simulated = running_simulator(
        cps=50, time_scale=40, clock_offset=offset.total_seconds(), outcomes=OUTCOMES, voice_requests=False
    )
    with simulated as simulator, MailServer() as mails, webhook_receiver() as receiver:
        yield simulator, offset, mails, receiver


def _play(
    installation: Installation,
    simulator: Simulator,
    mails: MailServer,
    receiver: WebhookReceiver,
    chance: random.Random,
    seed: int,
) -> Story:
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:5.1f} s: {what}")

    installation.start()
    say("everything runs")
    before = installation.run["addresses"]["gateway"]
    dialled, rung_by_hand, unlucky = people(2000, 500, 2), people(2500, 500, 3), people(3000, 8)
    folder = installation.folder.parent / "people"
    load([*dialled, *rung_by_hand, *unlucky], folder, installation.environment_of_commands())
    askers = Askers(installation.run, receiver.url, seed)
    accidents = _befall(installation, simulator, mails, askers, unlucky)
    say("the accidents have happened")
    simulator.set_faults(**SLOW_AND_FORGETFUL)
    mails.says_so_after = 0.03
    askers.begin(dialled, rung_by_hand, mails)
    awaited(lambda: _is_under_way(askers.ledger), QUIET_SECONDS, "askers get answers")
    _kill_one_after_another(installation, chance)
    others = installation.kill_supervisor()
    say("the supervisor was killed last")
    simulator.set_faults()
    askers.end_asking()
    installation.start(later=STOOD_STILL)
    left_behind = survivors(others)
    say("everything runs again")
    askers.finish_asking()
    _come_to_rest(installation, simulator)
    askers.finish_reading()
    say("all is settled")
    answers = _answers_given_again(askers.door(chance), askers.ledger, chance)
    exit_code = installation.stop()
    say("ended")
    return Story(
        seed=seed,
        ledger=askers.ledger,
        evidence=gather(installation.database, simulator, list(mails.mails)),
        accidents=accidents,
        reports_to_dialers=receiver.received,
        kills=dict(installation.kills),
        left_behind=left_behind,
        addresses=(before, installation.run["addresses"]["gateway"]),
        answers_given_again=answers,
        exit_code=exit_code,
    )


def _befall(
    installation: Installation, simulator: Simulator, mails: MailServer, askers: Askers, unlucky: list[Person]
) -> Accidents:
    befallen = Accidents(called=tuple(unlucky[:2]), written_to=unlucky[2], waiting=tuple(unlucky[3:]))
    doors = [askers.door(random.Random(number)) for number in range(len(befallen.called))]
    gateway_dies_before_it_knows_the_calls(installation, simulator, doors, befallen.called)
    worker_dies_before_it_knows_that_the_mail_arrived(installation, mails, doors[0], befallen.written_to)
    valkey_loses_the_queue(installation, doors[0], befallen.waiting)
    return befallen


def _kill_one_after_another(installation: Installation, chance: random.Random) -> None:
    """Each while the gateway works, and often while something else is only just coming back."""
    pause = threading.Event()
    for victim in chance.sample(VICTIMS, len(VICTIMS)):
        awaited(installation.answers, RESTART_SECONDS, "the gateway answers")
        pause.wait(chance.uniform(*BETWEEN_KILLS))
        installation.kill(victim)
    awaited(installation.answers, RESTART_SECONDS, "the gateway answers")
    pause.wait(chance.uniform(*BETWEEN_KILLS))


def _is_under_way(ledger: Ledger) -> bool:
    return min(len(ledger.calls), len(ledger.outcomes), len(ledger.objections) * 5) >= ENOUGH


def _come_to_rest(installation: Installation, simulator: Simulator) -> None:
    simulator.wait_until_idle(IDLE_SECONDS)
    awaited(lambda: not left_open(installation.database), QUIET_SECONDS, "everything is settled")


def _answers_given_again(door: Door, ledger: Ledger, chance: random.Random) -> list[tuple[Verdict, Verdict]]:
    """Some requests of before with their keys, sent once more."""
    keyed = [verdict for verdict in ledger.verdicts if verdict.key is not None]
    again = []
    for first in chance.sample(keyed, min(ASKED_AGAIN, len(keyed))):
        door.reserve(first.campaign, first.callee, first.key or "")
        again.append((first, ledger.verdicts[-1]))
    return again
