"""Whatever the rules can refuse, for whatever facts and figures, can be told in full."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from middleware.decision.engine import decide
from middleware.decision.model import CallFacts, Policy
from middleware.explanations import LANGUAGES, explain, title_of
from middleware.services.asking import reasons_from_json, reasons_of, reasons_to_json
from tests.strategies import cases


@given(cases(), st.sampled_from(LANGUAGES))
def test_every_refusal_of_any_facts_by_any_figures_is_told_in_full(
    case: tuple[CallFacts, Policy], language: str
) -> None:
    facts, policy = case

    for reason in reasons_from_json(reasons_to_json(reasons_of(decide(facts, policy)))):
        said = explain(reason, language)
        assert said.what != f"{title_of(reason.code, language)}.", "a figure is missing"
        assert reason.code not in said.what
        assert not {"{", "}"} & set(said.what + said.why + said.next_step)
        assert reason.source is None or reason.source == reason.set_by or reason.source in said.why
        assert len(said.next_step) > 20
