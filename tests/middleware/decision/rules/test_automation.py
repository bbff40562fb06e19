from datetime import date

import pytest

from middleware.decision.model import CalleeFacts, CallFacts, Consent, Dialling, Reason, Speaker
from middleware.decision.rules.automation import automation_stated, free_agent, machine_consent
from tests.builders import a_request, some_facts, some_policy, utc

POLICY = some_policy()
HUMAN, MACHINE = Speaker.HUMAN, Speaker.MACHINE


@pytest.mark.parametrize(
    ("speaker", "dialling", "missing"),
    [
        (None, None, ("speaker", "dialling")),
        (None, Dialling.MANUAL, ("speaker",)),
        (HUMAN, None, ("dialling",)),
        (HUMAN, Dialling.MANUAL, None),
        (MACHINE, Dialling.PREVIEW, None),
    ],
)
def test_a_call_says_who_speaks_and_how_it_is_dialled(
    speaker: Speaker | None, dialling: Dialling | None, missing: tuple[str, ...] | None
) -> None:
    verdict = automation_stated(some_facts(request=a_request(speaker=speaker, dialling=dialling)), POLICY)

    assert verdict.reason is (Reason.AUTOMATION_NOT_STATED if missing else None)
    assert verdict.parameters.get("missing") == missing


def spoken_by(speaker: Speaker | None, consent: Consent | None, now: str = "2026-03-04 12:00") -> CallFacts:
    callee = CalleeFacts(machine_consent=consent)
    return some_facts(now=utc(now), callee=callee, request=a_request(speaker=speaker))


@pytest.mark.parametrize(
    ("consent", "reason", "changes_at"),
    [
        (None, Reason.AUTOMATION_NO_CONSENT, None),
        (Consent(date(2026, 3, 1)), None, None),
        (Consent(date(2026, 3, 1), has_source=False), Reason.AUTOMATION_NO_CONSENT, None),
        (Consent(date(2026, 3, 1), ends_on=date(2026, 3, 3)), Reason.AUTOMATION_NO_CONSENT, None),
        (Consent(date(2026, 3, 1), ends_on=date(2026, 3, 4)), Reason.AUTOMATION_NO_CONSENT, None),
        (Consent(date(2026, 3, 1), ends_on=date(2026, 3, 5)), None, "2026-03-05 10:00"),
        (Consent(date(2026, 3, 9)), Reason.AUTOMATION_NO_CONSENT, "2026-03-08 10:00"),
        (Consent(date(2026, 3, 9), ends_on=date(2026, 3, 8)), Reason.AUTOMATION_NO_CONSENT, None),
    ],
)
def test_a_machine_speaks_only_to_who_consented_to_machines(
    consent: Consent | None, reason: Reason | None, changes_at: str | None
) -> None:
    verdict = machine_consent(spoken_by(MACHINE, consent), POLICY)

    assert verdict.reason is reason
    assert (verdict.not_before if reason else verdict.until) == (utc(changes_at) if changes_at else None)


@pytest.mark.parametrize("speaker", [HUMAN, None])
def test_a_human_needs_no_consent_to_machines(speaker: Speaker | None) -> None:
    assert machine_consent(spoken_by(speaker, None), POLICY).reason is None


def test_a_consent_to_calls_is_none_to_machines() -> None:
    callee = CalleeFacts(call_consent=Consent(date(2026, 3, 1)))
    facts = some_facts(callee=callee, request=a_request(speaker=MACHINE))

    assert machine_consent(facts, POLICY).reason is Reason.AUTOMATION_NO_CONSENT


@pytest.mark.parametrize(
    ("dialling", "speaker", "free", "reason"),
    [
        (Dialling.PREDICTIVE, HUMAN, None, Reason.AUTOMATION_NO_FREE_AGENT),
        (Dialling.PREDICTIVE, HUMAN, 0, Reason.AUTOMATION_NO_FREE_AGENT),
        (Dialling.PREDICTIVE, HUMAN, -1, Reason.AUTOMATION_NO_FREE_AGENT),
        (Dialling.PREDICTIVE, HUMAN, 1, None),
        (Dialling.PREDICTIVE, None, None, Reason.AUTOMATION_NO_FREE_AGENT),
        (Dialling.PREDICTIVE, MACHINE, None, None),  # nobody waits for a human; the machine has its own rule
        (Dialling.PREVIEW, HUMAN, None, None),
        (Dialling.MANUAL, HUMAN, 0, None),
    ],
)
def test_numbers_are_dialled_ahead_only_while_a_human_is_free(
    dialling: Dialling, speaker: Speaker | None, free: int | None, reason: Reason | None
) -> None:
    request = a_request(speaker=speaker, dialling=dialling, free_agents=free)

    assert free_agent(some_facts(request=request), POLICY).reason is reason
