"""Parameters that lead somewhere: to instructions of a leg, or to a receiver of reports."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from middleware.callback_urls import read_callback_url
from middleware.errors import CallbackForbidden, InvalidParameter

# reports that go on to the dialer as they come; each has a parameter for its method, named alike
CALLBACKS = ("RecordingStatusCallback", "AsyncAmdStatusCallback", "TranscriptionStatusCallback")
OF_CONFERENCES = (
    "ConferenceStatusCallback",
    "ConferenceRecordingStatusCallback",
    "RecordingStatusCallback",
    "AmdStatusCallback",
)
VOICE = ("Url", "Method", "Twiml", "FallbackUrl", "FallbackMethod")
STATUS = ("StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent")
_LEADS_SOMEWHERE = re.compile(r"(url|callback)$")  # of a name in small letters alone: others may read `Url[]` as `Url`


@dataclass(frozen=True, slots=True)
class Voice:
    """Where a leg's instructions stand: at a URL with its fallback, or given inline."""

    url: str | None
    method: str
    fallback_url: str | None
    fallback_method: str
    twiml: str | None


def voice_of(given: Mapping[str, str]) -> Voice:
    """The instructions among these parameters."""
    url = plain_url(given.get("Url"))
    return Voice(
        url=url,
        method=method_in(given, "Method"),
        fallback_url=plain_url(given.get("FallbackUrl")),
        fallback_method=method_in(given, "FallbackMethod"),
        twiml=None if url else given.get("Twiml") or None,
    )


def plain_url(given: str | None) -> str | None:
    """A URL in plain letters, as it is asked; None where none is given."""
    return quote(given.strip(), safe="%/:=&?~#+!$,;'@()*[]") if given and given.strip() else None


def method_in(given: Mapping[str, str], name: str) -> str:
    """How a dialer wants to be asked at a URL of its own."""
    return "GET" if given.get(name, "").upper() == "GET" else "POST"


def callbacks_in(given: Mapping[str, str], names: Collection[str] = CALLBACKS) -> list[tuple[str, str, str]]:
    """Parameter, URL and method of each of these that is given."""
    return [
        (name, plain_url(given[name]) or "", method_in(given, f"{name}Method")) for name in names if given.get(name)
    ]


def check_urls(given: Mapping[str, str], known: Collection[str]) -> None:
    """Every URL is one that we could ask, and no parameter leads somewhere that we do not know of. Raises
    `InvalidParameter`."""
    for name, value in given.items():
        if not _LEADS_SOMEWHERE.search(re.sub(r"[^a-z]", "", name.lower())) or name == "StatusCallback":
            continue
        if name not in known:
            raise InvalidParameter(
                f"{name} is a URL of a kind that Ringfence does not know, so it is not passed on", name
            )
        try:
            if value:
                read_callback_url(plain_url(value) or "")
        except CallbackForbidden as error:
            raise InvalidParameter(f"{name} cannot be used: {error}", name, 21205) from None
