"""Decisions that reserve nothing; those that do are written on the hot path."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from middleware.store.models import DecisionRow


def record_check(
    connection: Connection,
    *,
    decision_id: str,
    kind: str,
    controller_id: str,
    campaign_id: str,
    credential_id: str,
    callee_key: str,
    decided_at: datetime,
    policy_digest: str | None,
    clock_offset_seconds: float,
    is_permitted: bool,
    not_before: datetime | None,
    attempts_left: int | None,
    refusals: str,
    facts: str,
) -> None:
    """Add the record of a question that was only asked. `kind` is `check`, or `ahead` for one about another time:
    `decided_at` is then the moment asked about, and the time of asking is in the id.
    """
    connection.execute(
        insert(DecisionRow).values(
            id=decision_id,
            kind=kind,
            controller_id=controller_id,
            campaign_id=campaign_id,
            credential_id=credential_id,
            callee_key=callee_key,
            decided_at=decided_at,
            policy_digest=policy_digest,
            clock_offset_seconds=clock_offset_seconds,
            is_permitted=is_permitted,
            not_before=not_before,
            attempts_left=attempts_left,
            refusals=refusals,
            facts=facts,
        )
    )
