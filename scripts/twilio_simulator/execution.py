"""Carries out TwiML on a leg: speaks, waits, asks for keys, dials further legs, and goes where it is sent.

Time passes as the leg's plan has it. Instructions that merely speak do not end a call before its plan does; `<Hangup>`,
`<Reject>`, an error, and a `<Dial>` after which nothing stands end it. A call that came in ends with its instructions.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from scripts.twilio_simulator.calls import Call
from scripts.twilio_simulator.deliveries import Purpose
from scripts.twilio_simulator.form import Webhook, is_web_address

MOST_DOCUMENTS: Final = 50
_SPEECH_SECONDS: Final = 2.0
_RECORDED_SECONDS: Final = 7
_QUIET: Final = frozenset({"Say", "Play", "Pause", "Leave", "Start", "Stop"})
_ROOMS: Final = frozenset({"Conference", "Queue"})
_BEFORE_ANSWERING: Final = frozenset({"Reject", "Redirect", "Pause"})
Answer = tuple[str, str]  # a document and where it stands


class Switchboard(Protocol):
    """What carrying out asks of the exchange."""

    async def ask(self, call: Call, purpose: Purpose, webhook: Webhook, more: Mapping[str, str]) -> str | None:
        """What the URL answers; None where it fails."""

    async def pass_time(self, seconds: float) -> None:
        """Simulated seconds."""

    def answer(self, call: Call) -> None:
        """Answer a call that came in; nothing happens to one that is on the line."""

    def reject(self, call: Call, *, is_busy: bool) -> None:
        """End a call that came in and was not answered."""

    def hang_up(self, call: Call) -> None:
        """End the leg."""

    def join(self, call: Call, room: str) -> None:
        """The leg talks to others for as long as its plan has it; `room`: a conference's name, or empty."""

    def record(self, call: Call, seconds: int) -> str:
        """The SID of a recording of the leg."""

    async def dial(self, call: Call, dial: ET.Element, base: str, action: Webhook | None) -> dict[str, str]:
        """Ring everybody in a `<Dial>` until one answers and is done; what its `action` is told."""


