"""Who may be rung without being asked about: people on file, softphones, own SIP domains, and nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.services.own_people import OwnPerson, Telephone, Unreachable, whom
from middleware.store.catalogue import Agent, Catalogue

HOST = "acme.sip.twilio.com"
MOBILE = "+4520123456"


def an_agent(address: str, controller: str = "acme") -> Agent:
    return Agent(controller, address, "Mette", "da", ("spring",), True)


ON_FILE = ("client:mette", MOBILE, f"sip:@{HOST}", "sip:bo@pbx.acme.example", "sip:1234567@pbx.acme.example")
CATALOGUE = Catalogue(1, (), {}, {}, {}, agents={address: (an_agent(address),) for address in ON_FILE})


@pytest.mark.parametrize(
    ("given", "rung", "is_on_file"),
    [
        ("client:mette", "client:mette", True),
        (" CLIENT:mette?to=+4532123456 ", "client:mette", True),
        ("client:nobody", "client:nobody", False),
        (MOBILE, MOBILE, True),
        ("0045 20 12 34 56", MOBILE, True),
        ("tel:+45-20-12-34-56", MOBILE, True),
        (f"sip:%2B4520123456@{HOST}", MOBILE, True),
        ("sip:004520123456@evil.example", MOBILE, True),
        (f"sip:anna@{HOST}", f"sip:anna@{HOST}", True),
        (f"sip:101@{HOST};transport=tls", f"sip:101@{HOST};transport=tls", True),
        ("SIP:Bo@PBX.acme.example", "SIP:Bo@PBX.acme.example", True),
        ("sip:1234567@pbx.acme.example", "sip:1234567@pbx.acme.example", True),
    ],
)
def test_our_own_people_are_known_in_any_spelling(given: str, rung: str, is_on_file: bool) -> None:
    found = whom(CATALOGUE, "acme", given)

    assert isinstance(found, OwnPerson)
    assert (found.address, found.agent is not None) == (rung, is_on_file)
    assert found.language == ("da" if is_on_file else "en")


@pytest.mark.parametrize(
    "given",
    [
        "sip:anna@elsewhere.example",
        f"sip:anna@{HOST}.evil.example",
        f"sip:anna@evil.example;x=@{HOST}",
        f"sip:anna@evil.example?x-a=@{HOST}",
        f"sip:anna@{HOST};maddr=192.0.2.7",
        f"sip:anna@{HOST}?Route=%3Csip:evil.example%3E",
        f"sip:32123456@{HOST}",
        f"sip:9,32123456@{HOST}",
        f"sip:*31%23+4532123456@{HOST}",
        "sip:carl@pbx.acme.example",  # one user of that domain is on file, not all of them
        "sim:DE0123",
        "whatsapp:+4532123456",
        "sip:",
    ],
)
def test_whom_nobody_knows_is_not_rung(given: str) -> None:
    assert isinstance(whom(CATALOGUE, "acme", given), Unreachable)


@pytest.mark.parametrize("given", [MOBILE, f"sip:{MOBILE}@{HOST}", "sip:004520123456@pbx.acme.example"])
def test_the_agent_of_one_controller_is_a_stranger_to_another(given: str) -> None:
    assert isinstance(whom(CATALOGUE, "beta", given), Telephone)
    assert isinstance(whom(CATALOGUE, "beta", f"sip:anna@{HOST}"), Unreachable)


@given(
    st.sampled_from(["+4532123456", "+12125550123", "+442079460958"]),
    st.sampled_from(["sip:", "SIPS:", "sips:"]),
    st.sampled_from(["+", "%2B", "00", ""]),
    st.sampled_from(["", ";user=phone", ":pw", ";ext=7"]),
    st.sampled_from([HOST, "pbx.acme.example", "elsewhere.example", HOST.upper(), f"{HOST}:5061"]),
)
def test_a_number_is_asked_about_in_whatever_sip_domain_it_stands(
    number: str, scheme: str, plus: str, more: str, host: str
) -> None:
    assert whom(CATALOGUE, "acme", f"{scheme}{plus}{number[1:]}{more}@{host}") == Telephone(number)


@given(st.text(max_size=60), st.sampled_from(["", "sip:", "tel:", "client:"]))
def test_nothing_becomes_one_of_ours_by_chance(text: str, scheme: str) -> None:
    found = whom(CATALOGUE, "beta", f"{scheme}{text}")  # which has nobody on file

    assert not isinstance(found, OwnPerson) or found.address.startswith("client:")
