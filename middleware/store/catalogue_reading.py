"""Reads the catalogue: rows of its tables as what decisions ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from middleware.decision.model import (
    Audience,
    BalancingTest,
    CallerIdFacts,
    CampaignFacts,
    Dialling,
    NumberKind,
    Speaker,
    Standing,
)
from middleware.store.catalogue import (
    Agent,
    Campaign,
    Catalogue,
    Credential,
    SuppressedPrefix,
    controller_ids,
    current_generation,
)
from middleware.store.models import (
    AgentRow,
    CallerIdRow,
    CampaignRow,
    ControllerRow,
    CredentialRow,
    RegisterWashRow,
    SuppressedPrefixRow,
)

# by whom a call is made, GDPR art. 14(1)(a) and what national law asks callers to tell: with one missing, nobody can
_IDENTITY = ("name", "address", "register_number", "email", "phone")

# a campaign's own before those of all the controller's campaigns, each in the order in which they came on file
_CALLER_IDS = (
    select(CallerIdRow.__table__)
    .where(CallerIdRow.withdrawn_at.is_(None))
    .order_by(CallerIdRow.campaign_id.is_(None), CallerIdRow.id)
)


def load(connection: Connection) -> Catalogue:
    """Read everything; the generation first, so that a change during the reading is noticed afterwards."""
    generation = current_generation(connection)
    rows = list(connection.execute(select(CampaignRow.__table__)))
    # after the campaigns: one that was added in between would not find its controller
    controllers = {row.id: row for row in connection.execute(select(ControllerRow.__table__))}
    washes = _washes(connection)
    caller_ids = list(connection.execute(_CALLER_IDS))
    campaigns = {
        row.id: _campaign(row, controllers[row.controller_id], washes.get(row.id, {}), caller_ids) for row in rows
    }
    credentials = [_credential(row, campaigns) for row in connection.execute(select(CredentialRow.__table__))]
    return Catalogue(
        generation=generation,
        controllers=controller_ids(connection),
        campaigns=campaigns,
        credentials={credential.id: credential for credential in credentials},
        by_account_sid={credential.account_sid: credential for credential in credentials if credential.account_sid},
        prefixes=_prefixes(connection),
        agents=_agents(connection),
    )


def _agents(connection: Connection) -> dict[str, tuple[Agent, ...]]:
    found: dict[str, tuple[Agent, ...]] = {}
    there = select(AgentRow.__table__).where(AgentRow.withdrawn_at.is_(None))
    for row in connection.execute(there.order_by(AgentRow.id)):
        agent = Agent(
            row.controller_id, row.address, row.name, row.language, tuple(row.campaigns or ()), row.takes_ring_backs
        )
        found[row.address] = (*found.get(row.address, ()), agent)
    return found


def _washes(connection: Connection) -> dict[str, dict[str, datetime]]:
    washes: dict[str, dict[str, datetime]] = {}
    for wash in connection.execute(select(RegisterWashRow.__table__)):
        washes.setdefault(wash.campaign_id, {})[wash.register] = wash.washed_at
    return washes


def _prefixes(connection: Connection) -> dict[str, tuple[SuppressedPrefix, ...]]:
    found: dict[str, tuple[SuppressedPrefix, ...]] = {}
    in_force = select(SuppressedPrefixRow.__table__).where(SuppressedPrefixRow.lifted_at.is_(None))
    for row in connection.execute(in_force.order_by(SuppressedPrefixRow.id)):
        entry = SuppressedPrefix(row.id, row.prefix, row.scope, row.scope_id, row.reason, row.since)
        found[row.prefix] = (*found.get(row.prefix, ()), entry)
    return found


def _campaign(
    row: Row[Any], controller: Row[Any], washed_at: dict[str, datetime], caller_ids: list[Row[Any]]
) -> Campaign:
    return Campaign(
        facts=_facts(row, controller, washed_at),
        name=row.name,
        overrides=row.overrides or {},
        controller_overrides=controller.overrides or {},
        caller_ids=tuple(
            _caller_id(each)
            for each in caller_ids
            if each.controller_id == row.controller_id and each.campaign_id in {None, row.id}
        ),
        speaker=Speaker(row.speaker) if row.speaker else None,
        dialling=Dialling(row.dialling) if row.dialling else None,
        voicemail=row.voicemail,
        purposes={
            "": row.purpose,
            **{language: texts["purpose"] for language, texts in (row.texts or {}).items() if "purpose" in texts},
        },
        controller_name=controller.name,
    )


def _facts(row: Row[Any], controller: Row[Any], washed_at: dict[str, datetime]) -> CampaignFacts:
    return CampaignFacts(
        campaign_id=row.id,
        controller_id=row.controller_id,
        audience=Audience(row.audience),
        is_open=row.is_open,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        balancing_test=_balancing_test(row),
        washed_at=washed_at,
        requires_consent=row.requires_consent,
        is_controller_identified=all((getattr(controller, name) or "").strip() for name in _IDENTITY),
        # where nobody has said, the stricter branch: an agreement is asked for
        is_agency=row.is_agency is not False,
        processor_agreement_on=row.processor_agreement_on,
        registrations=tuple(sorted(row.registrations or ())),
        has_list_source=bool((row.list_source or "").strip()),
        list_checked_on=row.list_checked_on,
    )


def _balancing_test(row: Row[Any]) -> BalancingTest | None:
    if row.balancing_test and row.balancing_approved_by and row.balancing_approved_on and row.balancing_review_due:
        return BalancingTest(row.balancing_approved_on, row.balancing_review_due)
    return None


def _caller_id(row: Row[Any]) -> CallerIdFacts:
    kind, standing = NumberKind(row.kind), Standing(row.standing)
    return CallerIdFacts(row.number, row.country, kind, standing, row.in_directory)


def _credential(row: Row[Any], campaigns: Mapping[str, Campaign]) -> Credential:
    controller_id = row.controller_id
    if controller_id is None and row.campaign_id is not None:
        # who calls for one campaign has nothing to do with the controllers of others; none reaches all of them
        campaign = campaigns.get(row.campaign_id)
        controller_id = campaign.controller_id if campaign else ""
    return Credential(
        id=row.id,
        kind=row.kind,
        role=row.role,
        controller_id=controller_id,
        campaign_id=row.campaign_id,
        account_sid=row.account_sid,
        token_serial=row.token_serial,
        secret_hash=row.secret_hash,
        label=row.label,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
