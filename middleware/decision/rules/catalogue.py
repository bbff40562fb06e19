"""Which rules are asked, in the order in which their reasons are told."""

from __future__ import annotations

from collections.abc import Callable

from middleware.decision.model import CallFacts, Policy, Verdict
from middleware.decision.rules import first_edition
from middleware.decision.rules.attempts import clock, in_flight, refusal_rest, spacing
from middleware.decision.rules.automation import automation_stated, free_agent, machine_consent
from middleware.decision.rules.caller_id import (
    caller_id_directory,
    caller_id_lawful,
    caller_id_ours,
    caller_id_present,
)
from middleware.decision.rules.campaign import (
    campaign_dates,
    campaign_open,
    controller_identity,
    processor_agreement,
)
from middleware.decision.rules.caps import caps
from middleware.decision.rules.hours import calling_hours, promise
from middleware.decision.rules.legal_basis import consent, documented_basis, prospect_reason, registration
from middleware.decision.rules.number import number_country, number_kind, number_risk, number_validity
from middleware.decision.rules.records import advert_protection, data_age, data_source
from middleware.decision.rules.register import register_entry, register_wash
from middleware.decision.rules.suppression import (
    company_suppression,
    number_suppression,
    person_suppression,
    prefix_suppression,
)

Rule = Callable[[CallFacts, Policy], Verdict]
RuleWithoutPolicy = Callable[[CallFacts, Policy | None], Verdict]

RULES: tuple[Rule, ...] = (
    number_validity,
    number_kind,
    number_risk,
    number_country,
    number_suppression,
    person_suppression,
    company_suppression,
    prefix_suppression,
    register_wash,
    register_entry,
    documented_basis,
    prospect_reason,
    consent,
    registration,
    data_source,
    data_age,
    advert_protection,
    campaign_open,
    campaign_dates,
    controller_identity,
    processor_agreement,
    calling_hours,
    promise,
    clock,
    in_flight,
    spacing,
    refusal_rest,
    caps,
    caller_id_present,
    caller_id_ours,
    caller_id_directory,
    caller_id_lawful,
    automation_stated,
    machine_consent,
    free_agent,
)

# What decisions of the first edition were made by, so that they can be made again.
RULES_OF_THE_FIRST_EDITION: tuple[Rule, ...] = (
    number_validity,
    number_kind,
    number_country,
    number_suppression,
    person_suppression,
    company_suppression,
    register_wash,
    first_edition.documented_basis,
    first_edition.consent,
    campaign_open,
    campaign_dates,
    calling_hours,
    clock,
    in_flight,
    spacing,
    caps,
)

# What needs no figure of a country, and so can be told even where no policy is to be had.
RULES_WITHOUT_POLICY: tuple[RuleWithoutPolicy, ...] = (
    number_validity,
    number_kind,
    number_risk,
    number_suppression,
    person_suppression,
    company_suppression,
    prefix_suppression,
    campaign_open,
    campaign_dates,
    controller_identity,
    processor_agreement,
    clock,
    in_flight,
)
