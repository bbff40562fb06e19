"""The URL of a webhook: what is sent, what is signed, and the delivery rules in its fragment."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

# key: least, most, default; Twilio's bounds for connection overrides
_CONNECT_MS: Final = (100, 10_000, 5_000)
_READ_MS: Final = (100, 15_000, 15_000)
_TOTAL_MS: Final = (100, 15_000, 15_000)
_RETRIES: Final = (0, 5, 1)
_RETRIABLE: Final = frozenset({"4xx", "5xx", "ct", "rt"})


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How often and how patiently a webhook is tried; seconds, and the failures that are worth a retry."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 15.0
    retries: int = 1
    retried: frozenset[str] = frozenset({"ct"})


def delivery_rules(url: str) -> DeliveryRules:
    """The rules in the fragment (`#rc=2&rp=ct,rt`); what is absent or out of bounds keeps its default."""
    overrides = dict(parse_qsl(urlsplit(url).fragment))
    policy = frozenset(overrides.get("rp", "ct").lower().split(","))
    return DeliveryRules(
        connect_seconds=_bounded(overrides, "ct", _CONNECT_MS) / 1000,
        read_seconds=_bounded(overrides, "rt", _READ_MS) / 1000,
        total_seconds=_bounded(overrides, "tt", _TOTAL_MS) / 1000,
        retries=_bounded(overrides, "rc", _RETRIES),
        retried=_RETRIABLE if "all" in policy else (policy & _RETRIABLE or frozenset({"ct"})),
    )


def _bounded(overrides: Mapping[str, str], key: str, bounds: tuple[int, int, int]) -> int:
    least, most, default = bounds
    text = overrides.get(key, "")
    return int(text) if re.fullmatch(r"\d{1,6}", text) and least <= int(text) <= most else default


def without_fragment(url: str) -> str:
    """The URL as it is requested: without fragment and without a bare `?` at its end, not a byte re-encoded."""
    requested = url.partition("#")[0]
    return requested[:-1] if requested.find("?") == len(requested) - 1 else requested


def signed_form(url: str) -> str:
    """The URL as it is signed: no fragment, no user and password, and over https no port."""
    requested = without_fragment(url)
    parts = urlsplit(requested)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https":
        host = re.sub(r":\d*$", "", host)
    return requested.replace(parts.netloc, host, 1)


def signature(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature: base64 of HMAC-SHA1 over the URL and the form's names and values, sorted by name."""
    text = signed_form(url) + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()).decode()
