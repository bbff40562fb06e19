"""Legs of our own people: logged when they begin, so that whatever is heard on them has its place."""

from __future__ import annotations

from datetime import datetime

from middleware.services.own_people import OwnPerson
from middleware.services.routes.legs import Leg
from middleware.store.database import Connection
from middleware.store.own_calls import OwnCallRepository
from middleware.store.own_legs import keep_own_leg


def begun(
    connection: Connection,
    at: datetime,
    asking: Leg,
    route: str,
    person: OwnPerson,
    *,
    occasion: str | None = None,
    parent_call_sid: str | None = None,
) -> Leg:
    """The leg of a person of ours who is rung on behalf of whoever is `asking`.

    `occasion`, where there is one, tells it from every other: told again, it is the same leg.
    """
    values = {
        "controller_id": asking.controller_id,
        "campaign_id": asking.campaign_id,
        "credential_id": asking.credential_id,
        "route": route,
        "address": person.address,
        "language": person.language,
        "parent_call_sid": parent_call_sid,
    }
    if occasion is None:
        own_call_id = OwnCallRepository(connection).add(at, **values)
    else:
        own_call_id = keep_own_leg(connection, occasion, at, **values)
    return Leg(asking.controller_id, asking.campaign_id, asking.credential_id, person.language, own_call_id=own_call_id)
