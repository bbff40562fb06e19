"""Which number a call shows: the one asked for as it is on file, or the first that may be shown to this callee."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.model import (
    CallerIdBar,
    CallerIdFacts,
    CallerIdRules,
    Dialling,
    NumberKind,
    Policy,
    Speaker,
    Standing,
)
from middleware.services.caller_ids import caller_id_of, read_caller_id
from middleware.store.catalogue import Campaign
from tests.builders import ORIGIN, a_caller_id, a_request, some_campaign, some_facts, some_policy

NUMBER = "+4570123499"


@pytest.mark.parametrize(
    "spelled",
    [NUMBER, " +45 70 12 34 99 ", "0045 70123499", "tel:+4570123499", "TEL:+45-70-12-34-99", "+45 (70) 12.34/99"],
)
def test_a_number_is_read_however_it_is_written(spelled: str) -> None:
    number = read_caller_id(spelled)

    assert number is not None
    assert number.e164 == NUMBER


def test_a_national_number_is_read_by_the_country_of_the_question() -> None:
    number = read_caller_id("70 12 34 99", "DK")

    assert number is not None
    assert number.e164 == NUMBER
    assert read_caller_id("70 12 34 99") is None


@pytest.mark.parametrize(
    "withheld",
    [
        None, "", "  ", "anonymous", "Anonymous", "ANONYMOUS", "Restricted", "unknown", "unavailable", "blocked",
        "private", "withheld", "+266696687", "+266 69 66 87", "00266696687", "tel:+266696687", "+7378742833",
        "+2562533", "+8656696", "+86282452253", "client:alice", "client:+4570123499", "Client:+4570123499",
        "sip:+4570123499@example.com", "sip:alice@example.com", "sips:+4570123499@example.com", "+4570123499;ext=5",
        "alice +4570123499", "1800FLOWERS", "+45", "+", "()", "*67 70123499", "#31#70123499",
    ],
)  # fmt: skip
def test_what_the_callee_could_not_ring_back_is_no_caller_id(withheld: str | None) -> None:
    assert read_caller_id(withheld) is None


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none_and_never_breaks(text: str) -> None:
    number = read_caller_id(text)

    assert number is None or (number.e164 is not None and number.e164[0] == "+" and number.e164[1:].isdigit())


OURS = a_caller_id(NUMBER)
VERIFIED = a_caller_id("+4570123400", standing=Standing.VERIFIED)
MOBILE = a_caller_id("+4520123456", kind=NumberKind.MOBILE)
UNLISTED = a_caller_id("+4570123401", in_directory=False)
GERMAN = a_caller_id("+493023125000", country="DE")


def shown(
    given: str | None,
    *on_file: CallerIdFacts,
    policy: Policy | None = None,
    speaker: Speaker = Speaker.HUMAN,
    dialling: Dialling = Dialling.MANUAL,
) -> CallerIdFacts | None:
    campaign = Campaign(some_campaign(), "Spring", {}, caller_ids=on_file)
    request = a_request(speaker=speaker, dialling=dialling, caller_id=None)
    return caller_id_of(some_facts(), request, given, None, campaign, policy)


def barring(*bars: CallerIdBar, standings: Sequence[Standing] = tuple(Standing), directory: bool = False) -> Policy:
    return some_policy(caller_id=CallerIdRules(ORIGIN, frozenset(standings), directory, bars))


NO_MOBILES = CallerIdBar(ORIGIN, kinds=frozenset({NumberKind.MOBILE}))
NO_FOREIGNERS = CallerIdBar(ORIGIN, country="DE")


def test_a_number_on_file_has_the_standing_it_has_there() -> None:
    assert shown("0045 70123400", OURS, VERIFIED, policy=some_policy()) == VERIFIED


def test_a_number_that_is_not_on_file_has_none() -> None:
    stranger = shown("+4520123456", OURS, policy=some_policy())

    assert stranger == CallerIdFacts("+4520123456", "DK", NumberKind.FIXED_OR_MOBILE, Standing.UNKNOWN)


def test_a_withheld_number_is_not_replaced_by_one_on_file() -> None:
    assert shown("anonymous", OURS, policy=some_policy()) is None


def test_a_number_asked_for_is_not_replaced_by_one_that_would_be_lawful() -> None:
    assert shown(MOBILE.number, MOBILE, OURS, policy=barring(NO_MOBILES)) == MOBILE


def test_of_two_entries_for_one_number_the_one_that_may_be_shown_counts() -> None:
    owned, verified = a_caller_id(NUMBER), a_caller_id(NUMBER, standing=Standing.VERIFIED)
    policy = barring(standings=[Standing.VERIFIED])

    assert shown(NUMBER, owned, verified, policy=policy) == verified


@pytest.mark.parametrize(
    ("on_file", "policy", "chosen"),
    [
        ((), some_policy(), None),
        ((OURS, VERIFIED), some_policy(), OURS),
        ((VERIFIED, OURS), some_policy(), VERIFIED),
        ((MOBILE, OURS), barring(NO_MOBILES), OURS),
        ((MOBILE, GERMAN, OURS, VERIFIED), barring(NO_MOBILES, NO_FOREIGNERS), OURS),
        ((OURS, VERIFIED), barring(standings=[Standing.VERIFIED]), VERIFIED),
        ((UNLISTED, OURS), barring(directory=True), OURS),
        ((MOBILE,), barring(NO_MOBILES), MOBILE),
        ((MOBILE, GERMAN), barring(NO_MOBILES, NO_FOREIGNERS), MOBILE),
        ((MOBILE, OURS), None, MOBILE),
    ],
    ids=["none on file", "first", "in their order", "no mobiles", "two bars", "verified ones only", "in the directory",
         "only an unlawful one", "all unlawful", "no policy"],
)  # fmt: skip
def test_where_none_is_asked_for_the_first_lawful_one_is_shown(
    on_file: tuple[CallerIdFacts, ...], policy: Policy | None, chosen: CallerIdFacts | None
) -> None:
    assert shown(None, *on_file, policy=policy) == chosen


@pytest.mark.parametrize(
    ("speaker", "dialling", "chosen"),
    [
        (Speaker.HUMAN, Dialling.PREVIEW, MOBILE),
        (Speaker.HUMAN, Dialling.PREDICTIVE, OURS),
        (Speaker.MACHINE, Dialling.MANUAL, OURS),
    ],
)
def test_how_the_call_is_made_decides_too_which_number_is_lawful(
    speaker: Speaker, dialling: Dialling, chosen: CallerIdFacts
) -> None:
    only_by_hand = CallerIdBar(ORIGIN, kinds=frozenset({NumberKind.MOBILE}), only_automated=True)

    assert shown(None, MOBILE, OURS, policy=barring(only_by_hand), speaker=speaker, dialling=dialling) == chosen
