"""All that answers people who ring or write to our caller IDs, put together."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.clock import Clock
from middleware.keyed_hash import Pepper
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.objections import Objections
from middleware.services.routes.ring_back_list import RingBackList
from middleware.services.routes.ring_back_people import RingBackPeople
from middleware.services.routes.ring_backs import RingBacks
from middleware.services.routes.texts import Texts
from middleware.store.database import Database


@dataclass(frozen=True, slots=True)
class Inbound:
    ring_backs: RingBacks
    people: RingBackPeople
    listing: RingBackList
    texts: Texts


def inbound(
    database: Database, catalogue: CurrentCatalogue, clock: Clock, pepper: Pepper, public_base_url: str
) -> Inbound:
    """Wired around one store."""
    objections = Objections(database, clock)
    return Inbound(
        ring_backs=RingBacks(database, catalogue, clock, pepper, objections),
        people=RingBackPeople(database, catalogue, clock, public_base_url),
        listing=RingBackList(database, clock),
        texts=Texts(database, clock, pepper, objections),
    )
