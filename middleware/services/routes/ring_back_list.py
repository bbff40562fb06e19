"""Who rang back, for those who answer them and those who look after it. Every reading is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from middleware.clock import Clock
from middleware.errors import InvalidRequest
from middleware.services.access import require_role
from middleware.store.access_log import note_access
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.store.ids import new_id
from middleware.store.ring_backs import RingBack, RingBackRepository

__all__ = ["RingBack", "RingBackList", "RingBackPage"]
ROLES = ("caller", "auditor", "admin")
READ = "ring_backs.read"
MOST = 1_000


@dataclass(frozen=True, slots=True)
class RingBackPage:
    """The oldest of those asked for; `is_whole` False: there are more, later than the last of these."""

    ring_backs: tuple[RingBack, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class RingBackList:
    """A credential of one controller sees that one's, and those of whom nobody knows which of several they meant."""

    database: Database
    clock: Clock

    def between(self, begins: datetime, ends: datetime, asker: Credential) -> RingBackPage:
        """Raises `NotAllowed` for other roles, `InvalidRequest` for a time that holds nothing."""
        require_role(asker, *ROLES)
        if begins >= ends:
            raise InvalidRequest("must be later than the beginning; it is not part of the range itself", "to")
        with self.database.writing() as connection:
            found = RingBackRepository(connection).between(begins, ends, asker.controller_id, MOST + 1)
            now = self.clock.now()
            detail = {"from": begins, "to": ends, "ring_backs": len(found[:MOST])}
            note_access(connection, new_id(now), now, asker.id, READ, detail)
        return RingBackPage(tuple(found[:MOST]), len(found) <= MOST)

    def one(self, ring_back_id: str, asker: Credential) -> RingBack:
        """Raises `NotAllowed` for other roles, `NotFound` for what is out of reach."""
        require_role(asker, *ROLES)
        with self.database.writing() as connection:
            ring_back = RingBackRepository(connection).visible(ring_back_id, asker.controller_id)
            now = self.clock.now()
            note_access(connection, new_id(now), now, asker.id, READ, {"ring_back": ring_back_id})
        return ring_back
