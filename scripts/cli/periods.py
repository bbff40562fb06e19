"""Periods of time as the command line takes them."""

from __future__ import annotations

from datetime import datetime

import click

from middleware.errors import InvalidRequest
from middleware.services.exports.query import export_query


def period(begins: str, ends: str) -> tuple[datetime, datetime]:
    """The instants, aware, in UTC; raises `click.BadParameter` naming the option."""
    try:
        query = export_query(begins, ends, None)
    except InvalidRequest as error:
        raise click.BadParameter(str(error), param_hint=f"--{error.field}") from None
    return query.begins, query.ends
