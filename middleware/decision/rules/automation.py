"""Machines and dialling ahead: a human speaks and is there, or the callee agreed to a machine."""

from __future__ import annotations

from middleware.decision.model import CallFacts, Dialling, Policy, Reason, Speaker, Verdict
from middleware.decision.rules.gates import while_consenting
from middleware.decision.rules.spans import standing

_STATED = Verdict("automation_stated")
_MACHINE = Verdict("machine_consent")
_AGENT = Verdict("free_agent")


def automation_stated(facts: CallFacts, policy: Policy) -> Verdict:
    """It is known whether a human or a machine speaks, and how the number is dialled."""
    request = facts.request
    if policy.automation is None or (request.speaker is not None and request.dialling is not None):
        return _STATED
    stated = (("speaker", request.speaker), ("dialling", request.dialling))
    missing = tuple(name for name, value in stated if value is None)
    origin = policy.automation.machine if request.speaker is None else policy.automation.predictive
    return Verdict("automation_stated", Reason.AUTOMATION_NOT_STATED, {"missing": missing}, origin)


def machine_consent(facts: CallFacts, policy: Policy) -> Verdict:
    """A machine speaks only to callees who consented to that (ePrivacy art. 13(1)); an AI voice is a machine."""
    if policy.automation is None or facts.request.speaker is not Speaker.MACHINE:
        return _MACHINE
    consents, changes_at = standing(while_consenting(facts.callee.machine_consent), facts.now)
    if consents:
        return _MACHINE if changes_at is None else Verdict("machine_consent", until=changes_at)
    return Verdict("machine_consent", Reason.AUTOMATION_NO_CONSENT, {}, policy.automation.machine, changes_at)


def free_agent(facts: CallFacts, policy: Policy) -> Verdict:
    """A number is dialled ahead only while a human is free to answer, so that nobody picks up to silence."""
    request = facts.request
    if policy.automation is None or request.dialling is not Dialling.PREDICTIVE or request.speaker is Speaker.MACHINE:
        return _AGENT
    if request.free_agents is not None and request.free_agents > 0:
        return _AGENT
    return Verdict("free_agent", Reason.AUTOMATION_NO_FREE_AGENT, {}, policy.automation.predictive)
