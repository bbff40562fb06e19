"""Machines and dialling ahead: a human speaks and is there, or the callee agreed to a machine."""

from __future__ import annotations

from middleware.decision.model import CallFacts, Dialling, Policy, Reason, Speaker, Verdict
from middleware.decision.rules.gates import consent_ends, day_begins_somewhere, in_force

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
    return Verdict("automation_stated", Reason.AUTOMATION_NOT_STATED, {"missing": missing}, policy.automation.machine)


def machine_consent(facts: CallFacts, policy: Policy) -> Verdict:
    """A machine speaks only to callees who consented to that (ePrivacy art. 13(1)); an AI voice is a machine."""
    if policy.automation is None or facts.request.speaker is not Speaker.MACHINE:
        return _MACHINE
    given = facts.callee.machine_consent
    if given is not None and in_force(given, facts.now):
        ends = consent_ends(given)
        return _MACHINE if ends is None else Verdict("machine_consent", until=ends)
    begins = None if given is None or not given.has_source else day_begins_somewhere(given.given_on)
    is_to_come = given is not None and begins is not None and facts.now < begins
    if given is not None and given.ends_on is not None and given.ends_on < given.given_on:
        is_to_come = False
    not_before = begins if is_to_come else None
    return Verdict("machine_consent", Reason.AUTOMATION_NO_CONSENT, {}, policy.automation.machine, not_before)


def free_agent(facts: CallFacts, policy: Policy) -> Verdict:
    """A number is dialled ahead only while a human is free to answer, so that nobody picks up to silence."""
    request = facts.request
    if policy.automation is None or request.dialling is not Dialling.PREDICTIVE or request.speaker is Speaker.MACHINE:
        return _AGENT
    if request.free_agents is not None and request.free_agents > 0:
        return _AGENT
    return Verdict("free_agent", Reason.AUTOMATION_NO_FREE_AGENT, {}, policy.automation.predictive)
