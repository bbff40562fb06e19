"""All tables. Importing this package fills `Base.metadata`."""

from middleware.store.models.attempts import (
    AttemptEventRow,
    AttemptRow,
    DecisionRow,
    GuardRow,
    StatusReportRow,
)
from middleware.store.models.base import Base
from middleware.store.models.catalogue import (
    CallerIdRow,
    CampaignRow,
    ControllerRow,
    CredentialRow,
    GenerationRow,
    PolicyRow,
    RegisterWashRow,
)
from middleware.store.models.people import (
    CompanyRow,
    ContactNumberRow,
    ContactRow,
    SuppressedPrefixRow,
    SuppressionRow,
)
from middleware.store.models.routes import (
    AgentRow,
    ForwardedCallbackRow,
    LineLookUpRow,
    LinkRow,
    LookUpSpendingRow,
    OwnCallRow,
    PaceRow,
    ReconciliationRow,
    RingBackRow,
    TextMessageRow,
    ViolationRow,
)
from middleware.store.models.work import AccessRow, NoticeRow, OutboxRow

__all__ = [
    "AccessRow",
    "AgentRow",
    "AttemptEventRow",
    "AttemptRow",
    "Base",
    "CallerIdRow",
    "CampaignRow",
    "CompanyRow",
    "ContactNumberRow",
    "ContactRow",
    "ControllerRow",
    "CredentialRow",
    "DecisionRow",
    "ForwardedCallbackRow",
    "GenerationRow",
    "GuardRow",
    "LineLookUpRow",
    "LinkRow",
    "LookUpSpendingRow",
    "NoticeRow",
    "OutboxRow",
    "OwnCallRow",
    "PaceRow",
    "PolicyRow",
    "ReconciliationRow",
    "RegisterWashRow",
    "RingBackRow",
    "StatusReportRow",
    "SuppressedPrefixRow",
    "SuppressionRow",
    "TextMessageRow",
    "ViolationRow",
]
