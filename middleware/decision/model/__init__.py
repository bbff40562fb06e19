"""The words of the decision core: what a rule may ask (`CallFacts`), its answer (`Verdict`), the whole (`Decision`).

All datetimes are aware and in UTC; local time appears only inside the calendar. All classes are immutable.
"""

from middleware.decision.model.answers import (
    Decision,
    Verdict,
)
from middleware.decision.model.facts import (
    BalancingTest,
    CalleeFacts,
    CallFacts,
    CampaignFacts,
    History,
    NumberFacts,
    PastAttempt,
    SuppressionHit,
)
from middleware.decision.model.policy import (
    CallingHours,
    Cap,
    Gate,
    GateKind,
    Origin,
    Policy,
    PolicyProblem,
    Spacing,
    Window,
)
from middleware.decision.model.words import (
    Audience,
    Basis,
    LegalForm,
    NumberKind,
    Outcome,
    PlacedBy,
    Reason,
    Scope,
    Subject,
)

__all__ = [
    "Audience",
    "BalancingTest",
    "Basis",
    "CallFacts",
    "CalleeFacts",
    "CallingHours",
    "CampaignFacts",
    "Cap",
    "Decision",
    "Gate",
    "GateKind",
    "History",
    "LegalForm",
    "NumberFacts",
    "NumberKind",
    "Origin",
    "Outcome",
    "PastAttempt",
    "PlacedBy",
    "Policy",
    "PolicyProblem",
    "Reason",
    "Scope",
    "Spacing",
    "Subject",
    "SuppressionHit",
    "Verdict",
    "Window",
]
