"""What the objection page needs of the services behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

ObjectionScope = Literal["controller", "everywhere"]


@dataclass(frozen=True, slots=True)
class ObjectionSubject:
    """What may be shown to whoever holds the link: it may have been forwarded, so neither name nor full number."""

    language: str  # of the notice: en, da, sv, de or nl
    controller_name: str
    masked_number: str
    already_objected: bool  # to calls from this controller, or to all
    already_objected_everywhere: bool = False


class ObjectionDesk(Protocol):
    """Takes objections that reach us through the link in a notice."""

    def describe(self, notice_id: str) -> ObjectionSubject:
        """What the page shows; changes nothing. Raises `UnknownNotice`."""

    def object(self, notice_id: str, scope: ObjectionScope, source: str) -> None:
        """Suppress the whole person, all numbers known, for this controller or for every one that uses this Ringfence.

        In force when this returns. Repeating it changes nothing. `source` is the door it came through
        (`objection_page` or `one_click`). Raises `UnknownNotice`.
        """


class ObjectionLinkReader(Protocol):
    """Reads the token at the end of an objection link."""

    def notice_id_from(self, token: str) -> str:
        """The notice the token stands for. Raises `InvalidLink`."""
