"""The settings under which the product is measured: its own, but for a shifted clock and a carrier that is nowhere."""

from __future__ import annotations

import os
from datetime import timedelta

from middleware.settings import Settings, read_settings
from scripts.benchmark.people import PEPPER

_PREFIXES = ("RINGFENCE_", "GRANIAN_", "BENCHMARK_", "PG")


def product_settings(database_url: str, offset: timedelta) -> dict[str, str]:
    """The environment's `RINGFENCE_...` variables of a measured product."""
    return {
        "RINGFENCE_DATABASE_URL": database_url,
        "RINGFENCE_REDIS_URL": "redis://127.0.0.1:1/0",
        "RINGFENCE_PUBLIC_BASE_URL": "http://127.0.0.1:8080",
        "RINGFENCE_PEPPER": PEPPER,
        "RINGFENCE_LINK_SECRET": PEPPER,
        "RINGFENCE_CREDENTIAL_SECRET": PEPPER,
        "RINGFENCE_TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
        "RINGFENCE_TWILIO_AUTH_TOKEN": "none",
        "RINGFENCE_TWILIO_API_BASE_URL": "http://127.0.0.1:1",
        "RINGFENCE_MAIL_FROM": "benchmark@benchmark.example",
        "RINGFENCE_CLOCK_OFFSET_SECONDS": str(offset.total_seconds()),
        "RINGFENCE_LOG_LEVEL": "ERROR",
    }


def forget_own_settings() -> None:
    """Take settings of the product, the server and the driver out of this process's environment: they would change
    what is measured."""
    for name in [name for name in os.environ if name.startswith(_PREFIXES)]:
        del os.environ[name]


def settings_from(variables: dict[str, str]) -> Settings:
    """The settings as the measured process reads them."""
    return read_settings(**{name.removeprefix("RINGFENCE_").lower(): value for name, value in variables.items()})
