"""Status callbacks to the dialer's own URL, sent only where a URL given by somebody else may lead us.

The host is resolved once, every address is checked, and the connection goes to the checked address: a name that
changes its mind between check and use leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
from base64 import b64encode
from urllib.parse import urlencode

import certifi
import urllib3
from twilio.request_validator import RequestValidator

from middleware.callback_urls import CallbackUrl, read_callback_url
from middleware.errors import CallbackFailed, CallbackForbidden
from middleware.gateways.ports import Pairs
from middleware.gateways.public_addresses import is_public


class SignedCallbacks:
    """Waits as long as Twilio does: 5 seconds for a connection, 15 for the answer.

    `allow_private` opens loopback and private networks, for development alone.
    """

    def __init__(self, connect_seconds: float = 5.0, answer_seconds: float = 15.0, *, allow_private: bool) -> None:
        self._timeout = urllib3.Timeout(connect=connect_seconds, read=answer_seconds)
        self._allow_private = allow_private

    def send(self, url: str, method: str, parameters: Pairs, token: str, delivery_id: str) -> None:
        """See `CallbackSender.send`. Signed over the URL without fragment, user and password, as Twilio does."""
        target = read_callback_url(url)
        if method == "GET":
            query = "&".join(part for part in (target.parts.query, urlencode(parameters)) if part)
            target = CallbackUrl(
                target.parts._replace(query=query), target.host, target.port, target.user, target.password
            )
        form = _Form(parameters) if method == "POST" else {}
        headers = {
            "X-Twilio-Signature": RequestValidator(token).compute_signature(target.address, form),
            "I-Twilio-Idempotency-Token": delivery_id,
            "User-Agent": "Ringfence/1",
            "Connection": "close",
            "Host": target.parts.netloc,
        }
        if target.user is not None:
            pair = f"{target.user}:{target.password}".encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            body = urlencode(parameters).encode()
        status = self._exchange(target, method, headers, body)
        if status >= 300:
            raise CallbackFailed(f"the dialer's callback URL answered {status}")

    def _exchange(self, target: CallbackUrl, method: str, headers: dict[str, str], body: bytes | None) -> int:
        address = self._checked_address(target.host, target.port)
        pool: urllib3.HTTPConnectionPool
        if target.parts.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                address,
                target.port,
                timeout=self._timeout,
                retries=False,
                ca_certs=certifi.where(),
                server_hostname=target.host,
                assert_hostname=target.host,
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, target.port, timeout=self._timeout, retries=False)
        path = target.parts._replace(scheme="", netloc="").geturl()
        path = path if path.startswith("/") else f"/{path}"
        try:
            with pool:
                response = pool.request(method, path, body=body, headers=headers, redirect=False, preload_content=False)
                response.release_conn()
                return response.status
        except urllib3.exceptions.HTTPError as error:
            raise CallbackFailed(f"the dialer's callback URL cannot be reached ({type(error).__name__})") from error

    def _checked_address(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise CallbackFailed("the dialer's callback host has no address") from error
        addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise CallbackForbidden("the dialer's callback URL leads into a private network")
        return str(addresses[0])


class _Form(dict[str, list[str]]):
    """Every value of each name, as the validator asks for them."""

    def __init__(self, parameters: Pairs) -> None:
        super().__init__()
        for name, value in parameters:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        """All values of one name."""
        return self[name]
