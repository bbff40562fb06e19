"""Whose telephone dials, for which campaign, and what it dialled."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from middleware.phone_numbers import parse
from middleware.services.routes.dialling_agents import Calling, Dialled, agents_at, calling_for, target_of
from middleware.store.catalogue import Agent, Catalogue

HOST = "acme.sip.example"


def an_agent(address: str, controller: str = "acme", *campaigns: str) -> Agent:
    return Agent(controller, address, "Mette", "da", campaigns or ("spring",), True)


def a_catalogue(*agents: Agent) -> Catalogue:
    found: dict[str, tuple[Agent, ...]] = {}
    for agent in agents:
        found[agent.address] = (*found.get(agent.address, ()), agent)
    return Catalogue(1, (), {}, {}, {}, agents=found)


NAMED, DOMAIN = an_agent(f"sip:mette@{HOST}"), an_agent(f"sip:@{HOST}")
ABROAD = an_agent(f"sip:@{HOST}", "beta", "autumn")
CATALOGUE = a_catalogue(NAMED, DOMAIN, an_agent("client:mette"), an_agent(f"sip:201202@{HOST}"))


def test_a_person_goes_before_their_whole_domain() -> None:
    assert agents_at(CATALOGUE, f"sip:mette@{HOST}") == (NAMED,)
    assert agents_at(CATALOGUE, f"sip:bo@{HOST}") == (DOMAIN,)


def test_a_domain_that_another_controller_has_on_file_too_is_theirs_as_well() -> None:
    assert agents_at(a_catalogue(NAMED, DOMAIN, ABROAD), f"sip:mette@{HOST}") == (NAMED, ABROAD)


@pytest.mark.parametrize(
    "address",
    ["", "client:", "client:bo", "mette", f"sip:@{HOST}", "sip:mette@other.example", "client:Mette", f"sip:a@b@{HOST}",
     f"sip:mette@{HOST}.evil.example", f"sip:mette@evil.example;x=@{HOST}x"],
)  # fmt: skip
def test_nobody_else_is_one_of_ours(address: str) -> None:
    found = agents_at(CATALOGUE, address)

    assert found == () or address == f"sip:@{HOST}"  # which no telephone can log in as


def test_the_usual_campaign_is_the_first_and_others_are_chosen_by_name() -> None:
    agent = an_agent("client:mette", "acme", "spring", "summer")

    assert calling_for((agent,), None) == Calling(agent, "spring")
    assert calling_for((agent,), "summer") == Calling(agent, "summer")
    assert calling_for((agent,), "autumn") is None
    assert calling_for((), None) is None


def test_of_two_controllers_the_campaign_decides() -> None:
    both = (an_agent("client:mette"), an_agent("client:mette", "beta", "autumn"))

    assert calling_for(both, None) is None
    assert calling_for(both, "autumn") == Calling(both[1], "autumn")


TARGETS = [
    ("+45 32 12 34 56", "+45 32 12 34 56"),
    ("client:bo", "client:bo"),
    (f"sip:+4532123456@{HOST}:5061;transport=tls", "+4532123456"),
    (f"sip:004532123456@{HOST}", "+4532123456"),
    (f"sip:4532123456@{HOST}", "+4532123456"),
    (f"sip:%2B4532123456@{HOST}", "+4532123456"),
    (f"sip:+4532123456;phone-context=x@{HOST}", "+4532123456"),
    (f"sip:201202@{HOST}", f"sip:201202@{HOST}"),  # on file by name
    (f"sip:201203@{HOST}", None),
    (f"sip:32123456@{HOST}", None),
    (f"sip:201@{HOST}?X-Header=1", f"sip:201@{HOST}"),
    (f"sip:bo@{HOST};user=phone", f"sip:bo@{HOST}"),
    ("sip:", None),
    ("", None),
    ("  ", None),
]


@pytest.mark.parametrize(("dialled", "asked"), TARGETS)
def test_what_is_dialled_is_a_whole_number_a_person_or_nothing(dialled: str, asked: str | None) -> None:
    assert target_of(CATALOGUE, dialled) == asked


@given(st.text(alphabet="+0123456789 .-()/%2Bb", max_size=24))
@example("+45%2032123456")
def test_digits_in_a_sip_address_are_a_number_that_exists_or_nothing_or_an_extension(user: str) -> None:
    found = target_of(CATALOGUE, f"sip:{user}@{HOST}")

    if found is not None and found.startswith("+"):
        assert parse(found).e164 == found
    elif found is not None:
        name = found.partition("@")[0].removeprefix("sip:")
        assert any(each.isalpha() for each in name) or sum(each.isdigit() for each in name) < 5


@given(st.text(max_size=40), st.text(max_size=40))
def test_two_deliveries_are_one_occasion_only_if_call_and_mark_are_the_same(sid: str, mark: str) -> None:
    one = Dialled(sid, mark, "client:mette", "+4532123456")

    assert one.event == Dialled(sid, mark, "client:bo", "112").event
    assert one.event != Dialled(sid, f"{mark}x", "client:mette", "+4532123456").event
    assert len(one.event) == 64
