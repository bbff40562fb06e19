"""`ringfence scrub` and POST /v1/checks/batch: a whole list asked about, and nothing reserved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import BinaryIO

from middleware.clock import Clock
from middleware.keyed_hash import Pepper
from middleware.leads.delimited import DelimitedTable
from middleware.leads.duplicates import FirstLines
from middleware.leads.lead import LeadReader
from middleware.leads.objects import ObjectTable
from middleware.leads.opening import open_list, with_number
from middleware.leads.records import Record, Table
from middleware.services.access import require_role
from middleware.services.asking import Credential
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.instants import check_ahead
from middleware.services.precall import Precall
from middleware.services.scrubbing.answering import Answering
from middleware.services.scrubbing.answers import Order, RowAnswer
from middleware.services.scrubbing.portions import portion_answered
from middleware.services.scrubbing.repeats import Repeats
from middleware.services.scrubbing.stop_list import StopList
from middleware.services.scrubbing.tally import Summary
from middleware.store.access_log import note_access
from middleware.store.database import Database
from middleware.store.ids import new_id

BEGAN, ENDED = "scrub.began", "scrub.ended"
ROLES = ("dialer", "caller", "admin")
_AT_ONCE = 200  # rows whose mailboxes and companies the stop list is asked about in one statement


class ListKind(StrEnum):
    """What a file is: `FILE` is CSV or Excel, told apart by how it begins."""

    FILE = "file"
    CSV = "csv"
    JSON_LINES = "json_lines"
    JSON_ARRAY = "json_array"


@dataclass(frozen=True, slots=True)
class OpenList:
    """A list whose headings are known. `rows` is how many it has; of a workbook, how many it says it has."""

    table: Table
    digest: str  # SHA-256 of the file, in hex
    rows: int

    @property
    def headings(self) -> tuple[str, ...]:
        """As the file has them."""
        return self.table.columns.headings

    @property
    def delimiter(self) -> str:
        """What the file's cells are separated by; a comma where it is no CSV."""
        return self.table.delimiter if isinstance(self.table, DelimitedTable) else ","


class ScrubRun:
    """The answers of one list, to be read once; `summary` is whole when all have been read.

    Raises `StoreUnavailable` on the way: what was answered until then stands, and the rest is not known.
    """

    def __init__(self, answers: Generator[RowAnswer, None, None], summary: Summary) -> None:
        self.summary = summary
        self._answers = answers

    def __iter__(self) -> Iterator[RowAnswer]:
        return self._answers

    def close(self) -> None:
        """Read no further; how far it came is recorded."""
        self._answers.close()


class Scrub:
    def __init__(
        self, precall: Precall, catalogue: CurrentCatalogue, database: Database, clock: Clock, pepper: Pepper
    ) -> None:
        self._precall = precall
        self._catalogue = catalogue
        self._database = database
        self._clock = clock
        self._stop_list = StopList(database, pepper)

    def open(
        self,
        file: BinaryIO,
        kind: ListKind = ListKind.FILE,
        sheet: str | None = None,
        most_rows: int | None = None,
    ) -> OpenList:
        """Read what a list is and how long. Raises `InvalidRequest` for one that cannot be read, or has no numbers.

        Of a text file no more than one row beyond `most_rows` is counted: broken ones take long to read.
        """
        file.seek(0)
        digest = _digest(file)
        table = _openers(sheet)[kind](file)
        rows = table.rows
        if rows is None:
            rows = sum(1 for _ in islice(table.records(), None if most_rows is None else most_rows + 1))
        return OpenList(table, digest, rows)

    def begin(self, opened: OpenList, order: Order, asker: Credential) -> ScrubRun:
        """Begin to answer. That the list was asked about is recorded before the first answer, how it came out after
        the last: two entries of the access log with counts and the file's digest, and nothing of any person.

        Raises `NotAllowed` for other roles, `NotFound` for a campaign out of reach, `InvalidRequest` for a moment that
        has passed.
        """
        require_role(asker, *ROLES)
        campaign = self._catalogue.campaign_for(asker, order.campaign_id)
        now = self._clock.now()
        if order.at is not None:
            check_ahead(order.at, now, "at")
        entry_id = new_id(now)
        detail = {"controller": campaign.controller_id, "campaign": campaign.id, "sha256": opened.digest}
        with self._database.writing() as connection:
            note_access(connection, entry_id, now, asker.id, BEGAN, {**detail, "rows": opened.rows})
        summary = Summary.of(opened.table, order)
        answers = self._answers(opened.table, order, asker, summary)
        return ScrubRun(self._recorded(answers, entry_id, asker, summary), summary)

    def _recorded(
        self, answers: Iterator[RowAnswer], entry_id: str, asker: Credential, summary: Summary
    ) -> Generator[RowAnswer, None, None]:
        is_whole = False
        try:
            yield from answers
            is_whole = True
        finally:  # an answer that was cut off has told about people, too
            now = self._clock.now()
            detail = {"of": entry_id, "is_whole": is_whole, **summary.counts()}
            with self._database.writing() as connection:
                note_access(connection, new_id(now), now, asker.id, ENDED, detail)

    def _answers(self, table: Table, order: Order, asker: Credential, summary: Summary) -> Iterator[RowAnswer]:
        reader = LeadReader(table.columns, order.default_country, order.days)
        answering = Answering(self._precall, self._stop_list, order, asker)
        with closing(FirstLines()) as first_lines:
            repeats = Repeats(first_lines)
            repeats.read_objections(table, reader)
            records = _with_content(table, summary)
            while some := list(islice(records, _AT_ONCE)):
                for answer in portion_answered(some, reader, repeats, answering, order):
                    summary.add(answer)
                    yield answer


def _digest(file: BinaryIO) -> str:
    found = hashlib.sha256()
    while some := file.read(1 << 20):
        found.update(some)
    file.seek(0)
    return found.hexdigest()


def _with_content(table: Table, summary: Summary) -> Iterator[Record]:
    """Rows that hold anything; sheets end in as many empty ones as they like."""
    for record in table.records():
        if record.broken is None and not any(map(str.strip, record.cells)):
            summary.empty += 1
        else:
            yield record


def _openers(sheet: str | None) -> dict[ListKind, Callable[[BinaryIO], Table]]:
    return {
        ListKind.FILE: lambda file: open_list(file, sheet),
        ListKind.CSV: lambda file: with_number(DelimitedTable(file)),
        ListKind.JSON_LINES: lambda file: with_number(ObjectTable(file, is_array=False)),
        ListKind.JSON_ARRAY: lambda file: with_number(ObjectTable(file, is_array=True)),
    }