class Execution:
    """One leg's instructions from now on."""

    def __init__(self, board: Switchboard, call: Call) -> None:
        self._board = board
        self._call = call
        self._has_dialled = False
        self._has_joined = False

    async def run(self, document: str, base: str) -> None:
        """Until there is nothing left to do, or the leg is gone."""
        for _ in range(MOST_DOCUMENTS):
            answer = await self._carried_out(document, base)
            if answer is None or self._call.status.is_final:
                return
            document, base = answer
        self.fail("too many documents")

    def fail(self, why: str) -> None:
        """As Twilio: an application error is read out, and the leg is hung up."""
        self._note(error=why)
        self._board.hang_up(self._call)

    async def _carried_out(self, document: str, base: str) -> Answer | None:
        """Where to go next."""
        root = read_twiml(document)
        if root is None:
            self.fail("this is no TwiML")
            return None
        for place, verb in enumerate(root):
            answer = await self._done(verb, base, is_last=place == len(root) - 1)
            if answer is not None or self._call.status.is_final or self._has_joined:
                return answer
        if self._call.is_inbound or self._has_dialled:  # any other goes on as planned
            self._board.hang_up(self._call)
        return None

    async def _done(self, verb: ET.Element, base: str, *, is_last: bool) -> Answer | None:
        if verb.tag not in _BEFORE_ANSWERING and not (verb.tag == "Dial" and _is_true(verb, "answerOnBridge")):
            self._board.answer(self._call)
        if verb.tag in _QUIET:
            await self._heard(verb)
        elif verb.tag == "Reject" and self._call.is_inbound and self._call.answered_at is None:
            self._note(ended=verb.tag)
            self._board.reject(self._call, is_busy=verb.get("reason") == "busy")
        elif verb.tag in {"Hangup", "Reject"}:
            self._note(ended=verb.tag)
            self._board.hang_up(self._call)
        elif verb.tag == "Redirect":
            return await self._go(self._at(verb, (verb.text or "").strip(), base), {})
        elif verb.tag == "Gather":
            return await self._gathered(verb, base)
        elif verb.tag == "Record":
            return await self._recorded(verb, base)
        elif verb.tag == "Dial":
            return await self._dialled(verb, base, is_last=is_last)
        elif verb.tag in {"Enqueue", "Connect"}:
            self._join(verb.tag, (verb.text or "").strip())
        else:
            self.fail(f"<{verb.tag}> is not carried out")
        return None

    async def _heard(self, verb: ET.Element) -> None:
        if verb.tag == "Say":
            self._note(said="".join(verb.itertext()).strip(), language=verb.get("language"))
        elif verb.tag == "Play":
            self._note(played=(verb.text or "").strip())
        length = verb.get("length", "1")
        await self._board.pass_time(float(length) if verb.tag == "Pause" and length.isdigit() else _SPEECH_SECONDS)

    async def _gathered(self, verb: ET.Element, base: str) -> Answer | None:
        for prompt in verb:
            await self._heard(prompt)
        digits = self._call.digits.pop(0) if self._call.digits else ""
        self._note(pressed=digits)
        if not digits and not _is_true(verb, "actionOnEmptyResult"):
            return None
        return await self._go(self._at(verb, verb.get("action", ""), base), {"Digits": digits})

    async def _recorded(self, verb: ET.Element, base: str) -> Answer | None:
        await self._board.pass_time(_RECORDED_SECONDS)
        sid = self._board.record(self._call, _RECORDED_SECONDS)
        self._note(recorded=sid)
        told = {
            "RecordingSid": sid,
            "RecordingDuration": str(_RECORDED_SECONDS),
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{self._call.account_sid}/Recordings/{sid}",
        }
        callback = verb.get("recordingStatusCallback")
        if callback:
            more = {**told, "RecordingStatus": "completed"}
            await self._board.ask(self._call, Purpose.RECORDING, Webhook(urljoin(base, callback), "POST"), more)
        return await self._go(self._at(verb, verb.get("action", ""), base), {**told, "Digits": "hangup"})

    async def _dialled(self, verb: ET.Element, base: str, *, is_last: bool) -> Answer | None:
        room = next((noun for noun in verb if noun.tag in _ROOMS), None)
        if room is not None:
            self._join(room.tag, (room.text or "").strip())
            return None
        self._has_dialled = True
        action = self._at(verb, verb.get("action", ""), base) if verb.get("action") else None
        told = await self._board.dial(self._call, verb, base, action)
        self._note(dialled=told["DialCallStatus"])
        if self._call.status.is_final:
            return None
        if action is not None:
            return await self._go(action, told)
        if is_last:
            self._board.hang_up(self._call)
        return None

    def _join(self, how: str, name: str) -> None:
        self._note(joined=how, name=name)
        self._has_joined = True
        self._board.join(self._call, name if how == "Conference" else "")

    @staticmethod
    def _at(verb: ET.Element, url: str, base: str) -> Webhook:
        """Without an address of its own it is the current document's."""
        method = "GET" if verb.get("method", "").upper() == "GET" else "POST"
        return Webhook(urljoin(base, url), method)

    async def _go(self, there: Webhook, more: Mapping[str, str]) -> Answer | None:
        if not is_web_address(there.url):
            self.fail(f"no URL to go to: {there.url}")
            return None
        found = await self._board.ask(self._call, Purpose.ACTION, there, more)
        if found is None:
            self.fail("the next document cannot be had")
            return None
        return found, there.url

    def _note(self, **what: Any) -> None:
        self._call.transcript.append({name: value for name, value in what.items() if value is not None})


def read_twiml(document: str) -> ET.Element | None:
    """Plain text is read aloud, nothing is nothing to do; None for what is neither that nor TwiML."""
    text = document.strip()
    if not text.startswith("<"):
        response = ET.Element("Response")
        if text:
            ET.SubElement(response, "Say").text = text
        return response
    try:
        root = ET.fromstring(text)  # noqa: S314
    except ET.ParseError:
        return None
    return root if root.tag == "Response" else None


def _is_true(verb: ET.Element, attribute: str) -> bool:
    return verb.get(attribute, "").lower() == "true"
