"""Exports of attempts: who may have one, what goes into it, and the two entries of the access log about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from middleware.clock import Clock
from middleware.errors import InvalidRequest, NotFound
from middleware.services.access import require_role
from middleware.services.asking import Credential
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.exports.formats import Encoder, encoder_of
from middleware.services.exports.loosened import LoosenedFigures
from middleware.services.exports.manifest import ExportedFile, ExportRange, Manifest, Tally
from middleware.services.exports.query import ExportQuery
from middleware.store.access_log import access_belonging_to, access_by_id, note_access
from middleware.store.database import Database
from middleware.store.exports import Span, exported_pages
from middleware.store.ids import new_id
from middleware.store.schema import revision_of

BEGAN, ENDED = "export.began", "export.ended"
SETTLING = timedelta(seconds=30)  # the longest from a decision to its commit: SQLite's writers wait fifteen at most


@dataclass(frozen=True, slots=True)
class _Begun:
    export_id: str
    at: datetime
    asker: Credential
    query: ExportQuery
    span: Span
    file_name: str


class ExportStream:
    """The bytes of one export, to be read once. `manifest` is there when all have been read and that is recorded."""

    def __init__(self, database: Database, clock: Clock, begun: _Begun) -> None:
        self.export_id = begun.export_id
        self.file_name = begun.file_name
        self.span = begun.span
        self.manifest: Manifest | None = None
        self.tally = Tally()
        self._encoder = encoder_of(begun.query.format)
        self.media_type = self._encoder.media_type
        self._database = database
        self._loosened = LoosenedFigures(database)
        self._clock = clock
        self._begun = begun
        self._chunks = self._read()

    def __iter__(self) -> Iterator[bytes]:
        """Chunks of some hundred rows. Raises `StoreUnavailable`: what was read until then is no export."""
        return self._chunks

    def _read(self) -> Iterator[bytes]:
        yield from self._counted(self._encoder.head())
        for page in exported_pages(self._database, self._begun.span, self._encoder.with_events):
            self.tally.add_attempts(page)
            yield from self._counted(self._encoder.rows(self._loosened.told(page)))
        self.manifest = self._end()

    def _counted(self, chunk: bytes) -> Iterator[bytes]:
        if chunk:
            self.tally.add_bytes(chunk)
            yield chunk

    def _end(self) -> Manifest:
        now = self._clock.now()
        with self._database.writing() as connection:
            schema = revision_of(connection) or "none"
            manifest = _manifest(self._begun, self._encoder, self.tally, now, self._clock, schema)
            detail = {"of": self.export_id, "manifest": manifest.model_dump(mode="json")}
            note_access(connection, new_id(now), now, self._begun.asker.id, ENDED, detail)
        return manifest


class Exports:
    """For auditors alone; a credential of one controller exports that one's attempts."""

    def __init__(self, database: Database, catalogue: CurrentCatalogue, clock: Clock) -> None:
        self._database = database
        self._catalogue = catalogue
        self._clock = clock

    def attempts(self, query: ExportQuery, asker: Credential) -> ExportStream:
        """Begin an export; it is recorded before a byte of it can be read.

        Raises `NotAllowed` for other roles, `NotFound` for a campaign out of reach, `InvalidRequest` for a range that
        lies in the future.
        """
        require_role(asker, "auditor")
        now = self._clock.now()
        if query.begins >= now:
            raise InvalidRequest("lies in the future, where nothing has been asked yet", "from")
        campaign_id = query.campaign_id or asker.campaign_id
        if campaign_id is not None:
            campaign_id = self._catalogue.campaign_for(asker, campaign_id).id
        span = Span(query.begins, min(query.ends, now), asker.controller_id, campaign_id)
        export_id = new_id(now)
        begun = _Begun(export_id, now, asker, query, span, _file_name(span, query, export_id))
        self._note_begin(begun)
        return ExportStream(self._database, self._clock, begun)

    def manifest(self, export_id: str, asker: Credential) -> Manifest:
        """The manifest of an export that has ended; raises `NotFound` for one that has not, or is out of reach."""
        require_role(asker, "auditor")
        with self._database.reading() as connection:
            began = access_by_id(connection, export_id, BEGAN)
            if began is None or asker.controller_id not in {None, began.detail["controller"]}:
                raise NotFound(f"no export {export_id}")
            ended = access_belonging_to(connection, began, ENDED)
        if ended is None:
            raise NotFound(
                f"export {export_id} has no manifest: it is still being read, or was cut off. "
                "Read it to its end, and export again if the connection broke"
            )
        return Manifest.model_validate(ended.detail["manifest"])

    def _note_begin(self, begun: _Begun) -> None:
        detail = {
            "content": "attempts",
            "asked_from": begun.span.begins,
            "asked_before": begun.span.ends,
            "wanted_before": begun.query.ends,
            "controller": begun.span.controller_id,
            "campaign": begun.span.campaign_id,
            "file": begun.file_name,
        }
        with self._database.writing() as connection:
            note_access(connection, begun.export_id, begun.at, begun.asker.id, BEGAN, detail)


def _manifest(begun: _Begun, encoder: Encoder, tally: Tally, now: datetime, clock: Clock, schema: str) -> Manifest:
    span = begun.span
    return Manifest(
        export_id=begun.export_id,
        asked_by=begun.asker.id,
        asked_by_label=begun.asker.label,
        controller=span.controller_id,
        campaign=span.campaign_id,
        range=ExportRange(
            asked_from=span.begins,
            asked_before=span.ends,
            wanted_before=begun.query.ends,
            complete_before=min(span.ends, begun.at - SETTLING),
        ),
        began_at=begun.at,
        ended_at=now,
        clock_offset_seconds=clock.offset.total_seconds(),
        ringfence_version=version("ringfence"),
        database_schema=schema,
        file=ExportedFile(
            name=begun.file_name,
            format=begun.query.format,
            encoding=encoder.encoding,
            columns=encoder.columns,
            size=tally.size,
            sha256=tally.sha256(),
        ),
        counts=tally.counts(),
        may_still_change=tally.may_still_change(),
    )


def _file_name(span: Span, query: ExportQuery, export_id: str) -> str:
    """Says what it holds and never meets another's name; holds nothing that was typed by somebody."""
    days = f"{span.begins:%Y%m%dT%H%M}Z-{span.ends:%Y%m%dT%H%M}Z"
    return f"attempts-{days}-{export_id[-12:]}.{query.format}"
