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
from middleware.store.models.work import AccessRow, NoticeRow, OutboxRow

__all__ = [
    "AccessRow",
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
    "GenerationRow",
    "GuardRow",
    "NoticeRow",
    "OutboxRow",
    "PolicyRow",
    "RegisterWashRow",
    "StatusReportRow",
    "SuppressedPrefixRow",
    "SuppressionRow",
]
