"""Whether the user's own servers answer, found out before anything is started: all of them at once."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from middleware.settings import Settings
from scripts.stack.configuration import MAIL, QUEUE, STORE, Configuration

SECONDS = 5


def unreachable(configuration: Configuration) -> list[str]:
    """One sentence for each server of the user's own that does not answer; no secret stands in it."""
    settings = configuration.settings
    checks: list[Callable[[Settings], str | None]] = []
    if not configuration.embeds(STORE) and not settings.is_embedded_store:
        checks.append(_postgres)
    if not configuration.embeds(QUEUE):
        checks.append(_redis)
    if not configuration.embeds(MAIL):
        checks.append(_smtp)
    if not checks:
        return []
    with ThreadPoolExecutor(len(checks)) as pool:
        return [line for line in pool.map(lambda check: check(settings), checks) if line is not None]


def _postgres(settings: Settings) -> str | None:
    url = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        psycopg.connect(url, connect_timeout=SECONDS).close()
    except psycopg.Error as error:
        # the first line may hold the password of a malformed URL, so only the kind and the server's code are told
        return f"RINGFENCE_DATABASE_URL: the server does not let us in ({type(error).__name__} {error.sqlstate or ''})"
    return None


def _redis(settings: Settings) -> str | None:
    try:
        with Redis.from_url(settings.redis_url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as error:
        return f"RINGFENCE_REDIS_URL: no Redis or Valkey answers there ({type(error).__name__})"
    return None


def _smtp(settings: Settings) -> str | None:
    try:
        socket.create_connection((settings.smtp_host, settings.smtp_port), timeout=SECONDS).close()
    except OSError as error:
        return f"RINGFENCE_SMTP_HOST: no mail server answers at {settings.smtp_host}:{settings.smtp_port} ({error})"
    return None
