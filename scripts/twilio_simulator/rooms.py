"""Conferences: who is in which. A room is made by whoever joins it first, and is over when all have left."""

import hashlib

from scripts.twilio_simulator.calls import Call


class Rooms:
    """By SID, which follows from the name: a name that is used again is the same room."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._members: dict[str, list[Call]] = {}

    def join(self, name: str, call: Call) -> str:
        """The SID of the room of this name, or of this SID."""
        sid = name if name in self._names else f"CF{hashlib.sha256(name.encode()).hexdigest()[:32]}"
        self._names.setdefault(sid, name)
        self._members.setdefault(sid, []).append(call)
        return sid

    def find(self, name_or_sid: str) -> str | None:
        """The SID of the room of this name or SID."""
        return next((sid for sid, name in self._names.items() if name_or_sid in (sid, name)), None)

    def all(self) -> list[str]:
        """SIDs, the newest first."""
        return list(reversed(self._names))

    def name_of(self, sid: str) -> str:
        return self._names[sid]

    def members(self, sid: str) -> list[Call]:
        """Everybody who has ever joined, in this order."""
        return self._members[sid]

    def clear(self) -> None:
        self._names.clear()
        self._members.clear()
