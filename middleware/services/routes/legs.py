"""One side of a call, and on whose behalf it is there."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.store.catalogue import Agent, Credential

AGENT = "agent:"


@dataclass(frozen=True, slots=True)
class Leg:
    """Whoever hears a document: the person called (`attempt_id`), or one of our own people (`own_call_id`).

    `credential_id` is the dialer's, or `agent:<address>` where one of ours dials (`credential_of`). `language`: in
    which this side is told of a refusal.
    """

    controller_id: str
    campaign_id: str
    credential_id: str
    language: str
    attempt_id: str | None = None
    own_call_id: str | None = None

    @property
    def is_callee(self) -> bool:
        """The person called listens, and not one of ours."""
        return self.attempt_id is not None


def agent_credential_id(agent: Agent) -> str:
    """As legs and attempts name an agent who asks."""
    return f"{AGENT}{agent.address}"[:64]


def credential_of(agent: Agent, campaign_id: str) -> Credential:
    """Who asks when an agent dials: the agent. Holds as long as the agent is on file (`CurrentCatalogue.recheck`)."""
    return Credential(
        id=agent_credential_id(agent),
        kind="agent",
        role="caller",
        controller_id=agent.controller_id,
        campaign_id=campaign_id,
        account_sid=None,
        token_serial=1,
        secret_hash=None,
        label=agent.address,
        expires_at=None,
        revoked_at=None,
    )
