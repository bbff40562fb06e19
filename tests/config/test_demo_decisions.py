"""Every call of the demonstration is decided as its list says it will be, for the reason that it names."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from middleware.decision.model import Reason
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.precall import Precall
from middleware.services.setting_up import SettingUp
from middleware.settings import REPOSITORY
from middleware.store.database import Database
from tests.reserving import MORNING, PEPPER, a_gate, a_question, clock_showing
from tests.rows import migrated

DEMO = REPOSITORY / "config" / "demo"
CALLS = list(csv.DictReader((DEMO / "calls.csv").open(encoding="utf-8")))
# what the list says, and the reasons that are given then
SHOWN: dict[str, set[Reason]] = {
    "suppressed number": {Reason.SUPPRESSION_NUMBER},
    "suppressed person": {Reason.SUPPRESSION_PERSON},
    "suppressed company": {Reason.SUPPRESSION_COMPANY},
    "suppressed prefix": {Reason.SUPPRESSION_PREFIX},
    "suppressed number and prefix": {Reason.SUPPRESSION_NUMBER, Reason.SUPPRESSION_PREFIX},
    "sole trader and no wash against the Robinson list": {Reason.REGISTER_NOT_WASHED},
    "no wash against the Belgian register": {Reason.REGISTER_NOT_WASHED},
    "sole trader without consent": {Reason.LEGAL_BASIS_CONSENT_MISSING},
    "partnership without consent and suppressed prefix": {
        Reason.LEGAL_BASIS_CONSENT_MISSING,
        Reason.SUPPRESSION_PREFIX,
    },
    "no recorded reason why this person presumably wants the call": {Reason.LEGAL_BASIS_PROSPECT_REASON_MISSING},
    "the company's entry in the register forbids advertising": {Reason.DATA_ADVERT_PROTECTED},
    "suppressed number of a company whose entry forbids advertising": {
        Reason.SUPPRESSION_NUMBER,
        Reason.DATA_ADVERT_PROTECTED,
    },
    "an outdated list": {Reason.DATA_OUTDATED},
    "out of hours: the contact is in New Zealand": {Reason.HOURS_OUTSIDE_WINDOW},
    "out of hours of the campaign": {Reason.HOURS_OUTSIDE_WINDOW},
    "promised for later": {Reason.HOURS_PROMISED_LATER},
    "a caller ID that another controller has on file": {Reason.CALLER_ID_NOT_OURS},
    "a machine and no consent to it": {Reason.AUTOMATION_NO_CONSENT},
    "closed campaign": {Reason.CAMPAIGN_CLOSED},
    "no rules for the country": {Reason.NUMBER_COUNTRY_CLOSED},
    "no number that can exist": {Reason.NUMBER_INVALID},
    "emergency number": {Reason.NUMBER_EMERGENCY},
}
AGAIN = (
    "same callee again, in another campaign of the controller",
    "the very same request again: taken as the same call",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Database:
    path: Path = tmp_path_factory.mktemp("demo") / "store.sqlite3"
    database = migrated(f"sqlite:///{path}")
    setting_up = SettingUp(database, clock_showing(MORNING), PEPPER)
    setting_up.load(setting_up.read(DEMO))
    return database


@pytest.fixture
def gate(store: Database) -> Precall:
    return a_gate(store, clock_showing(MORNING))


@pytest.mark.parametrize(
    "call", [call for call in CALLS if call["shows"] not in AGAIN], ids=lambda call: call["callee"]
)
def test_a_call_is_decided_as_the_list_says(store: Database, gate: Precall, call: dict[str, str]) -> None:
    credential = CurrentCatalogue(store).get().credentials[f"demo-{call['campaign']}"]
    question = a_question(call["callee"], call["campaign"], caller_id=call["caller_id"])

    decision = gate.consider(question, credential).decision

    expected = set() if call["shows"].startswith("permitted") else SHOWN[call["shows"]]
    reasons = {verdict.reason for verdict in decision.refusals}
    assert decision.is_permitted == call["shows"].startswith("permitted"), reasons
    if call["callee"] in {"112", "+4568"}:  # what is no number fails other rules, too
        assert reasons >= expected
    else:
        assert reasons == expected


def test_all_that_can_be_shown_is_in_the_list() -> None:
    assert {call["shows"] for call in CALLS if not call["shows"].startswith("permitted")} == {*SHOWN, *AGAIN}


def test_it_is_a_good_mix() -> None:
    permitted = sum(call["shows"].startswith("permitted") for call in CALLS)

    assert permitted >= 36
    assert len(SHOWN) <= len(CALLS) - permitted <= 30
