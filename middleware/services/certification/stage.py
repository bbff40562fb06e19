"""The throw-away world of one trial: a controller that does not exist, numbers that ring nowhere, a policy in seconds.

Ids hold the run's own id and numbers are hashed under a pepper of the run, so nothing here can meet a real controller,
a real person or a real suppression.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from middleware.decision.model import (
    Audience,
    Basis,
    CallingHours,
    CampaignFacts,
    Cap,
    Origin,
    Policy,
    PolicyProblem,
    Scope,
    Spacing,
    Subject,
    Window,
)
from middleware.encoding import digest_of
from middleware.keyed_hash import Pepper
from middleware.phone_numbers import ParsedNumber
from middleware.services.certification.history import Rules
from middleware.services.facts import counted_by
from middleware.services.sources import Ruling
from middleware.store.catalogue import Campaign, Catalogue, Credential
from middleware.store.hot_path.model import scope_id, subject_id
from middleware.store.ids import new_id

RUN_PREFIX = "certify-"
PERMIT = timedelta(seconds=0.05)
REST = timedelta(seconds=0.2)
RULES = Rules(spacing=PERMIT + REST, count=4, window=timedelta(seconds=1.3))
CAMPAIGNS = ("1", "2")
DRAMA_NUMBERS = 1000  # +49 30 23125 000 to 999 belong to films and broadcasts: they ring nowhere
_ZONE = "Europe/Berlin"
_DAY = timedelta(days=1)


def new_run_id(at: datetime) -> str:
    """A name that no controller and no other run has, and that tells when the run began."""
    return RUN_PREFIX + new_id(at)


def began_at(run_id: str) -> datetime:
    """When the run of this name began, aware, in UTC."""
    milliseconds = UUID(run_id.removeprefix(RUN_PREFIX)).int >> 80
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Stage:
    """One trial of one run; `tag` tells the trials of a run apart."""

    run_id: str
    tag: str
    numbers: int = DRAMA_NUMBERS

    @property
    def controller_id(self) -> str:
        """On whose behalf the trial pretends to call."""
        return f"{self.run_id}-{self.tag}"

    @property
    def campaign_ids(self) -> tuple[str, ...]:
        """Two campaigns of that controller, so that its caps hold across them."""
        return tuple(f"{self.controller_id}-{each}" for each in CAMPAIGNS)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every scope under which guards may lie."""
        return (self.controller_id, *(self.scopes_of(each)[1] for each in self.campaign_ids))

    @property
    def pepper(self) -> Pepper:
        """The run's own, so that no key here is one of the service's. It protects nothing: nobody has these numbers."""
        return Pepper(self.run_id.encode())

    def scopes_of(self, campaign_id: str) -> tuple[str, str]:
        """The two scopes under which a permit of this campaign takes its guards."""
        return self.controller_id, scope_id(Scope.CAMPAIGN, self.controller_id, campaign_id)

    def callee(self, number: int) -> str:
        """The number, in E.164."""
        return f"+493023125{number:03d}"

    def number_key(self, number: int) -> str:
        """What the store knows of the number."""
        return self.pepper.number(self.callee(number))

    def subject(self, number: int) -> str:
        """How guards name the number."""
        return subject_id(Subject.NUMBER, self.number_key(number))

    @property
    def credential(self) -> Credential:
        """Who asks; known to this trial alone."""
        return Credential(
            id=self.controller_id,
            kind="api_key",
            role="dialer",
            controller_id=self.controller_id,
            campaign_id=None,
            account_sid=None,
            token_serial=1,
            secret_hash=None,
            label="certification",
            expires_at=None,
            revoked_at=None,
        )

    @property
    def policy(self) -> Policy:
        """Always open; four permits in 1.3 seconds, a quarter apart: 0.05 for the permit and 0.2 of rest."""
        origin = Origin(Basis.RECOMMENDED, f"The certification's own figure, {self.run_id}.", "certification")
        today = began_at(self.run_id).astimezone(ZoneInfo(_ZONE)).date()
        hours = CallingHours(
            week=((Window(0, 1440),),) * 7,
            holidays=frozenset(),
            calendar_from=today - _DAY,
            calendar_until=today + _DAY * 2,  # beyond the end of any run, and near: closings are looked for day by day
            early_closings={},
            origin=origin,
            holidays_origin=origin,
        )
        policy = Policy(
            country="DE",
            audience=Audience.B2B,
            hours=hours,
            caps=(
                Cap(RULES.count, RULES.window, Subject.NUMBER, Scope.CONTROLLER, origin),
                Cap(
                    RULES.count, RULES.window, Subject.NUMBER, Scope.CAMPAIGN, origin
                ),  # a second guard for each permit
            ),
            spacing=Spacing(REST, {}, origin),
            gates=(),
            ring_timeout=timedelta(seconds=30),
            ring_origin=origin,
        )
        return replace(policy, digest=digest_of(policy))


def _campaign(campaign_id: str, controller_id: str) -> CampaignFacts:
    return CampaignFacts(campaign_id, controller_id, Audience.B2B, is_open=True, is_controller_identified=True)


class StagedCampaigns:
    """The two campaigns of a stage, at whatever generation the store is."""

    def __init__(self, stage: Stage) -> None:
        campaigns = {
            each: Campaign(_campaign(each, stage.controller_id), "certification", {}) for each in stage.campaign_ids
        }
        credential = stage.credential
        self._catalogue = Catalogue(0, (stage.controller_id,), campaigns, {credential.id: credential}, {})

    def get(self) -> Catalogue:
        """See `CampaignSource`."""
        return self._catalogue

    def refresh(self, seen_generation: int | None = None) -> Catalogue:
        """Nothing that the database's catalogue says changes anything here."""
        self._catalogue = replace(self._catalogue, generation=seen_generation or 0)
        return self._catalogue

    def recheck(self, credential: Credential, now: datetime) -> None:
        """A stage's credential is never withdrawn."""

    def campaign_for(self, _credential: Credential, campaign_id: str) -> Campaign:
        """See `CampaignSource`."""
        return self._catalogue.campaigns[campaign_id]


class StagedPolicy:
    """The one policy of a stage, which the run stores itself."""

    def __init__(self, stage: Stage) -> None:
        self._policy = stage.policy
        self._counted = counted_by(self._policy)

    def resolve(self, _campaign: Campaign, number: ParsedNumber) -> Ruling:
        """See `PolicySource`."""
        return Ruling(self._policy, self._counted, number.facts)

    def keep(self, policy: Policy | PolicyProblem, campaign_id: str, at: datetime) -> None:
        """Stored before the first decision, and removed with the run."""
