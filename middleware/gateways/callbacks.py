"""Status callbacks to the dialer's own URL, sent only where a URL given by somebody else may lead us."""

from __future__ import annotations

from middleware.callback_urls import read_callback_url
from middleware.errors import CallbackFailed, NoAnswer
from middleware.gateways.checked_http import CheckedHttp, Deadline, Resolve
from middleware.gateways.ports import Pairs
from middleware.gateways.signed_requests import signed_request


class SignedCallbacks:
    """Waits as long as Twilio does: 5 seconds for a connection, 15 for the answer. Redirects are not followed."""

    def __init__(
        self,
        connect_seconds: float = 5.0,
        answer_seconds: float = 15.0,
        *,
        allow_private: bool,
        resolve: Resolve | None = None,
    ) -> None:
        self._http = CheckedHttp(connect_seconds, allow_private=allow_private, resolve=resolve)
        self._seconds = connect_seconds + answer_seconds

    def send(self, url: str, method: str, parameters: Pairs, token: str, delivery_id: str) -> None:
        """See `CallbackSender.send`."""
        request = signed_request(read_callback_url(url), method, parameters, token, delivery_id)
        try:
            status = self._http.exchange(request, Deadline(self._seconds), most_bytes=0).status
        except NoAnswer as error:
            raise CallbackFailed(f"the dialer's callback URL did not answer: {error}") from error
        if status >= 300:
            raise CallbackFailed(f"the dialer's callback URL answered {status}")
