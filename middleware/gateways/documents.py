"""TwiML from a dialer's own URL, fetched as Twilio would, and only where a URL given by somebody else may lead us."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

from middleware.callback_urls import CallbackUrl, read_callback_url
from middleware.errors import DocumentUnavailable, NoAnswer
from middleware.gateways.checked_http import Answer, CheckedHttp, Deadline, Resolve
from middleware.gateways.ports import FetchedDocument, Pairs
from middleware.gateways.signed_requests import signed_request

MOST_BYTES = 65_536
MOST_REDIRECTS = 10
CONNECT_SECONDS = 5.0  # as long as Twilio tries
_TO_GET = frozenset({301, 302, 303})
_AS_IT_WAS = frozenset({307, 308})


class DialerDocuments:
    """All of it, redirects included, takes `seconds` at most: Twilio waits 15 for us, and a fallback needs its time."""

    def __init__(self, seconds: float = 10.0, *, allow_private: bool, resolve: Resolve | None = None) -> None:
        self._http = CheckedHttp(min(CONNECT_SECONDS, seconds), allow_private=allow_private, resolve=resolve)
        self._seconds = seconds

    def fetch(self, url: str, method: str, parameters: Pairs, token: str, delivery_id: str) -> FetchedDocument:
        """See `DocumentSource.fetch`. Every hop is checked and signed anew; user and password of the URL are for its
        own host, and no other. From https nothing leads into a private network, even where these are open."""
        deadline = Deadline(self._seconds)
        first = target = read_callback_url(url)
        has_been_secure = False
        for _ in range(MOST_REDIRECTS + 1):
            request = signed_request(target, method, parameters, token, delivery_id)
            try:
                answer = self._http.exchange(request, deadline, MOST_BYTES, public_only=has_been_secure)
            except NoAnswer as error:
                raise DocumentUnavailable(f"the dialer's URL gave no TwiML: {error}") from error
            if not 300 <= answer.status < 400:
                return _document(answer, target.address)
            has_been_secure = has_been_secure or target.parts.scheme == "https"
            method = _next_method(answer.status, method)
            target = _next_target(answer, target, first)
        raise DocumentUnavailable(f"the dialer's URL redirects more than {MOST_REDIRECTS} times")


def _next_method(status: int, method: str) -> str:
    if status in _TO_GET:
        return "GET"
    if status in _AS_IT_WAS:
        return method
    raise DocumentUnavailable(f"the dialer's URL answered {status}")


def _next_target(answer: Answer, target: CallbackUrl, first: CallbackUrl) -> CallbackUrl:
    """Raises `CallbackForbidden` for what is no http(s) URL."""
    there = answer.headers.get("Location")
    if not there:
        raise DocumentUnavailable("the dialer's URL redirects to nowhere")
    try:
        found = read_callback_url(urljoin(target.address, there))
    except ValueError:
        raise DocumentUnavailable("the dialer's URL redirects to nowhere") from None
    is_home = (found.parts.scheme, found.host, found.port) == (first.parts.scheme, first.host, first.port)
    return replace(found, user=first.user if is_home else None, password=first.password if is_home else "")


def _document(answer: Answer, address: str) -> FetchedDocument:
    if answer.status >= 400:
        raise DocumentUnavailable(f"the dialer's URL answered {answer.status}")
    if answer.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        raise DocumentUnavailable("the dialer's URL answered compressed, which was not asked for")
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentUnavailable("the dialer's URL answered in another encoding than UTF-8") from None
    return FetchedDocument(answer.headers.get("Content-Type", ""), text, address)
