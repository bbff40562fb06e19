"""Policies as canonical JSON, and their digest."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec

from middleware.decision.model import Policy
from middleware.encoding.first_edition import policy_of_the_first_edition


def digest_of(policy: Policy) -> str:
    """SHA-256, in hex, of the policy's text without its digest."""
    return hashlib.sha256(policy_to_text(replace(policy, digest="")).encode()).hexdigest()


def policy_to_text(policy: Policy) -> str:
    """All figures by which a call is decided, as JSON: fields in one order, keys and sets sorted, no spaces, UTF-8."""
    return msgspec.json.encode(policy, order="deterministic").decode()


def policy_from_text(text: str) -> Policy:
    """What `policy_to_text` wrote, in this edition or the first."""
    body = msgspec.json.decode(text)
    if isinstance(body, dict) and "edition" not in body:
        body = policy_of_the_first_edition(body)
    return msgspec.convert(body, Policy, strict=False)
