"""What becomes of a call: tables, last digits, seeded chance, and the file that sets them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import requests
from twilio.rest import Client

from scripts.twilio_simulator.chance import dice
from scripts.twilio_simulator.outcomes import DEFAULT_ENDINGS, DEFAULT_OUTCOMES, HUMAN, Ending, Outcomes, Rule
from scripts.twilio_simulator.outcomes_file import InvalidOutcomes, load_outcomes
from tests.simulator import Simulator

UNRULED = "+4512345600"


def table(**changes: Any) -> Outcomes:
    return Outcomes(**{"numbers": {}, "endings": {}, "weights": DEFAULT_OUTCOMES.weights, **changes})


def test_a_number_of_the_table_goes_before_its_last_digits() -> None:
    outcomes = table(numbers={"+4512345691": Rule(Ending.FAILED)}, endings={"91": Rule(Ending.BUSY)})

    assert outcomes.plan_for("+4512345691", dice(1)).ending is Ending.FAILED
    assert outcomes.plan_for("+4687654391", dice(1)).ending is Ending.BUSY


@pytest.mark.parametrize(("digits", "rule"), DEFAULT_ENDINGS.items())
def test_the_built_in_endings_hold_for_any_number(digits: str, rule: Rule) -> None:
    plans = [DEFAULT_OUTCOMES.plan_for(f"+46701234{n:02}{digits}", dice(n)) for n in range(20)]

    assert DEFAULT_OUTCOMES.rule_for(f"+467012340{digits}") == rule
    if rule.outcome is not None:
        assert {plan.ending for plan in plans} == {rule.outcome}
    if rule.talk_seconds is not None:
        assert {plan.talk_seconds for plan in plans} == {rule.talk_seconds}


@pytest.mark.parametrize("address", ["sip:anna@pbx.example", "client:anna"])
def test_whoever_sits_at_a_softphone_or_a_sip_telephone_answers(address: str) -> None:
    plans = [DEFAULT_OUTCOMES.plan_for(address, dice(n)) for n in range(20)]

    assert {(plan.ending, plan.answered_by) for plan in plans} == {(Ending.COMPLETED, HUMAN)}


def test_the_same_seed_plans_the_same_call() -> None:
    plans = [DEFAULT_OUTCOMES.plan_for(UNRULED, dice(7, "outcome", 3)) for _ in range(2)]

    assert plans[0] == plans[1]
    assert plans[0] != DEFAULT_OUTCOMES.plan_for(UNRULED, dice(8, "outcome", 3))


def test_chance_keeps_to_weights_shares_and_spans() -> None:
    outcomes = table(
        weights={Ending.COMPLETED: 3, Ending.BUSY: 1},
        machine_share=0.5,
        ring_seconds=(2.0, 3.0),
        talk_seconds=(10.0, 20.0),
    )

    plans = [outcomes.plan_for(UNRULED, dice(7, number)) for number in range(2000)]

    endings = Counter(plan.ending for plan in plans)
    assert set(endings) == {Ending.COMPLETED, Ending.BUSY}
    assert endings[Ending.COMPLETED] / 2000 == pytest.approx(0.75, abs=0.04)
    assert sum(plan.answered_by == "machine_start" for plan in plans) / 2000 == pytest.approx(0.5, abs=0.04)
    assert all(2 <= plan.ring_seconds <= 3 and 10 <= plan.talk_seconds <= 20 for plan in plans)


JSON = json.dumps({"numbers": {"+4512345678": {"outcome": "busy", "ring_seconds": 3}}, "weights": {"failed": 1}})
TOML = '[numbers."+4512345678"]\noutcome = "busy"\nring_seconds = 3\n[weights]\nfailed = 1\n'
YAML = 'numbers: {"+4512345678": {outcome: busy, ring_seconds: 3}}\nweights: {failed: 1}\n'


@pytest.mark.parametrize(("name", "text"), [("o.json", JSON), ("o.toml", TOML), ("o.yaml", YAML), ("o.yml", YAML)])
def test_a_table_can_be_written_in_three_formats(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    outcomes = load_outcomes(tmp_path / name)

    assert outcomes.rule_for("+4512345678") == Rule(Ending.BUSY, ring_seconds=3)
    assert outcomes.plan_for(UNRULED, dice(1)).ending is Ending.FAILED
    assert outcomes.rule_for("+4512345691") == DEFAULT_ENDINGS["91"]


def test_endings_of_the_file_replace_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "o.json").write_text('{"endings": {}}', encoding="utf-8")

    assert load_outcomes(tmp_path / "o.json").rule_for("+4512345691") == Rule()


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("o.json", "{", "Expecting property name"),
        ("o.toml", "= 1", "Invalid statement"),
        ("o.yaml", "a: [", "expected the node content"),
        ("o.txt", "{}", "name the file .json"),
        ("o.json", '{"outcomes": {}}', "outcomes: Extra inputs"),
        ("o.json", '{"numbers": {"12345678": {}}}', "numbers.12345678"),
        ("o.json", '{"numbers": {"+4512345678": {"outcome": "engaged"}}}', "numbers.+4512345678.outcome"),
        ("o.json", '{"numbers": {"+4512345678": {"refused": 20003}}}', "refused must be one of"),
        ("o.json", '{"endings": {"123": {}}}', "endings.123"),
        ("o.json", '{"weights": {"busy": 0}}', "at least one of the weights"),
        ("o.json", '{"machine_share": 2}', "machine_share"),
    ],
)
def test_a_faulty_table_is_refused_with_the_place_of_the_fault(
    tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(InvalidOutcomes) as raised:
        load_outcomes(tmp_path / name)

    assert complaint in str(raised.value)
    assert name in str(raised.value) or "name the file" in str(raised.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidOutcomes, match=r"none\.json"):
        load_outcomes(tmp_path / "none.json")


def test_outcomes_can_be_changed_while_it_runs_until_the_next_reset(simulator: Simulator, client: Client) -> None:
    def ending() -> str:
        client.calls.create(to="+4512345600", from_="+4511111111", twiml="<Response/>")
        simulator.wait_until_idle()
        return str(client.calls.list(limit=1)[0].status)

    simulator.set_outcomes(numbers={"+4512345600": {"outcome": "busy"}})
    assert ending() == "busy"
    simulator.reset()
    assert ending() == "completed"


@pytest.mark.parametrize("table", ["{", '{"numbers": {"1": {}}}', "[]"])
def test_outcomes_that_make_no_sense_change_nothing(simulator: Simulator, table: str) -> None:
    answer = requests.put(f"{simulator.url}/control/outcomes", table, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"]
