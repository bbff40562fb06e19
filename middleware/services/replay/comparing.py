"""Whether a decision made again is the one that was logged, and if not, in what it differs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from middleware.decision.model import Decision
from middleware.services.asking import ReasonGiven, reasons_from_json, reasons_of, reasons_to_json
from middleware.store.decision_log import LoggedDecision


@dataclass(frozen=True, slots=True)
class Difference:
    """One decision that did not come out as it was logged; `what` names each thing that differs, then and now."""

    decision_id: str
    campaign_id: str
    what: str


def difference(logged: LoggedDecision, again: Decision) -> Difference | None:
    """None if the answer is identical: the verdict, every reason with all it tells, the times, what is left."""
    reasons = () if again.is_permitted else reasons_of(again)
    is_same = (
        logged.is_permitted == again.is_permitted
        and logged.attempts_left == again.attempts_left
        and logged.not_before == again.not_before
        and logged.policy_digest == again.policy_digest
        # equal texts are equal reasons; only others have to be taken apart
        and (logged.refusals == reasons_to_json(reasons) or _are_same(logged.refusals, reasons))
    )
    return None if is_same else Difference(logged.id, logged.campaign_id, "; ".join(_named(logged, again, reasons)))


def _are_same(logged: str, again: tuple[ReasonGiven, ...]) -> bool:
    then = reasons_from_json(logged)
    return len(then) == len(again) and all(map(_tell_the_same, then, again))


def _tell_the_same(then: ReasonGiven, now: ReasonGiven) -> bool:
    if then.message is not None:
        # the first edition kept a sentence in place of parameters: compared is what both editions keep
        now = replace(now, message=then.message, parameters=then.parameters, set_by=then.set_by)
    return then == now


def _named(logged: LoggedDecision, again: Decision, reasons: tuple[ReasonGiven, ...]) -> list[str]:
    then, now = reasons_from_json(logged.refusals), reasons
    pairs = (
        ("verdict", _verdict(logged.is_permitted), _verdict(again.is_permitted)),
        ("reasons", _codes(then), _codes(now)),
        ("not before", _time(logged.not_before), _time(again.not_before)),
        ("attempts left", str(logged.attempts_left), str(again.attempts_left)),
        ("policy", str(logged.policy_digest), str(again.policy_digest)),
    )
    named = [f"{what} was {before}, is {after}" for what, before, after in pairs if before != after]
    return named or ["the details of the reasons differ"]


def _verdict(is_permitted: bool) -> str:
    return "permitted" if is_permitted else "refused"


def _codes(reasons: tuple[ReasonGiven, ...]) -> str:
    return ", ".join(reason.code for reason in reasons) or "none"


def _time(at: datetime | None) -> str:
    return "never" if at is None else at.isoformat()
