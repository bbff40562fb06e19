"""Who is called, an objection heard before anything else: somebody of ours who wants no calls is no longer ours."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.keyed_hash import Pepper
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.own_people import OwnPerson, Telephone, Unreachable, whom
from middleware.store.database import Database
from middleware.store.suppressions import SuppressionRepository


@dataclass(frozen=True, slots=True)
class WhomToRing:
    catalogue: CurrentCatalogue
    database: Database
    pepper: Pepper

    def at(self, controller_id: str, given: str) -> OwnPerson | Telephone | Unreachable:
        """As `whom`; an agent's telephone that is on the stop list is asked about like any other, and refused."""
        found = whom(self.catalogue.checked(), controller_id, given)
        if isinstance(found, OwnPerson) and found.address.startswith("+") and self._is_barred(controller_id, found):
            return Telephone(found.address)
        return found

    def _is_barred(self, controller_id: str, person: OwnPerson) -> bool:
        with self.database.reading() as connection:
            key = self.pepper.number(person.address)
            return bool(SuppressionRepository(connection).scopes_barring([key], controller_id))
