"""Carries webhooks over HTTP as Twilio does: signed, patient within limits, retried only where that was asked."""

import base64
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

import aiohttp
from yarl import URL

from scripts.twilio_simulator.deliveries import Attempt, Delivery, Purpose
from scripts.twilio_simulator.webhook_url import DeliveryRules, delivery_rules, signature, without_fragment

_MAX_REDIRECTS: Final = 10
_CONNECTIONS_AT_ONCE: Final = 500
_HEARD: Final = frozenset({Purpose.VOICE, Purpose.FALLBACK, Purpose.ACTION, Purpose.MESSAGE})


class Courier:
    """Delivers webhooks, signing them with the account's token; to be closed after use."""

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token
        # a connection for each delivery: a kept one that its server closes meanwhile would look like a lost callback
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS_AT_ONCE, force_close=True)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        await self._session.close()

    async def deliver(self, delivery: Delivery) -> None:
        """Tries until it is delivered or the URL's rules forbid another try; each try is noted in the delivery."""
        rules = delivery_rules(delivery.webhook.url)
        deadline = time.monotonic() + rules.total_seconds
        for _ in range(1 + rules.retries):
            seconds_left = deadline - time.monotonic()
            if seconds_left <= 0:
                return
            attempt = await self._attempt(delivery, rules, seconds_left)
            delivery.attempts.append(attempt)
            if not _is_worth_a_retry(attempt, rules):
                return

    async def _attempt(self, delivery: Delivery, rules: DeliveryRules, seconds_left: float) -> Attempt:
        url, form = _target(delivery)
        timeout = aiohttp.ClientTimeout(
            total=seconds_left, sock_connect=rules.connect_seconds, sock_read=rules.read_seconds
        )
        started = time.monotonic()
        status, failure, body = None, None, ""
        try:
            async with self._session.request(
                delivery.webhook.method,
                URL(_without_credentials(url), encoded=True),
                data=urlencode(form) if delivery.webhook.method == "POST" else None,
                headers=self._headers(delivery, url, form),
                timeout=timeout,
                max_redirects=_MAX_REDIRECTS,
            ) as response:
                body = (await response.read()).decode("utf-8", "replace")
                status = response.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            failure = "ct"
        except (aiohttp.ClientOSError, aiohttp.ServerConnectionError, aiohttp.ClientPayloadError, TimeoutError):
            failure = "rt"
        except (aiohttp.ClientError, ValueError):
            failure = "error"
        is_heard = delivery.purpose in _HEARD
        return Attempt(status, failure, round((time.monotonic() - started) * 1000), body if is_heard else "")

    def _headers(self, delivery: Delivery, url: str, form: Mapping[str, str]) -> dict[str, str]:
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": signature(self._auth_token, url, form),
            "I-Twilio-Idempotency-Token": delivery.token,
        }
        if delivery.webhook.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        user, _, password = urlsplit(url).netloc.rpartition("@")[0].partition(":")
        if user:
            credentials = f"{unquote(user)}:{unquote(password)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(credentials).decode()}"
        return headers


def _target(delivery: Delivery) -> tuple[str, dict[str, str]]:
    """The URL to request and the form to send; with GET the parameters move into the URL."""
    url = without_fragment(delivery.webhook.url)
    if delivery.webhook.method == "POST":
        return url, delivery.parameters
    return f"{url}{'&' if '?' in url else '?'}{urlencode(delivery.parameters)}", {}


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(parts.netloc, parts.netloc.rpartition("@")[2], 1)


def _is_worth_a_retry(attempt: Attempt, rules: DeliveryRules) -> bool:
    if attempt.status is None:
        return attempt.failure in rules.retried
    return f"{attempt.status // 100}xx" in rules.retried
