"""Reads Twilio's form parameters one at a time, each checked as Twilio checks it."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from scripts.twilio_simulator.errors import INVALID_PARAMETER, METHOD_INVALID, TwilioError

_HOST: Final = re.compile(r"[A-Za-z0-9.:-]+")  # no underscore: Twilio refuses such hosts
_MAX_URL_LENGTH: Final = 4000


@dataclass(frozen=True, slots=True)
class Webhook:
    """A URL to request, fragment included, and how: GET or POST."""

    url: str
    method: str


class Form:
    """The parameters of one request, read from an urlencoded body; empty values count as absent."""

    def __init__(self, body: str) -> None:
        self._values = parse_qs(body, keep_blank_values=True)

    def as_sent(self) -> dict[str, str | list[str]]:
        """All parameters, repeated ones as lists."""
        return {name: values[0] if len(values) == 1 else values for name, values in self._values.items()}

    def text(self, name: str) -> str:
        """The first value, or an empty string."""
        return self._values.get(name, [""])[0].strip()

    def values(self, name: str) -> list[str]:
        """Every value of a repeated parameter, in order."""
        return self._values.get(name, [])

    def flag(self, name: str) -> bool:
        """True for Twilio's `true`, in any case."""
        return self.text(name).lower() == "true"

    def integer(self, name: str, default: int, least: int, most: int, code: int = INVALID_PARAMETER) -> int:
        """A whole number within bounds; TwilioError with `code` otherwise."""
        text = self.text(name)
        if not text:
            return default
        if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
            raise TwilioError(code, f"{name} must be a whole number from {least} to {most}.")
        return int(text)

    def webhook(self, name: str, method_name: str, code: int) -> Webhook | None:
        """The URL under `name` with its method (POST unless given); None if absent, TwilioError if unusable."""
        url, method = self.text(name), self.text(method_name).upper() or "POST"
        if method not in ("GET", "POST"):
            raise TwilioError(METHOD_INVALID, f"{method_name} must be GET or POST.")
        if not url:
            return None
        if not is_web_address(url):
            raise TwilioError(code, f"{name} is not a valid URL: {url}")
        return Webhook(url, method)


def is_web_address(url: str) -> bool:
    """Whether Twilio would take it as a URL: http or https, a host without underscore, not overlong."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    well_formed = len(url) <= _MAX_URL_LENGTH and not re.search(r"[\s\x00-\x1f]", url)
    return well_formed and parts.scheme in ("http", "https") and bool(host and _HOST.fullmatch(host))
