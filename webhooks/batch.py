"""`POST /v1/checks/batch`: a dry run over a list, answered line by line. See docs/batch.md."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

import orjson
from flask import Blueprint, Request, Response, request
from werkzeug.exceptions import RequestEntityTooLarge, TooManyRequests, UnsupportedMediaType

from middleware.errors import InvalidRequest, RingfenceError
from middleware.services.access import Access
from middleware.services.instants import read_instant
from middleware.services.scrub import ROLES, ListKind, Scrub, ScrubRun
from middleware.services.scrubbing.answers import Order, RowAnswer
from webhooks.auth import api_credential
from webhooks.languages import reader_language

MOST_ROWS = 100_000
MOST_BYTES = 64 << 20
MOST_AT_ONCE = 1  # each works for as long as it takes, on the processor that decides about calls
LINES = "application/x-ndjson"
KINDS = {
    "text/csv": ListKind.CSV,
    LINES: ListKind.JSON_LINES,
    "application/jsonl": ListKind.JSON_LINES,
    "application/json": ListKind.JSON_ARRAY,
}
_TEXTS = ("default_country", "dates", "caller_id", "speaker", "dialling")
_PARAMETERS = ("campaign", "language", "at", "one_per_company", *_TEXTS)
_AT_ONCE = 50  # lines
_READ = 1 << 16


def create_blueprint(access: Access, scrub: Scrub) -> Blueprint:
    """One route, for those who may ask about single calls."""
    blueprint = Blueprint("batch", __name__)
    slots = BoundedSemaphore(MOST_AT_ONCE)

    @blueprint.post("/v1/checks/batch")
    def batch() -> Response:
        asker = api_credential(access, request, *ROLES)
        order, kind = order_from(request), _kind_of(request)
        with ExitStack() as held:
            if not slots.acquire(blocking=False):
                raise TooManyRequests("Another list is being answered: send this one when that has ended.")
            held.callback(slots.release)
            file = held.enter_context(TemporaryFile())
            _receive(request, file)
            opened = scrub.open(file, kind, most_rows=MOST_ROWS)
            if opened.rows > MOST_ROWS:
                raise RequestEntityTooLarge(
                    f"The list has more than {MOST_ROWS:,} rows: send it in parts, or use the command "
                    "`ringfence scrub`, which takes lists of any length."
                )
            run = scrub.begin(opened, order, asker)
            response = Response(_lines(run), content_type=LINES)
            response.call_on_close(held.pop_all().close)  # read to its end, cut off, or never begun
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.content_language.add(order.language)
        return response

    return blueprint


def order_from(asked: Request) -> Order:
    """The order of a URL; raises `InvalidRequest` naming the parameter that is wrong."""
    given = asked.args
    for name in given:
        if name not in _PARAMETERS:
            raise InvalidRequest(f"is not a parameter of this request; known are {', '.join(_PARAMETERS)}", name)
    if not given.get("campaign"):
        raise InvalidRequest("is missing", "campaign")
    if given.get("one_per_company", "false") not in {"true", "false"}:
        raise InvalidRequest("must be true or false", "one_per_company")
    return Order.of(
        given["campaign"],
        language=given.get("language") or reader_language(),
        at=read_instant(given.get("at"), "at"),
        one_per_company=given.get("one_per_company") == "true",
        **{name: given.get(name) for name in _TEXTS},
    )


def _kind_of(asked: Request) -> ListKind:
    kind = KINDS.get(asked.mimetype)
    if kind is None:
        raise UnsupportedMediaType(f"The list must come as one of {', '.join(KINDS)}; say which in Content-Type.")
    return kind


def _receive(asked: Request, file: IO[bytes]) -> None:
    """The whole list, to disk: a client may not read answers before it has sent all, and memory is for calls."""
    asked.max_content_length = MOST_BYTES
    if (asked.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge(f"The list has more than {MOST_BYTES >> 20} MB: send it in parts.")
    while some := asked.stream.read(_READ):
        file.write(some)


def _lines(run: ScrubRun) -> Iterator[bytes]:
    """A line for each row, and the summary as the last one. Where answers end early, the last line says why instead."""
    with closing(run):
        answers = iter(run)
        try:
            while some := list(islice(answers, _AT_ONCE)):
                yield b"".join(map(_row_line, some))
        except RingfenceError as error:
            yield _line({"problem": {"detail": f"{error}. The rows after the last line were not answered."}})
            return
        yield _line({"summary": run.summary.counts(), "columns": run.summary.columns()})


def _row_line(answer: RowAnswer) -> bytes:
    return _line(_row_body(answer))


def _line(body: dict[str, Any]) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)


def _row_body(answer: RowAnswer) -> dict[str, Any]:
    return {
        "line": answer.record.line,
        "e164": answer.e164,
        "callable": answer.verdict.value,
        "from": answer.first_at,
        "reasons": [reason.code for reason in answer.reasons],
        "remarks": [remark.kind.value for remark in answer.remarks],
        "messages": answer.messages,
        "duplicate_of": answer.duplicate_of,
        "duplicate_by": answer.duplicate_by.value if answer.duplicate_by else None,
    }
