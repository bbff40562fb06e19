"""The catalogue in memory, exchanged for a fresh one as soon as a reading shows another generation."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from middleware.errors import NotAuthenticated, NotFound
from middleware.store.catalogue import Campaign, Catalogue, Credential, current_generation
from middleware.store.catalogue_reading import load
from middleware.store.database import Database


class CurrentCatalogue:
    """Loaded when first asked for. Every method raises `StoreUnavailable` when it must read and cannot."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loading = Lock()
        self._catalogue: Catalogue | None = None

    def get(self) -> Catalogue:
        """The copy in memory; the hot path compares its generation with the store's and calls `refresh`."""
        return self._catalogue or self.refresh()

    def refresh(self, seen_generation: int | None = None) -> Catalogue:
        """Read it anew, unless another thread has already read the generation that was seen."""
        with self._loading:
            held = self._catalogue
            if held is not None and seen_generation == held.generation:
                return held
            with self._database.reading() as connection:
                self._catalogue = load(connection)
            return self._catalogue

    def checked(self) -> Catalogue:
        """A copy that is current now; for everything off the hot path."""
        with self._database.reading() as connection:
            generation = current_generation(connection)
        held = self._catalogue
        return held if held is not None and held.generation == generation else self.refresh(generation)

    def recheck(self, credential: Credential, now: datetime) -> None:
        """After a change: raises `NotAuthenticated` if this credential was withdrawn, has ended or became another."""
        catalogue = self.get()
        if credential.kind == "agent":
            agents = catalogue.agents.get(credential.label, ())
            if not any(agent.controller_id == credential.controller_id for agent in agents):
                raise NotAuthenticated("this agent is not on file any more: ask an administrator")
            return
        current = catalogue.credentials.get(credential.id)
        if current is None or not current.is_current(now) or not current.grants_as(credential):
            raise NotAuthenticated("this credential has been withdrawn: ask an administrator for a new one")

    def campaign_for(self, credential: Credential, campaign_id: str) -> Campaign:
        """A campaign that this credential reaches; raises `NotFound` for others as for none."""
        campaign = self.get().campaigns.get(campaign_id) or self.checked().campaigns.get(campaign_id)
        is_own = credential.campaign_id in {None, campaign_id}
        if campaign is None or not is_own or not credential.reaches(campaign.controller_id):
            raise NotFound(f"no campaign {campaign_id!r} that this credential may call for")
        return campaign
