"""Carries out TwiML on a leg: speaks, waits, asks for keys, dials further legs, and goes where it is sent.

Time passes as the leg's plan has it. Instructions that merely speak do not end a call before its plan does; `<Hangup>`,
`<Reject>`, an error, and a `<Dial>` after which nothing stands end it.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from scripts.twilio_simulator.calls import Call, Status
from scripts.twilio_simulator.deliveries import Purpose
from scripts.twilio_simulator.form import Webhook, is_web_address

MOST_DOCUMENTS: Final = 50
_SPEECH_SECONDS: Final = 2.0
_QUIET: Final = frozenset({"Say", "Play", "Pause", "Leave", "Start", "Stop"})
_STAYS: Final = frozenset({"Conference", "Queue"})
Answer = tuple[str, str]  # a document and where it stands


class Switchboard(Protocol):
    """What carrying out asks of the exchange."""

    async def ask(self, call: Call, purpose: Purpose, webhook: Webhook, more: Mapping[str, str]) -> str | None:
        """What the URL answers; None where it fails."""

    async def pass_time(self, seconds: float) -> None:
        """Simulated seconds."""

    def hang_up(self, call: Call) -> None:
        """End the leg."""

    def hold(self, call: Call) -> None:
        """Keep the leg on the line, whatever was planned."""

    async def dial(self, call: Call, dial: ET.Element, base: str) -> dict[str, str]:
        """Ring everybody in a `<Dial>` until one answers and is done; what its `action` is told."""


class Execution:
    """One leg's instructions from now on."""

    def __init__(self, board: Switchboard, call: Call) -> None:
        self._board = board
        self._call = call

    async def run(self, document: str, base: str) -> None:
        """Until there is nothing left to do, or the leg is gone."""
        answer: Answer | None = (document, base)
        for _ in range(MOST_DOCUMENTS):
            if answer is None or self._call.status.is_final:
                return
            answer = await self._carried_out(*answer)
        self._fail("too many documents")

    async def _carried_out(self, document: str, base: str) -> Answer | None:
        """Where to go next."""
        try:
            root = ET.fromstring(document.strip()) if document.strip() else ET.Element("Response")  # noqa: S314
        except ET.ParseError:
            # plain text is read aloud by Twilio; the leg goes on as planned
            self._note(said=document.strip()[:200])
            return None
        for place, verb in enumerate(root):
            if self._call.status.is_final:
                return None
            is_last = place == len(root) - 1
            answer = await self._done(verb, base, is_last=is_last)
            if answer is not None:
                return answer
        if self._call.request.direction == "inbound":
            self._board.hang_up(self._call)
        return None

    async def _done(self, verb: ET.Element, base: str, *, is_last: bool) -> Answer | None:
        if verb.tag in _QUIET:
            await self._heard(verb)
        elif verb.tag in {"Hangup", "Reject"}:
            self._note(ended=verb.tag)
            self._board.hang_up(self._call)
        elif verb.tag == "Redirect":
            return await self._go((verb.text or "").strip(), base, {}, verb)
        elif verb.tag == "Gather":
            return await self._gathered(verb, base)
        elif verb.tag == "Record":
            return await self._recorded(verb, base)
        elif verb.tag == "Dial":
            return await self._dialled(verb, base, is_last=is_last)
        elif verb.tag in {"Enqueue", "Connect"}:
            self._note(joined=verb.tag, name=(verb.text or "").strip())
            self._board.hold(self._call)
        else:
            self._fail(f"<{verb.tag}> is not carried out")
        return None

    async def _heard(self, verb: ET.Element) -> None:
        if verb.tag == "Say":
            self._note(said="".join(verb.itertext()).strip(), language=verb.get("language"))
        elif verb.tag == "Play":
            self._note(played=(verb.text or "").strip())
        length = verb.get("length", "")
        await self._board.pass_time(float(length) if verb.tag == "Pause" and length.isdigit() else _SPEECH_SECONDS)

    async def _gathered(self, verb: ET.Element, base: str) -> Answer | None:
        for prompt in verb:
            await self._heard(prompt)
        digits = self._call.digits.pop(0) if self._call.digits else ""
        self._note(pressed=digits)
        if not digits and verb.get("actionOnEmptyResult", "").lower() != "true":
            return None
        return await self._go(verb.get("action", ""), base, {"Digits": digits}, verb)

    async def _recorded(self, verb: ET.Element, base: str) -> Answer | None:
        sid, seconds = f"RE{self._call.sid[2:]}", "7"
        self._note(recorded=sid)
        await self._board.pass_time(float(seconds))
        told = {
            "RecordingSid": sid,
            "RecordingDuration": seconds,
            "RecordingUrl": f"https://api.twilio.com/2010-04-01/Accounts/{self._call.account_sid}/Recordings/{sid}",
        }
        callback = verb.get("recordingStatusCallback")
        if callback:
            url = urljoin(base, callback)
            more = {**told, "RecordingStatus": "completed"}
            await self._board.ask(self._call, Purpose.ACTION, Webhook(url, "POST"), more)
        return await self._go(verb.get("action", ""), base, {**told, "Digits": "hangup"}, verb)

    async def _dialled(self, verb: ET.Element, base: str, *, is_last: bool) -> Answer | None:
        if any(noun.tag in _STAYS for noun in verb):
            self._note(joined=verb[0].tag, name=(verb[0].text or "").strip())
            self._board.hold(self._call)
            return None
        self._board.hold(self._call)
        told = await self._board.dial(self._call, verb, base)
        self._note(dialled=told["DialCallStatus"])
        if self._call.status.is_final:
            return None
        if verb.get("action"):
            return await self._go(verb.get("action", ""), base, told, verb)
        if is_last:
            self._board.hang_up(self._call)
        return None

    async def _go(self, url: str, base: str, more: Mapping[str, str], verb: ET.Element) -> Answer | None:
        """The document there; without an address of its own it is the current one's."""
        target = urljoin(base, url)
        if not is_web_address(target):
            self._fail(f"no URL to go to: {target}")
            return None
        method = "GET" if verb.get("method", "").upper() == "GET" else "POST"
        found = await self._board.ask(self._call, Purpose.ACTION, Webhook(target, method), more)
        if found is None:
            self._fail("the next document cannot be had")
            return None
        return found, target

    def _fail(self, why: str) -> None:
        """As Twilio: an application error is read out, and the leg is hung up."""
        self._note(error=why)
        if self._call.status in {Status.IN_PROGRESS, Status.RINGING}:
            self._board.hang_up(self._call)

    def _note(self, **what: Any) -> None:
        self._call.transcript.append({name: value for name, value in what.items() if value is not None})
