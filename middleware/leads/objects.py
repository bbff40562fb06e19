"""JSON: one object a line, or an array of objects. Each object's names are its headings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

import orjson

from middleware.errors import InvalidRequest
from middleware.leads.headings import Columns, recognise
from middleware.leads.records import LONGEST_CELL, Record, Remark, RemarkKind

MOST_HEADINGS = 500
_LONGEST_LINE = 1 << 20
_LONGEST_MEMBER = 1 << 20  # as text; what it holds takes many times the memory while it is read
_USUAL_MEMBER = 1 << 12
_DECODER = json.JSONDecoder()
_AFTER_MEMBER = re.compile(r"[ \t\r\n]*([,\]])[ \t\r\n]*")
_OPENING = re.compile(r"[ \t\r\n]*\[[ \t\r\n]*")


class ObjectTable:
    """A `Table` of JSON lines, or of one JSON array of which the first record is number 1.

    Read once to learn all names that occur. Raises `InvalidRequest` for an array that is none, and for too many names.
    """

    def __init__(self, file: BinaryIO, *, is_array: bool) -> None:
        self._file = file
        self._is_array = is_array
        names: dict[str, None] = {}
        rows = 0
        for _, found in self._objects():
            rows += 1
            names.update(dict.fromkeys(found or ()))
            if len(names) > MOST_HEADINGS:
                raise InvalidRequest(f"has more than {MOST_HEADINGS} different names: give each row the same", "body")
        self.rows: int | None = rows
        self.columns: Columns = recognise(tuple(names))
        self._names = tuple(names)
        self.description = "JSON array" if is_array else "JSON lines"

    def records(self) -> Iterator[Record]:
        """All rows; empty lines are none."""
        for line, found in self._objects():
            if found is None:
                yield Record(line, broken=Remark(RemarkKind.NOT_AN_OBJECT))
                continue
            cells = tuple([_as_text(found.get(name)) for name in self._names])
            if cells and len(max(cells, key=len)) > LONGEST_CELL:
                yield Record(line, broken=Remark(RemarkKind.TOO_LONG))
            else:
                yield Record(line, cells)

    def _objects(self) -> Iterator[tuple[int, dict[str, object] | None]]:
        self._file.seek(0)
        if self._is_array:
            yield from enumerate(map(_object, _members(self._file.read())), start=1)
            return
        line = 0
        while text := self._file.readline(_LONGEST_LINE):
            line += 1
            if text.strip():
                yield line, _object(text.removeprefix(b"\xef\xbb\xbf"))


def _members(body: bytes) -> Iterator[bytes]:
    """The text of one after the other: millions of small ones would fill the memory, were they held at once."""
    try:
        text = body.decode("utf-8-sig")
        found = _OPENING.match(text)
        while found is not None and found[found.lastindex or 0] != "]":
            place = _end_of_member(text, found.end())
            yield text[found.end() : place].encode()
            found = _AFTER_MEMBER.match(text, place)
        if found is None or found.end() != len(text):
            raise ValueError("no array, or something behind it")
    except (ValueError, RecursionError):
        raise InvalidRequest(
            "is no JSON array of objects, or one of them is longer than a million characters", "body"
        ) from None


def _end_of_member(text: str, begins: int) -> int:
    """Where the member that begins here ends. Raises ValueError for what is no JSON, or goes on for too long."""
    try:
        _, length = _DECODER.raw_decode(text[begins : begins + _USUAL_MEMBER])
    except ValueError:  # cut off, most likely
        _, length = _DECODER.raw_decode(text[begins : begins + _LONGEST_MEMBER])
    return begins + length


def _object(text: bytes) -> dict[str, object] | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()
