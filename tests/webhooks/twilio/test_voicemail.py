"""What an answering machine hears: nothing, unless the campaign and the law let it hear one neutral sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from middleware.explanations import spoken
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import spaced
from middleware.store.catalogue import raise_generation
from middleware.store.ids import new_id
from middleware.store.models import AttemptEventRow, CampaignRow, ContactNumberRow, ContactRow
from tests.builders import NOON
from tests.gateway import CALLER_ID, OFFSET, Gateway, a_callee, running_gateway
from tests.rows import insert_rows
from tests.simulator import Simulator, running_simulator
from tests.twiml_server import TwimlServer, twiml_server
from tests.webhooks.twilio.calls import attempts_at

ADVERT = '<Response><Say language="da-DK">Køb vores skriveborde</Say></Response>'
A_WHILE = '<Response><Pause length="50"/></Response>'
AT_THE_END = {"machine_detection": "DetectMessageEnd"}
AT_ONCE = {"machine_detection": "Enable"}
LATER = {"async_amd": "true"}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with running_simulator(time_scale=100, cps=500, seed=3, clock_offset=OFFSET.total_seconds()) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def gateway(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    file = Path(tmp_path_factory.mktemp("voicemail"), "ringfence.sqlite3")
    with running_gateway(f"sqlite:///{file}", simulator) as gateway:
        yield gateway


@pytest.fixture
def dialer() -> Iterator[TwimlServer]:
    with twiml_server() as dialer:
        yield dialer


def say_on_voicemail(gateway: Gateway, what: str | None) -> None:
    with gateway.services.database.writing() as connection:
        connection.execute(update(CampaignRow).where(CampaignRow.id == "spring").values(voicemail=what))
        raise_generation(connection)


def somebody(gateway: Gateway, *, hears_machines: bool = True, language: str = "da") -> str:
    """A number with a contact, who has consented to what machines say, or has not."""
    number, services = a_callee(), gateway.services
    key = Pepper(services.settings.pepper.get_secret_value().encode()).number(number)
    contact: dict[str, Any] = {
        "id": new_id(NOON), "controller_id": "acme", "person_key": key, "language": language,
        "data_source": "the Central Business Register", "checked_on": date(2026, 3, 2), "created_at": NOON,
    }  # fmt: skip
    consent = {"machine_consent_on": date(2026, 1, 5), "machine_consent_source": "a signed form"}
    insert_rows(services.database, ContactRow, contact | (consent if hears_machines else {}))
    at = {"controller_id": "acme", "number_key": key, "contact_id": contact["id"], "number": number}
    insert_rows(services.database, ContactNumberRow, at)
    return number


def heard_by(
    gateway: Gateway, simulator: Simulator, callee: str, answered_by: str, url: str, **detection: str
) -> dict[str, Any]:
    """The call that this callee gets, once it is over."""
    answered = {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 60, "answered_by": answered_by}
    simulator.set_outcomes(numbers={callee: answered})
    sid = gateway.sdk().calls.create(to=callee, from_=CALLER_ID, url=url, **detection).sid
    simulator.wait_until_idle()
    return simulator.call(str(sid))


def said_to(call: dict[str, Any]) -> list[str]:
    """The sentences that were spoken on this leg."""
    return [each["said"] for each in call["transcript"] if "said" in each]


def is_noted(gateway: Gateway, callee: str) -> bool:
    """Whether the attempt tells that a machine was about to speak and was kept from it."""
    attempt_id = attempts_at(gateway, callee)[0]["attempt_id"]
    of_it = select(AttemptEventRow.detail).where(AttemptEventRow.attempt_id == attempt_id)
    with gateway.services.database.reading() as connection:
        return any("machine_silenced" in detail for detail in connection.scalars(of_it))


@pytest.mark.parametrize("what", [None, "none"])
@pytest.mark.parametrize("detection", [AT_THE_END, AT_ONCE])
def test_a_machine_hears_nothing_unless_the_campaign_says_so_and_the_dialer_is_not_asked(
    gateway: Gateway, simulator: Simulator, dialer: TwimlServer, what: str | None, detection: dict[str, str]
) -> None:
    say_on_voicemail(gateway, what)
    callee = somebody(gateway)

    call = heard_by(gateway, simulator, callee, "machine_start", dialer.serve(ADVERT), **detection)

    assert (said_to(call), dialer.asked) == ([], [])
    assert int(call["call"]["duration"]) < 10
    assert attempts_at(gateway, callee)[0]["outcome"] == "voicemail"


def test_inline_instructions_are_not_what_a_machine_hears_either(gateway: Gateway, simulator: Simulator) -> None:
    say_on_voicemail(gateway, None)
    callee = somebody(gateway)
    plan = {"outcome": "completed", "ring_seconds": 1, "talk_seconds": 60, "answered_by": "machine_start"}
    simulator.set_outcomes(numbers={callee: plan})

    sid = gateway.sdk().calls.create(to=callee, from_=CALLER_ID, twiml=A_WHILE, **AT_ONCE).sid
    simulator.wait_until_idle()

    assert int(simulator.call(str(sid))["call"]["duration"]) < 10


@pytest.mark.parametrize("detection", [AT_THE_END, AT_THE_END | LATER])
def test_a_neutral_sentence_follows_the_greeting_in_the_language_of_whoever_was_called(
    gateway: Gateway, simulator: Simulator, dialer: TwimlServer, detection: dict[str, str]
) -> None:
    say_on_voicemail(gateway, "neutral")
    callee = somebody(gateway, language="sv")

    call = heard_by(gateway, simulator, callee, "machine_start", dialer.serve(A_WHILE), **detection)

    [sentence] = said_to(call)
    assert sentence == spoken("voicemail", "sv", controller="Acme ApS", number=spaced(CALLER_ID))
    assert attempts_at(gateway, callee)[0]["outcome"] == "voicemail"


@pytest.mark.parametrize("detection", [AT_ONCE, AT_ONCE | LATER])
def test_nothing_is_said_into_a_greeting(
    gateway: Gateway, simulator: Simulator, dialer: TwimlServer, detection: dict[str, str]
) -> None:
    say_on_voicemail(gateway, "neutral")

    call = heard_by(gateway, simulator, somebody(gateway), "machine_start", dialer.serve(A_WHILE), **detection)

    assert said_to(call) == []
    assert int(call["call"]["duration"]) < 10


@pytest.mark.parametrize("detection", [AT_THE_END, AT_THE_END | LATER])
def test_without_consent_to_machines_the_sentence_is_not_said_where_the_law_asks_for_one(
    gateway: Gateway, simulator: Simulator, dialer: TwimlServer, detection: dict[str, str]
) -> None:
    say_on_voicemail(gateway, "neutral")
    callee = somebody(gateway, hears_machines=False)

    call = heard_by(gateway, simulator, callee, "machine_start", dialer.serve(A_WHILE), **detection)

    assert said_to(call) == []
    assert int(call["call"]["duration"]) < 10
    assert is_noted(gateway, callee)


@pytest.mark.parametrize("detection", [AT_THE_END, AT_ONCE, AT_THE_END | LATER, AT_ONCE | LATER])
def test_a_person_hears_what_the_dialer_says(
    gateway: Gateway, simulator: Simulator, dialer: TwimlServer, detection: dict[str, str]
) -> None:
    say_on_voicemail(gateway, "neutral")
    callee = somebody(gateway)

    call = heard_by(gateway, simulator, callee, "human", dialer.serve(A_WHILE), **detection)

    assert len(dialer.asked) == 1
    assert int(call["call"]["duration"]) > 10
    assert attempts_at(gateway, callee)[0]["outcome"] == "answered"
