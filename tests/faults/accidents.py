"""Accidents at exactly the wrong moment, each of which leaves something half done."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

from redis import Redis

from middleware.gateways.queue import QUEUE
from tests.faults.door import Door
from tests.faults.installation import GATEWAY_WORKER, Installation
from tests.faults.people import Person
from tests.faults.waiting import awaited
from tests.mail_server import MailServer
from tests.simulator import Simulator

SECONDS = 30.0
QUEUED = 5


@dataclass(frozen=True, slots=True)
class Accidents:
    """Whom they befell."""

    called: tuple[Person, ...]  # Twilio had made the calls, and the gateway died before it could write down which
    written_to: Person  # the mail server had the mail, and the worker died before it was told so
    waiting: tuple[Person, ...]  # their mails were in the queue, and Valkey lost it


def gateway_dies_before_it_knows_the_calls(
    installation: Installation, simulator: Simulator, doors: Sequence[Door], people: Sequence[Person]
) -> None:
    """Twilio makes calls and is slow to say so; no report of them arrives; the dialers ask again, some with a key."""
    simulator.set_faults(create_hang=1, create_makes_call=1, create_hang_seconds=60, callback_lose=1)
    keys = [f"call {number}" if number % 2 else None for number in range(len(people))]
    with ThreadPoolExecutor(len(people)) as dialers:
        asked = [
            dialers.submit(door.call, "nordlys-dk", person.number, key)
            for door, person, key in zip(doors, people, keys, strict=True)
        ]
        awaited(lambda: all(calls_to(simulator, person) for person in people), SECONDS, "Twilio makes the calls")
        installation.kill(GATEWAY_WORKER)
        for each in asked:
            each.result()  # insisting dialers: they have an answer now
    for door, person, key in zip(doors, people, keys, strict=True):
        door.call("nordlys-dk", person.number, key)
    simulator.wait_until_idle(SECONDS)
    simulator.set_faults()


def worker_dies_before_it_knows_that_the_mail_arrived(
    installation: Installation, mails: MailServer, door: Door, person: Person
) -> None:
    """The mail server takes the mail and is slow to say so."""
    mails.says_so_after = 3600.0
    _answered(door, person)
    assert mails.wait_until(lambda: any(person.email in mail.rcpt_tos for mail in mails.mails), SECONDS)
    installation.kill("worker")
    mails.says_so_after = 0.0


def valkey_loses_the_queue(installation: Installation, door: Door, people: Sequence[Person]) -> None:
    """Jobs are waiting for a worker that is busy; Valkey forgets them and dies."""
    worker = installation.process("worker")
    worker.suspend()
    for person in people:
        _answered(door, person)
    with Redis.from_url(installation.run["redis_url"]) as valkey:
        awaited(lambda: valkey.llen(f"rq:queue:{QUEUE}") >= len(people) - 1, SECONDS, "all is queued")
        valkey.flushall()
    installation.kill("valkey")
    worker.resume()


def calls_to(simulator: Simulator, person: Person) -> list[str]:
    """The CallSids of all calls that Twilio has made to a person."""
    return [call["call"]["sid"] for call in simulator.calls() if call["call"]["to"] == person.number]


def _answered(door: Door, person: Person) -> None:
    """A first conversation, which owes a notice."""
    answer = door.reserve("nordlys-dk", person.number, str(uuid4()))
    assert answer is not None
    assert answer["permitted"], answer
    door.report(answer["attempt_id"], "answered")
