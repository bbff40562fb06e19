"""What Twilio is told to do on a leg: the dialer's own TwiML, fetched, checked, and written anew."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4
from xml.etree import ElementTree as ET

from middleware.clock import Clock
from middleware.errors import CallbackForbidden, DocumentUnavailable, RingfenceError, TwimlRefused
from middleware.explanations import spoken
from middleware.gateways.ports import DocumentSource, FetchedDocument, Pairs
from middleware.services.dialer_accounts import DialerAccounts
from middleware.services.routes.doors import GatedDoors, Occasion, hang_up
from middleware.services.routes.legs import Leg
from middleware.services.routes.links import TWIML, Link, Links, leg_of
from middleware.services.routes.machine_speech import MachineSpeech
from middleware.services.routes.target_gate import TargetGate
from middleware.services.routes.voicemail import Voicemail
from middleware.store.database import Database
from middleware.store.own_calls import OwnCallRepository
from middleware.twiml.reading import read_document, speaks
from middleware.twiml.rewriting import Rewriting, as_text

logger = logging.getLogger(__name__)
_FETCH_FAILED, _NOT_TWIML = "11200", "12100"  # Twilio's own codes, which it hands to fallback URLs


@dataclass(frozen=True, slots=True)
class Instructions:
    """Behind `/twilio/twiml/<link>`. Whatever goes wrong, the answer is TwiML that rings nobody."""

    links: Links
    gate: TargetGate
    speech: MachineSpeech
    voicemail: Voicemail
    accounts: DialerAccounts
    source: DocumentSource
    database: Database
    clock: Clock
    public_base_url: str

    def answer(self, link_id: str, asked: Pairs, delivery_id: str | None) -> str:
        """TwiML for the leg that the link speaks on. `asked`: Twilio's parameters; `delivery_id`: its idempotency
        token, which is the same when it repeats a delivery. Raises `NotFound` for no such link."""
        link = self.links.find(link_id)
        leg = leg_of(link)
        try:
            return self._answer(link, leg, asked, delivery_id)
        except (TwimlRefused, CallbackForbidden, DocumentUnavailable) as error:
            logger.warning("link %s: its TwiML is not carried out: %s", link_id, error)
        except RingfenceError as error:
            logger.error("link %s: nothing can be decided: %s", link_id, error)
        return hang_up(leg, spoken("not_now", leg.language))

    def _answer(self, link: Link, leg: Leg, asked: Pairs, delivery_id: str | None) -> str:
        parameters = dict(asked)
        if leg.attempt_id is not None:
            to_a_machine = self.voicemail.answer(leg.attempt_id, parameters)
            if to_a_machine is not None:
                return to_a_machine
        root, base = self._found(link, asked, delivery_id or str(uuid4()))
        if leg.attempt_id is not None and speaks(root) and not self.speech.is_allowed_on(leg.attempt_id):
            return hang_up(leg)
        occasion = Occasion(
            # a delivery that Twilio repeats is the same occasion; the same document heard again is another
            event=sha256(f"{delivery_id or uuid4()} {link.id}".encode()).hexdigest()[:48],
            route=self._route(leg),
            call_sid=parameters.get("CallSid", ""),
        )
        doors = GatedDoors(leg, occasion, self.gate, self.links, self.database, self.clock, self.public_base_url)
        return Rewriting(leg.controller_id, base, doors).rewrite(root)

    def _found(self, link: Link, asked: Pairs, delivery_id: str) -> tuple[ET.Element, str | None]:
        """The document, and the URL from which relative ones in it count; None for one that was given inline."""
        if link.kind != TWIML:
            raise TwimlRefused("this link leads to no TwiML")
        if link.document is not None:
            return read_document(link.document), None
        account = self.accounts.of(link.credential_id)
        token, given = account.token, account.seen(asked)
        try:
            return _read(self.source.fetch(link.url or "", link.method, given, token, delivery_id))
        except (CallbackForbidden, DocumentUnavailable, TwimlRefused) as error:
            if link.fallback_url is None:
                raise
            code = _NOT_TWIML if isinstance(error, TwimlRefused) else _FETCH_FAILED
            logger.warning("link %s: the fallback is asked: %s", link.id, error)
            failed = [*given, ("ErrorCode", code), ("ErrorUrl", link.url or "")]
            again = f"{delivery_id}-fallback"
            return _read(self.source.fetch(link.fallback_url, link.fallback_method, failed, token, again))

    def _route(self, leg: Leg) -> str:
        """Calls that a click asked for are counted as such."""
        if leg.own_call_id is None:
            return "twiml"
        with self.database.reading() as connection:
            own_call = OwnCallRepository(connection).by_id(leg.own_call_id)
        return own_call.route if own_call.route == "click_to_call" else "twiml"


def _read(found: FetchedDocument) -> tuple[ET.Element, str]:
    return _readable(found), found.final_url


def _readable(found: FetchedDocument) -> ET.Element:
    """Sound is played, and plain text is read aloud, as Twilio does; everything else must be TwiML."""
    kind = found.content_type.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        root = ET.Element("Response")
        ET.SubElement(root, "Play").text = found.final_url
        return root
    if kind == "text/plain":
        root = ET.Element("Response")
        ET.SubElement(root, "Say").text = found.text
        return root
    return read_document(found.text)


def hung_up() -> str:
    """TwiML that ends the call, for whoever asks on a link that is not there."""
    response = ET.Element("Response")
    ET.SubElement(response, "Hangup")
    return as_text(response)
