"""What a decision saw and what its reasons tell, as JSON. Written on every call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from middleware.decision.model import CallFacts, Parameter
from middleware.encoding.first_edition import FACTS_MARK, facts_of_the_first_edition

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(CallFacts)


def facts_to_text(facts: CallFacts) -> str:
    """All that the rules saw of one call. Instants are RFC 3339, in UTC as they are held; days are ISO 8601."""
    return _ENCODER.encode(facts).decode()


def is_first_edition(facts: str) -> bool:
    """Whether these facts were written by the first edition, whose rules asked for fewer of them."""
    return FACTS_MARK in facts


def facts_from_text(text: str) -> CallFacts:
    """What `facts_to_text` wrote, in this edition or the first. Raises ValueError for any other text."""
    if is_first_edition(text):
        return msgspec.convert(facts_of_the_first_edition(msgspec.json.decode(text)), CallFacts)
    return _DECODER.decode(text)


def parameters_to_json(parameters: Mapping[str, Parameter]) -> dict[str, object]:
    """The parameters of a reason as plain JSON values: spans in seconds, instants and days in ISO 8601."""
    return {name: _plain(value) for name, value in parameters.items()}


def _plain(value: Parameter) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return list(value) if isinstance(value, tuple) else msgspec.to_builtins(value)
