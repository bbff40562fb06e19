"""What becomes of a call: by callee number, by its last two digits, else by seeded chance."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final


class Ending(StrEnum):
    """How a call that nobody interferes with ends."""

    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


class LineType(StrEnum):
    """What Twilio Lookup calls the line that a number leads to."""

    LANDLINE = "landline"
    MOBILE = "mobile"
    FIXED_VOIP = "fixedVoip"
    NON_FIXED_VOIP = "nonFixedVoip"
    PERSONAL = "personal"
    TOLL_FREE = "tollFree"
    PREMIUM = "premium"
    SHARED_COST = "sharedCost"
    UAN = "uan"
    VOICEMAIL = "voicemail"
    PAGER = "pager"
    UNKNOWN = "unknown"


SIP_RESPONSE_CODES: Final[Mapping[Ending, int]] = {
    Ending.COMPLETED: 200,
    Ending.BUSY: 486,
    Ending.NO_ANSWER: 487,
    Ending.FAILED: 404,
}
HUMAN: Final = "human"
MACHINE: Final = "machine_start"


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen to one call, in simulated seconds; `answered_by` is human or machine_start."""

    ending: Ending
    post_dial_seconds: float
    ring_seconds: float
    talk_seconds: int
    answered_by: str
    sip_response_code: int
    detection_seconds: float
    digits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What is fixed for a number; None leaves it to chance. `refused` is the error code of a create, `digits` what is
    pressed, one after the other, whenever keys are asked for."""

    outcome: Ending | None = None
    ring_seconds: float | None = None
    talk_seconds: int | None = None
    answered_by: str | None = None
    sip_response_code: int | None = None
    refused: int | None = None
    digits: tuple[str, ...] = ()
    line_type: LineType | None = None


# The last two digits of a callee decide, unless an outcomes file says otherwise.
DEFAULT_ENDINGS: Final[Mapping[str, Rule]] = {
    "90": Rule(Ending.COMPLETED, ring_seconds=5, talk_seconds=60, answered_by=HUMAN),
    "91": Rule(Ending.BUSY, ring_seconds=2),
    "92": Rule(Ending.NO_ANSWER),
    "93": Rule(Ending.FAILED),
    "94": Rule(Ending.COMPLETED, ring_seconds=20, talk_seconds=25, answered_by=MACHINE),
    "95": Rule(Ending.COMPLETED, ring_seconds=8, talk_seconds=2, answered_by=HUMAN),
    "97": Rule(Ending.FAILED, sip_response_code=503),
}
# softphones and SIP telephones: whoever sits there wants the call
_OWN_PEOPLE: Final = Rule(Ending.COMPLETED, ring_seconds=2, talk_seconds=600, answered_by=HUMAN)
DEFAULT_WEIGHTS: Final[Mapping[Ending, float]] = {
    Ending.COMPLETED: 50,
    Ending.NO_ANSWER: 30,
    Ending.BUSY: 12,
    Ending.FAILED: 8,
}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The whole table; spans are (least, most) simulated seconds, shares and weights of any sum above 0."""

    numbers: Mapping[str, Rule]
    endings: Mapping[str, Rule]
    weights: Mapping[Ending, float]
    machine_share: float = 0.25
    ring_seconds: tuple[float, float] = (4.0, 25.0)
    talk_seconds: tuple[float, float] = (5.0, 180.0)

    def rule_for(self, callee: str) -> Rule:
        """The rule of the number itself, else of its last two digits, else an empty one."""
        last_digits = re.search(r"\d\d$", callee)
        ending = self.endings.get(last_digits.group()) if last_digits else None
        return self.numbers.get(callee) or ending or (_OWN_PEOPLE if ":" in callee else Rule())

    def plan_for(self, callee: str, chance: Random) -> Plan:
        """The same callee and the same state of `chance` always give the same plan."""
        rule = self.rule_for(callee)
        ending = chance.choices(list(self.weights), list(self.weights.values()))[0]
        drawn = Plan(
            ending=ending,
            post_dial_seconds=chance.uniform(0.5, 2.0),
            ring_seconds=chance.uniform(*self.ring_seconds),
            # short conversations are the common ones
            talk_seconds=round(chance.triangular(*self.talk_seconds, self.talk_seconds[0])),
            answered_by=MACHINE if chance.random() < self.machine_share else HUMAN,
            sip_response_code=SIP_RESPONSE_CODES[ending],
            detection_seconds=chance.uniform(2.0, 4.0),
        )
        return _ruled(drawn, rule)


def _ruled(drawn: Plan, rule: Rule) -> Plan:
    ending = rule.outcome or drawn.ending
    return Plan(
        ending=ending,
        post_dial_seconds=drawn.post_dial_seconds,
        ring_seconds=drawn.ring_seconds if rule.ring_seconds is None else rule.ring_seconds,
        talk_seconds=drawn.talk_seconds if rule.talk_seconds is None else rule.talk_seconds,
        answered_by=rule.answered_by or drawn.answered_by,
        sip_response_code=rule.sip_response_code or SIP_RESPONSE_CODES[ending],
        detection_seconds=drawn.detection_seconds,
        digits=rule.digits,
    )


DEFAULT_OUTCOMES: Final = Outcomes(numbers={}, endings=DEFAULT_ENDINGS, weights=DEFAULT_WEIGHTS)
