"""No number and no mailbox reaches a log, whoever wrote the line."""

import logging

import pytest

from middleware.logs import MaskingFormatter

FORMATTER = MaskingFormatter("%(message)s")


def _line(message: str, *arguments: object, error: BaseException | None = None) -> str:
    trace = (type(error), error, error.__traceback__) if error else None
    return FORMATTER.format(logging.LogRecord("x", logging.INFO, "f", 1, message, arguments, trace))


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("call to +4533123456 refused", "call to +…56 refused"),
        ("GET /Calls.json?To=%2B4533123456&x=1", "GET /Calls.json?To=%2B…56&x=1"),
        ("mail to anna.b+c@example.co.uk bounced", "mail to …@… bounced"),
        ("<anna@example.com>", "<…@…>"),
        ("attempt 01a20ce4-2b2f-7610-b9ad-b5127d79f2a9", "attempt 01a20ce4-2b2f-7610-b9ad-b5127d79f2a9"),
        ("took +3 seconds", "took +3 seconds"),
    ],
)
def test_numbers_and_mailboxes_are_masked_and_ids_are_not(message: str, masked: str) -> None:
    assert _line(message) == masked


def test_arguments_and_tracebacks_are_masked_too() -> None:
    try:
        raise ValueError("no route to +4533123456 for anna@example.com")
    except ValueError as error:
        line = _line("failed for %s", "+46850500412", error=error)

    assert "ValueError" in line
    assert "3312" not in line
    assert "4685" not in line
    assert "anna" not in line
