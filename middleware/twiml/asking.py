"""What the rewriting of a document asks of whoever knows the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Wish:
    """One telephone that a document would ring: as it is written there, with what the dialer wants to hear of it."""

    index: int
    kind: str  # Number, Sip, Client
    address: str
    caller_id: str | None
    timeout: int | None
    status_callback: str | None
    status_method: str
    status_events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring this. `noun` Number: a permitted number with its caller ID and seconds of ringing; else one of ours."""

    noun: str
    address: str
    status_callback: str
    caller_id: str | None = None
    seconds: int | None = None


class Doors(Protocol):
    """What the rewriting asks of whoever knows the gate."""

    def ring(self, wish: Wish) -> Ring | None:
        """Reserve; None: it may not be rung."""

    def twiml(self, url: str, method: str, ring: Ring | None) -> str:
        """Our address of further instructions; `ring`: they are heard by whom it rings."""

    def report(self, url: str, method: str) -> str:
        """Our address of a receiver of reports."""

    def detection(self, url: str | None, method: str, ring: Ring) -> str:
        """Our address for what picked up, a person or a machine; `url`: where the dialer wants to hear it."""

    def later(self, document: str) -> str:
        """Our address of the rest of a document, which is looked at when it is heard."""

    def refused(self) -> Sequence[ET.Element]:
        """What is heard in place of a `<Dial>` that rings nobody; the document ends there."""
