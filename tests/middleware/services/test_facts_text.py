"""What a decision keeps of its facts can be read back by the core, whoever wrote it."""

import orjson
from hypothesis import given, settings
from middleware.decision.encoding import facts_from_json, facts_to_json

from middleware.decision.model import CallFacts, Policy
from middleware.services.facts import facts_text
from tests.strategies import cases


@settings(max_examples=150, deadline=None)
@given(cases())
def test_facts_are_written_as_the_core_writes_them_and_read_back_the_same(case: tuple[CallFacts, Policy]) -> None:
    facts = case[0]

    written = facts_text(facts)

    assert written == orjson.dumps(facts_to_json(facts)).decode()
    assert facts_from_json(orjson.loads(written)) == facts
