"""People who may object, in tests: Anna on record with two companies, and a colleague of hers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from middleware.services.asking import Credential
from middleware.services.objections import Objections
from middleware.services.precall import Precall
from middleware.store.database import Database
from middleware.store.models import GuardRow, SuppressionRow
from tests.builders import NOON
from tests.people import insert_contact, owe
from tests.reserving import MORNING, a_dialer, a_gate, a_question, clock_showing
from tests.rows import insert_campaign
from tests.stopped_clock import StoppedClock

DIRECT, MOBILE, SWITCHBOARD = "+4533123456", "+4520123456", "+4533129999"
AT_BETA, COLLEAGUE = "+4533127777", "+4520127777"
CLOCK = clock_showing(MORNING)


@dataclass
class World:
    """Anna answers at three numbers for `acme` and at one for `beta`; Bo is a colleague at the same switchboard."""

    store: Database
    desk: Objections
    precall: Precall
    dialer: Credential
    anna: str
    notice_id: str

    def reasons(self, callee: str, campaign_id: str = "spring") -> list[str]:
        """Why this call may not be made now; asked without reserving."""
        considered = self.precall.consider(a_question(callee, campaign_id), self.dialer)
        return [verdict.reason.value for verdict in considered.decision.refusals if verdict.reason]

    def rows(self) -> list[tuple[str, str, str, str | None]]:
        """Subject, key, scope and its id of all entries."""
        with self.store.reading() as connection:
            found = connection.execute(select(SuppressionRow.__table__))
            return sorted((row.subject, row.subject_key, row.scope, row.scope_id) for row in found)

    def guards(self) -> int:
        with self.store.reading() as connection:
            return len(connection.execute(select(GuardRow.seq)).all())


def build_world(store: Database) -> World:
    """Two controllers with three campaigns, the people, and the notice that a call to Anna owes."""
    for campaign, controller in (("spring", "acme"), ("summer", "acme"), ("autumn", "beta")):
        insert_campaign(store, campaign, controller)
    anna = insert_contact(store, numbers=(DIRECT, MOBILE, SWITCHBOARD))
    insert_contact(store, "beta", numbers=(AT_BETA,))
    insert_contact(store, email="bo@boozt.example", numbers=(COLLEAGUE, SWITCHBOARD))
    notice_id = owe(store, anna, callee=DIRECT)
    assert notice_id is not None
    dialer = a_dialer(store)
    return World(store, Objections(store, StoppedClock(NOON)), a_gate(store, CLOCK), dialer, anna, notice_id)
