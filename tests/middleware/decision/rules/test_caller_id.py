import pytest

from middleware.decision.model import (
    CallerIdBar,
    CallerIdFacts,
    CallerIdRules,
    CallFacts,
    Dialling,
    NumberKind,
    Origin,
    Policy,
    Reason,
    Speaker,
    Standing,
)
from middleware.decision.rules.caller_id import (
    caller_id_directory,
    caller_id_lawful,
    caller_id_ours,
    caller_id_present,
)
from tests.builders import ORIGIN, a_caller_id, a_request, some_facts, some_policy

MOBILE, FIXED = NumberKind.MOBILE, NumberKind.FIXED
# as in France: no mobiles of the country, and for automated calls certain ranges alone
FRENCH = (
    CallerIdBar(ORIGIN, country="FR", kinds=frozenset({MOBILE}), prefixes=("+336", "+337")),
    CallerIdBar(ORIGIN, except_prefixes=("+33162", "+33163"), only_automated=True),
)


def showing(caller_id: CallerIdFacts | None, dialling: Dialling | None = Dialling.PREVIEW) -> CallFacts:
    return some_facts(request=a_request(caller_id=caller_id, dialling=dialling))


def with_bars(*bars: CallerIdBar) -> Policy:
    return some_policy(country="FR", caller_id=CallerIdRules(ORIGIN, bars=bars))


def test_a_call_that_withholds_its_number_is_refused_by_the_rule_about_that_alone() -> None:
    policy = some_policy(caller_id=CallerIdRules(ORIGIN, needs_directory=True, bars=FRENCH))
    hidden = showing(None)

    assert caller_id_present(hidden, policy).reason is Reason.CALLER_ID_MISSING
    assert [rule(hidden, policy).reason for rule in (caller_id_ours, caller_id_directory, caller_id_lawful)] == [
        None
    ] * 3


@pytest.mark.parametrize(
    ("standing", "needed", "reason"),
    [
        (Standing.OWNED, {Standing.OWNED, Standing.VERIFIED}, None),
        (Standing.VERIFIED, {Standing.OWNED, Standing.VERIFIED}, None),
        (Standing.UNKNOWN, {Standing.OWNED, Standing.VERIFIED}, Reason.CALLER_ID_NOT_OURS),
        (Standing.VERIFIED, {Standing.OWNED}, Reason.CALLER_ID_NOT_OURS),  # as in Austria
    ],
)
def test_a_number_that_is_not_ours_as_the_country_asks_is_not_shown(
    standing: Standing, needed: set[Standing], reason: Reason | None
) -> None:
    policy = some_policy(caller_id=CallerIdRules(ORIGIN, frozenset(needed)))

    verdict = caller_id_ours(showing(a_caller_id(standing=standing)), policy)

    assert verdict.reason is reason
    if reason:
        needs = tuple(sorted(each.value for each in needed))
        assert verdict.parameters == {"caller_id": "+4570101010", "needs": needs}


@pytest.mark.parametrize(
    ("needed", "listed", "reason"),
    [(True, False, Reason.CALLER_ID_NOT_IN_DIRECTORY), (True, True, None), (False, False, None)],
)
def test_where_callees_must_find_the_caller_the_number_stands_in_the_directory(
    needed: bool, listed: bool, reason: Reason | None
) -> None:
    policy = some_policy(caller_id=CallerIdRules(ORIGIN, needs_directory=needed))

    assert caller_id_directory(showing(a_caller_id(in_directory=listed)), policy).reason is reason


@pytest.mark.parametrize(
    ("number", "country", "kind", "dialling", "is_barred"),
    [
        ("+33612345678", "FR", MOBILE, Dialling.MANUAL, True),
        ("+33712345678", "FR", FIXED, Dialling.MANUAL, True),  # the range decides where the kind does not
        ("+33145678901", "FR", FIXED, Dialling.MANUAL, False),
        ("+33145678901", "FR", FIXED, Dialling.PREDICTIVE, True),
        ("+33145678901", "FR", FIXED, None, True),  # what is not said counts as automated
        ("+33162345678", "FR", FIXED, Dialling.PREDICTIVE, False),
        ("+4520123456", "DK", MOBILE, Dialling.MANUAL, False),
        ("+4520123456", None, MOBILE, Dialling.MANUAL, True),  # whose country is not known may be of this one
        ("+33945678901", "FR", NumberKind.UNKNOWN, Dialling.MANUAL, True),
        ("+33945678901", "FR", NumberKind.FIXED_OR_MOBILE, Dialling.MANUAL, True),
        ("+33945678901", "FR", NumberKind.VOIP, Dialling.MANUAL, False),
    ],
)
def test_a_number_that_the_country_bars_is_not_shown(
    number: str, country: str | None, kind: NumberKind, dialling: Dialling | None, is_barred: bool
) -> None:
    facts = showing(a_caller_id(number, country=country, kind=kind), dialling)

    verdict = caller_id_lawful(facts, with_bars(*FRENCH))

    assert verdict.reason is (Reason.CALLER_ID_UNLAWFUL if is_barred else None)


def test_a_machine_counts_as_automated_however_the_number_was_dialled() -> None:
    request = a_request(speaker=Speaker.MACHINE, caller_id=a_caller_id("+33145678901", country="FR"))

    assert caller_id_lawful(some_facts(request=request), with_bars(FRENCH[1])).reason is Reason.CALLER_ID_UNLAWFUL


def test_the_refusal_names_the_number_the_country_and_what_may_be_shown_instead() -> None:
    bar = CallerIdBar(Origin(ORIGIN.basis, "ARCEP 2022-1583"), except_prefixes=("+33162",))

    verdict = caller_id_lawful(showing(a_caller_id()), with_bars(bar))

    assert verdict.parameters == {"caller_id": "+4570101010", "country": "FR", "allowed": ("+33162",)}
    assert verdict.origin is bar.origin


def test_a_bar_without_kinds_and_ranges_bars_every_number_of_its_country() -> None:
    bar = CallerIdBar(ORIGIN, country="DK")

    assert caller_id_lawful(showing(a_caller_id()), with_bars(bar)).reason is Reason.CALLER_ID_UNLAWFUL
    assert caller_id_lawful(showing(a_caller_id("+46701", country="SE")), with_bars(bar)).reason is None
