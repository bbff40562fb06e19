"""Those who use the gateway while it is being killed: dialers, callers, and people who click the link in their mail.

Each insists, as good software does: a request without an answer is sent again, the very same. Some give up.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from email import message_from_bytes
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from tests.faults.door import Door
from tests.faults.ledger import Ledger, Objection
from tests.faults.people import Person
from tests.mail_server import MailServer, ReceivedMail

DIALERS, CALLERS = 4, 3
CAMPAIGNS = ("nordlys-dk", "nordlys-dk", "nordlys-europe", "rheinblick-de")
OUTCOMES = ("answered", "answered", "answered", "voicemail", "busy", "no-answer", "not-placed")
GIVES_UP, KNOWN_CALLEE, HAS_KEY, WANTS_REPORTS, NEVER_REPORTS, OBJECTS = 0.1, 0.2, 0.5, 0.3, 0.1, 0.35
BETWEEN_LOOKS = 0.05


class Askers:
    """They ask until `finish_asking`, and read their mail until `finish_reading`."""

    def __init__(self, run: Mapping[str, Any], receiver_url: str, seed: int) -> None:
        self.ledger = Ledger()
        self._run = run
        self._receiver_url = receiver_url
        self._seed = seed
        self._ends_asking = threading.Event()
        self._ends_reading = threading.Event()
        self._pool = ThreadPoolExecutor(DIALERS + CALLERS + 1)
        self._working: list[Future[None]] = []

    def begin(self, dialled: list[Person], rung_by_hand: list[Person], mails: MailServer) -> None:
        """The first are called through Twilio's words; for the second, askers take a permit and ring themselves."""
        by_mailbox = {person.email: person for person in [*dialled, *rung_by_hand] if person.email}
        self._start(lambda door, chance: self._read_mail(by_mailbox, mails, door, chance))
        for crew, work, everybody in ((DIALERS, _dial, dialled), (CALLERS, _ring_by_hand, rung_by_hand)):
            turns = count()
            for _ in range(crew):
                self._start(partial(self._repeat, work, everybody, turns))

    def end_asking(self) -> None:
        """Begin nothing new."""
        self._ends_asking.set()

    def finish_asking(self) -> None:
        """Wait until every request that somebody insists on has its answer; raises what went wrong in a thread."""
        self.end_asking()
        for asker in self._working[1:]:
            asker.result()

    def finish_reading(self) -> None:
        """No more clicks."""
        self._ends_reading.set()
        self._working[0].result()
        self._pool.shutdown()

    def door(self, chance: random.Random) -> Door:
        """For another thread."""
        return Door(self._run, self.ledger, chance, self._receiver_url)

    def _start(self, work: Callable[[Door, random.Random], None]) -> None:
        chance = random.Random(f"{self._seed} {len(self._working)}")
        self._working.append(self._pool.submit(work, self.door(chance), chance))

    def _repeat(
        self,
        work: Callable[[Door, Person, random.Random], None],
        everybody: list[Person],
        turns: count[int],
        door: Door,
        chance: random.Random,
    ) -> None:
        while not self._ends_asking.is_set():
            turn = next(turns)
            is_known = chance.random() < KNOWN_CALLEE or turn >= len(everybody)
            work(door, everybody[chance.randrange(min(turn + 1, len(everybody))) if is_known else turn], chance)

    def _read_mail(
        self, by_mailbox: Mapping[str, Person], mails: MailServer, door: Door, chance: random.Random
    ) -> None:
        read = 0
        while not self._ends_reading.wait(BETWEEN_LOOKS):
            new = mails.mails[read:]
            read += len(new)
            for mail in new:
                person = by_mailbox.get(mail.rcpt_tos[0])
                if person is not None and chance.random() < OBJECTS:
                    self._object(person, mail, door, chance)

    def _object(self, person: Person, mail: ReceivedMail, door: Door, chance: random.Random) -> None:
        """Click, and see whether anybody may still be called: at this number, or at another of the same person."""
        message = message_from_bytes(mail.content)
        if not door.click(str(message["List-Unsubscribe"]).strip("<> \r\n")):
            return
        campaign = "nordlys-dk" if "nordlys" in str(message["Reply-To"]) else "rheinblick-de"
        number = chance.choice((person.number, person.other_number))
        asked_again = door.reserve(campaign, number, _key(chance))
        self.ledger.note(
            Objection(
                message_id=str(message["Message-ID"]),
                number=number,
                was_permitted=None if asked_again is None else asked_again["permitted"],
                reasons=tuple(reason["code"] for reason in (asked_again or {}).get("reasons", ())),
            )
        )


def _dial(door: Door, person: Person, chance: random.Random) -> None:
    door.call(
        chance.choice(CAMPAIGNS),
        person.number,
        _key(chance) if chance.random() < HAS_KEY else None,
        wants_reports=chance.random() < WANTS_REPORTS,
        gives_up=chance.random() < GIVES_UP,
    )


def _ring_by_hand(door: Door, person: Person, chance: random.Random) -> None:
    answer = door.reserve(chance.choice(CAMPAIGNS), person.number, _key(chance), gives_up=chance.random() < GIVES_UP)
    if answer is not None and answer["permitted"] and chance.random() > NEVER_REPORTS:
        door.report(answer["attempt_id"], chance.choice(OUTCOMES))


def _key(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128)))
