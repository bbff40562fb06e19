"""CSV in any of the ways in which spreadsheets and CRMs write it. A record that is broken costs itself alone."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from middleware.errors import InvalidRequest
from middleware.leads.headings import Columns, field_of, recognise
from middleware.leads.records import LONGEST_CELL, Record, Remark, RemarkKind
from middleware.leads.text_encoding import encoding_of

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# A cell may hold line ends; a quotation mark that is never closed must not swallow the rest of the file.
MOST_LINES = 200
_LONGEST_LINE = 1 << 20
_SAMPLE = 100
_ENCODINGS = {"utf-8-sig": "UTF-8 with a byte order mark", "utf-16": "UTF-16", "utf-8": "UTF-8"}


class _RecordTooLong(Exception):
    """A record that goes on for longer than a record does."""


class DelimitedTable:
    """A `Table` of a text file. Raises `InvalidRequest` for one that is empty."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._encoding = encoding_of(file)
        self.delimiter, self._first_line = self._sniffed()
        heading = next(self._raw(), None)
        if heading is None or heading.broken is not None:
            raise InvalidRequest("has no first line with headings that can be read", "file")
        self._begins = heading.line
        self.columns: Columns = recognise(heading.cells)
        self.rows: int | None = None
        spelled = _ENCODINGS.get(self._encoding, "Windows-1252 or ISO 8859-1, as it is not UTF-8")
        self.description = f"CSV, {spelled}, separated by {DELIMITERS[self.delimiter]}"

    def records(self) -> Iterator[Record]:
        """All rows below the headings; lines with nothing on them are none."""
        wanted = len(self.columns.headings)
        for record in self._raw(wanted):
            if record.line != self._begins:
                yield record

    def _raw(self, wanted: int | None = None) -> Iterator[Record]:
        with _text(self._file, self._encoding) as text:
            lines = _Lines(_lines_of(text))
            for _ in range(self._first_line):
                next(lines)
            yield from _records(lines, self.delimiter, wanted)

    def _sniffed(self) -> tuple[str, int]:
        """The delimiter, and how many lines say that and nothing else (`sep=;`, which Excel understands)."""
        with _text(self._file, self._encoding) as text:
            sample = list(islice(_lines_of(text), _SAMPLE))
        if sample and sample[0].lower().startswith("sep=") and sample[0][4:5] in DELIMITERS:
            return sample[0][4], 1
        return max(DELIMITERS, key=lambda delimiter: _likelihood(sample, delimiter)), 0


def _text(file: BinaryIO, encoding: str) -> TextIOWrapper:
    file.seek(0)
    # a file may begin with the mark of an encoding and not keep to it: what cannot be read shows as such
    return _Borrowed(file, encoding=encoding, errors="replace", newline="")


class _Borrowed(TextIOWrapper):
    """A reader that leaves the file open for the next one."""

    def close(self) -> None:
        if not self.closed:
            self.detach()

    def __exit__(self, *_: object) -> None:
        self.detach()


def _lines_of(text: TextIOWrapper) -> Iterator[str]:
    """The lines of a file, a very long one in pieces: a file without line ends must not fill the memory."""
    return iter(lambda: text.readline(_LONGEST_LINE), "")


def _likelihood(sample: list[str], delimiter: str) -> tuple[int, float, int]:
    """Headings that are known weigh most, then how many records have as many cells as there are headings."""
    records = [record for record in _records(_Lines(sample), delimiter, None) if record.broken is None]
    if not records:
        return (0, 0.0, 0)
    headings = records[0].cells
    known = sum(field_of(heading) is not None for heading in headings)
    alike = sum(len(record.cells) == len(headings) for record in records) / len(records)
    return (known, alike, len(headings))


def _records(lines: _Lines, delimiter: str, wanted: int | None) -> Iterator[Record]:
    """Records as they come; what cannot be read is given as broken, and reading goes on at the next line."""
    while True:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            while True:
                lines.begin()
                cells = next(reader)
                if cells:
                    record = _record(lines, cells, wanted)
                    yield record
                    if record.broken is not None and len(lines.taken) > 1:
                        break
        except StopIteration:
            return
        except (csv.Error, _RecordTooLong):
            yield Record(lines.begins_at, broken=Remark(RemarkKind.QUOTES))
        lines.put_back_but_the_first()


def _record(lines: _Lines, cells: list[str], wanted: int | None) -> Record:
    if wanted is not None and len(cells) != wanted:
        return Record(lines.begins_at, broken=Remark(RemarkKind.CELLS, value=f"{len(cells)}/{wanted}"))
    if len(max(cells, key=len)) > LONGEST_CELL:
        return Record(lines.begins_at, broken=Remark(RemarkKind.TOO_LONG))
    return Record(lines.begins_at, tuple(cells))


class _Lines:
    """The lines of a file, counted from 1. Remembers those of the record under way, so that they can be read anew."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self._read = 0
        self.begins_at = 1
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise _RecordTooLong
        line = self._back.popleft() if self._back else next(self._lines)
        self._read += 1
        self.taken.append(line)
        return line

    def begin(self) -> None:
        """A record begins with the next line."""
        self.begins_at = self._read + 1
        self.taken = []

    def put_back_but_the_first(self) -> None:
        """Read all lines of this record but its first one again."""
        self._back.extendleft(reversed(self.taken[1:]))
        self._read -= len(self.taken[1:])
