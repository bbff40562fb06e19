"""The routes of a dialer, put together: calls, participants, what is changed about them, and what they hear."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.clock import Clock
from middleware.gateways.ports import CallCarrier, DocumentSource
from middleware.services.calls import Calls
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.dialer_accounts import DialerAccounts
from middleware.services.precall import Precall
from middleware.services.routes.creating import Creating
from middleware.services.routes.instructions import Instructions
from middleware.services.routes.links import Links
from middleware.services.routes.live_calls import LiveCalls
from middleware.services.routes.machine_speech import MachineSpeech
from middleware.services.routes.own_call_sweep import OwnCallSweep
from middleware.services.routes.own_calls import OwnCalls
from middleware.services.routes.pacing import Pacing
from middleware.services.routes.participants import Participants
from middleware.services.routes.placing import Placing
from middleware.services.routes.target_gate import TargetGate
from middleware.services.routes.voicemail import Voicemail
from middleware.store.database import Database


@dataclass(frozen=True, slots=True)
class Ground:
    """What all of them stand on."""

    precall: Precall
    carrier: CallCarrier
    catalogue: CurrentCatalogue
    database: Database
    clock: Clock
    links: Links
    public_base_url: str


@dataclass(frozen=True, slots=True)
class GatedRoutes:
    calls: Calls
    live_calls: LiveCalls
    participants: Participants
    own_calls: OwnCalls
    instructions: Instructions
    voicemail: Voicemail
    creating: Creating
    own_call_sweep: OwnCallSweep


def gated_routes(
    ground: Ground, gate: TargetGate, accounts: DialerAccounts, source: DocumentSource, pacing: Pacing
) -> GatedRoutes:
    """All of them around one gate and one pace."""
    precall, carrier, catalogue, database = ground.precall, ground.carrier, ground.catalogue, ground.database
    clock, links, base = ground.clock, ground.links, ground.public_base_url
    creating = Creating(database, clock, pacing)
    own_calls = OwnCalls(carrier, catalogue, database, clock, links, creating, base)
    placing = Placing(precall, database, clock, creating, gate.whom, base)
    speech = MachineSpeech(precall, gate, database, clock)
    voicemail = Voicemail(database, catalogue, carrier, speech)
    live_calls = LiveCalls(carrier, database, links)
    return GatedRoutes(
        calls=Calls(carrier, catalogue, database, links, own_calls, placing),
        live_calls=live_calls,
        participants=Participants(carrier, catalogue, database, links, own_calls, live_calls, placing),
        own_calls=own_calls,
        own_call_sweep=OwnCallSweep(database, carrier, clock),
        instructions=Instructions(links, gate, speech, voicemail, accounts, source, database, clock, base),
        voicemail=voicemail,
        creating=creating,
    )
