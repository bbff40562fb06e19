"""Puts a dialer's URLs and TwiML behind addresses of ours, so that Twilio asks us and we ask the dialer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from middleware.callback_urls import read_callback_url
from middleware.clock import Clock
from middleware.services.dialer_events import EVENTS
from middleware.services.routes.legs import Leg
from middleware.services.voice_parameters import Voice
from middleware.store.database import Connection, Database
from middleware.store.links import Link, keep_link, link_by_id
from middleware.twiml.quiet import is_quiet

__all__ = ["Link", "Links"]

TWIML, CALLBACK, AMD = "twiml", "callback", "amd"
# our URLs ask Twilio to repeat what did not arrive; fragments are neither sent nor signed
DELIVERY = "#rc=3&rp=ct,rt,5xx&rt=4000"
# for instructions Twilio has to wait: we ask the dialer meanwhile, and asked twice it could dial twice
PATIENTLY = "#rc=1&rp=ct,5xx&rt=15000"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses hold an id and nothing else. All methods but `find` raise `CallbackForbidden` for a URL that nothing
    may be sent to, and work within the transaction of `connection`."""

    database: Database
    clock: Clock
    public_base_url: str
    fallback_base_url: str

    def twiml(
        self,
        connection: Connection,
        leg: Leg,
        url: str,
        method: str = "POST",
        fallback_url: str | None = None,
        fallback_method: str = "POST",
    ) -> str:
        """Where Twilio asks for the TwiML that stands at the dialer's URL (absolute)."""
        for each in (url, fallback_url):
            if each is not None:
                read_callback_url(each)
        return self._kept(
            connection,
            leg,
            TWIML,
            url=url,
            method=method,
            fallback_url=fallback_url,
            fallback_method=fallback_method,
        )

    def document(self, connection: Connection, leg: Leg, twiml: str) -> str:
        """Where Twilio asks for TwiML that was given inline: it is looked at when it is heard, not before."""
        return self._kept(connection, leg, TWIML, document=twiml)

    def callback(
        self, connection: Connection, leg: Leg, url: str, method: str = "POST", events: Sequence[str] = ()
    ) -> str:
        """Where Twilio reports something that the dialer wants to hear at its own URL, as it came.

        `events` are those of a call that the dialer asked for, where Twilio reports more of them to us.
        """
        read_callback_url(url)
        said = " ".join(events) or None
        return self._kept(connection, leg, CALLBACK, url=url, method=method, document=said)

    def amd(self, connection: Connection, leg: Leg, url: str | None, method: str = "POST") -> str:
        """Where Twilio reports what picked up, a person or a machine; the dialer hears it too if it asked to."""
        if url is not None:
            read_callback_url(url)
        return self._kept(connection, leg, AMD, url=url, method=method)

    def of_request(
        self,
        connection: Connection,
        leg: Leg,
        voice: Voice,
        callbacks: Sequence[tuple[str, str, str]],
        *,
        detects: bool = False,
        detects_later: bool = False,
    ) -> list[tuple[str, str]]:
        """Parameters for Twilio in place of those by which a dialer's request leads somewhere. TwiML that rings nobody
        and asks nobody stays inline, unless a machine may be found to have answered: what it hears is not the dialer's
        to say."""
        led = [(name, self._behind(connection, leg, name, url, method)) for name, url, method in callbacks]
        if detects_later and leg.is_callee and "AsyncAmdStatusCallback" not in dict(led):
            led.append(("AsyncAmdStatusCallback", self.amd(connection, leg, None)))
        if voice.url is not None:
            led.append(
                (
                    "Url",
                    self.twiml(connection, leg, voice.url, voice.method, voice.fallback_url, voice.fallback_method),
                )
            )
        elif voice.twiml is not None and not detects and is_quiet(voice.twiml):
            return [*led, ("Twiml", voice.twiml)]
        elif voice.twiml is not None:
            led.append(("Url", self.document(connection, leg, voice.twiml)))
        return [*led, ("FallbackUrl", self.fallback(leg))]

    def _behind(self, connection: Connection, leg: Leg, name: str, url: str, method: str) -> str:
        if name == "AsyncAmdStatusCallback" and leg.is_callee:
            return self.amd(connection, leg, url, method)
        return self.callback(connection, leg, url, method)

    def fallback(self, leg: Leg) -> str:
        """Where Twilio turns when it gets no TwiML from us: a refusal, in words for our own people."""
        hears = "callee" if leg.is_callee else leg.language
        return f"{self.fallback_base_url}/twilio/voice/fallback/{hears}"

    def find(self, link_id: str) -> Link:
        """Raises `NotFound`."""
        with self.database.reading() as connection:
            return link_by_id(connection, link_id)

    def _kept(self, connection: Connection, leg: Leg, kind: str, **said: Any) -> str:
        values = {
            "kind": kind,
            "controller_id": leg.controller_id,
            "campaign_id": leg.campaign_id,
            "credential_id": leg.credential_id,
            "attempt_id": leg.attempt_id,
            "own_call_id": leg.own_call_id,
            "language": leg.language,
            "url": None,
            "method": "POST",
            "fallback_url": None,
            "fallback_method": "POST",
            "document": None,
            **said,
        }
        link_id = keep_link(connection, values, self.clock.now())
        return f"{self.public_base_url}/twilio/{kind}/{link_id}{PATIENTLY if kind == TWIML else DELIVERY}"


def reporting_to(url: str) -> list[tuple[str, str]]:
    """Parameters by which Twilio reports every event of a call to this URL of ours."""
    return [
        ("StatusCallback", f"{url}{DELIVERY}"),
        ("StatusCallbackMethod", "POST"),
        *(("StatusCallbackEvent", event) for event in EVENTS),
    ]


def leg_of(link: Link) -> Leg:
    """Whose leg a link speaks on."""
    return Leg(
        link.controller_id, link.campaign_id, link.credential_id, link.language, link.attempt_id, link.own_call_id
    )
