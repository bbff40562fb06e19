"""A gate for tests: it permits the numbers that it is given, and remembers what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from middleware.twiml.asking import Ring, Wish
from middleware.twiml.reading import read_document
from middleware.twiml.rewriting import Rewriting

BASE = "https://dialer.example/voice/first?a=1"
CALLER_ID = "+4570123499"


@dataclass(slots=True)
class HandDoors:
    """`permitted`: as written -> the number that was checked. `client:` and `sip:` of `own.example` are ours."""

    permitted: dict[str, str] = field(default_factory=dict)
    caller_ids: dict[str, str] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    led: list[tuple[str, str, str]] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)

    def ring(self, wish: Wish) -> Ring | None:
        self.wishes.append(wish)
        back = f"https://us.example/status/{wish.index}"
        if wish.address.startswith("client:"):
            return Ring("Client", wish.address.removeprefix("client:"), back)
        if wish.address.startswith("sip:") and wish.address.endswith("@own.example"):
            return Ring("Sip", wish.address, back)
        if wish.address not in self.permitted:
            return None
        number = self.permitted[wish.address]
        return Ring("Number", number, back, self.caller_ids.get(number, CALLER_ID), 20 + wish.index)

    def twiml(self, url: str, method: str, ring: Ring | None) -> str:
        return self._led("twiml", url, method)

    def report(self, url: str, method: str) -> str:
        return self._led("report", url, method)

    def detection(self, url: str | None, method: str, ring: Ring) -> str:
        return self._led("detection", url or "", method)

    def later(self, document: str) -> str:
        self.rest.append(document)
        return "https://us.example/later"

    def refused(self) -> Sequence[ET.Element]:
        return [ET.Element("Hangup")]

    def _led(self, kind: str, url: str, method: str) -> str:
        self.led.append((kind, url, method))
        return f"https://us.example/{kind}/{len(self.led)}"


def rewritten(document: str, doors: HandDoors | None = None, base: str | None = BASE) -> ET.Element:
    """What Twilio gets for this document of the controller `acme`."""
    written = Rewriting("acme", base, doors or HandDoors()).rewrite(read_document(document))
    return ET.fromstring(written)  # noqa: S314 - our own


def shape(element: ET.Element) -> str:
    """The document without what does not matter to a reader of a test."""
    return ET.tostring(element, encoding="unicode")
