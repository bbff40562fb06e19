"""Policies as canonical JSON, and their digest."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec

from middleware.decision.model import Policy
from middleware.encoding.first_edition import LATER_POLICY_MARK, policy_of_the_first_edition

_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Policy)


def digest_of(policy: Policy) -> str:
    """SHA-256, in hex, of the policy's text without its digest."""
    return hashlib.sha256(policy_to_text(replace(policy, digest="")).encode()).hexdigest()


def policy_to_text(policy: Policy) -> str:
    """All figures by which a call is decided, as JSON: fields in one order, keys and sets sorted, no spaces, UTF-8."""
    return _ENCODER.encode(policy).decode()


def policy_from_text(text: str) -> Policy:
    """What `policy_to_text` wrote, in this edition or the first. Raises ValueError for any other text."""
    if LATER_POLICY_MARK in text:
        return _DECODER.decode(text)
    body = msgspec.json.decode(text)
    if not isinstance(body, dict):
        raise ValueError("no policy: it is no JSON object")
    return msgspec.convert(policy_of_the_first_edition(body), Policy, strict=False)
