"""Status callbacks to the dialer's own URL, sent only where a URL given by somebody else may lead us.

The host is resolved once, every address is checked, and the connection goes to the checked address: a name that
changes its mind between check and use leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlencode, urlsplit

import certifi
import urllib3
from twilio.request_validator import RequestValidator

from middleware.errors import CallbackFailed, CallbackForbidden
from middleware.gateways.ports import Pairs

_PORTS = {"http": 80, "https": 443}


class SignedCallbacks:
    """`allow_private` opens loopback and private networks, for development alone."""

    def __init__(self, timeout_seconds: float = 5.0, *, allow_private: bool) -> None:
        self._timeout = urllib3.Timeout(connect=timeout_seconds, read=timeout_seconds)
        self._allow_private = allow_private

    def send(self, url: str, method: str, parameters: Pairs, token: str) -> None:
        """See `CallbackSender.send`. Signed over the URL without fragment, as Twilio does."""
        url = url.partition("#")[0]
        if method == "GET":
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"
        form = dict(parameters) if method == "POST" else {}
        signature = RequestValidator(token).compute_signature(url, form)
        headers = {"X-Twilio-Signature": signature, "User-Agent": "Ringfence/1", "Connection": "close"}
        body = urlencode(parameters).encode() if method == "POST" else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        status = self._exchange(url, method, headers, body)
        if status >= 300:
            raise CallbackFailed(f"the dialer's callback URL answered {status}")

    def _exchange(self, url: str, method: str, headers: dict[str, str], body: bytes | None) -> int:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.username:
            raise CallbackForbidden("a callback URL must be http(s), with a host and without user or password")
        port = parts.port or _PORTS[parts.scheme]
        address = self._checked_address(parts.hostname, port)
        target = parts._replace(scheme="", netloc="").geturl() or "/"
        pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                address,
                port,
                timeout=self._timeout,
                retries=False,
                ca_certs=certifi.where(),
                server_hostname=parts.hostname,
                assert_hostname=parts.hostname,
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, port, timeout=self._timeout, retries=False)
        try:
            with pool:
                named = {**headers, "Host": parts.netloc}
                response = pool.request(method, target, body=body, headers=named, redirect=False, preload_content=False)
                response.release_conn()
                return response.status
        except urllib3.exceptions.HTTPError as error:
            raise CallbackFailed(f"the dialer's callback URL cannot be reached ({type(error).__name__})") from error

    def _checked_address(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise CallbackFailed("the dialer's callback host has no address") from error
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        if not self._allow_private and not all(address.is_global for address in addresses):
            raise CallbackForbidden("the dialer's callback URL leads into a private network")
        return str(addresses[0])
