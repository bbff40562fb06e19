"""Puts the parts of a comparison together around one carrier."""

from __future__ import annotations

from threading import Event

from middleware.clock import Clock
from middleware.gateways.ports import CallReading
from middleware.keyed_hash import Pepper
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.reconciliation.call_list import CallLists, Wait
from middleware.services.reconciliation.comparing import Comparing
from middleware.services.reconciliation.mending import Mending
from middleware.services.reconciliation.missing import Missing
from middleware.services.reconciliation.nightly import NightlyReconciliation
from middleware.services.reconciliation.reconciling import Reconciliations
from middleware.store.database import Database


def nightly_reconciliation(
    database: Database,
    carrier: CallReading,
    catalogue: CurrentCatalogue,
    clock: Clock,
    pepper: Pepper,
    wait: Wait | None = None,
) -> NightlyReconciliation:
    """By night, and on demand through its `reconciliations`. `wait` lets seconds pass."""
    lists = CallLists(carrier, wait or Event().wait)
    mending = Mending(database, clock)
    comparing = Comparing(database, catalogue, clock, pepper, mending)
    reconciliations = Reconciliations(database, lists, comparing, Missing(database, lists, clock, mending), clock)
    return NightlyReconciliation(reconciliations, database, clock)
