"""What the store knows of a contact, their company and the number rung, as one JSON text of the reading.

One text column keeps every row of the reading equally wide. The database writes an array, in the order of the fields
below; it is read into typed values by msgspec, in about a microsecond.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from middleware.errors import StoreUnavailable


class ContactFacts(msgspec.Struct, array_like=True, frozen=True):
    """None: not known. The times are aware, or in UTC without saying so where SQLite wrote them."""

    subdivision: str | None = None
    line_kind: str | None = None
    directory_mark: str | None = None
    has_source: bool = False
    checked_on: date | None = None
    call_consent_source: str | None = None
    call_consent_ends_on: date | None = None
    machine_consent_on: date | None = None
    machine_consent_source: str | None = None
    machine_consent_ends_on: date | None = None
    customer_since: date | None = None
    customer_ended_on: date | None = None
    prospect_reason_on: date | None = None
    listed_in: dict[str, date] | None = None
    asked_to_be_called_at: datetime | None = None
    promised_at: datetime | None = None
    is_advert_protected: bool | None = None


# how each field is read where it is no column of the contact's own
_COMPUTED = {
    "line_kind": "n.line_kind",
    "directory_mark": "n.directory_mark",
    "has_source": "c.data_source <> ''",
    "is_advert_protected": "o.is_advert_protected",
}
NOTHING_KNOWN = ContactFacts()
# Strict reading would refuse SQLite's 0 and 1 for booleans.
_DECODER = msgspec.json.Decoder(ContactFacts, strict=False)

# People at one number are read up to a limit, so those whom something bars come first, the latest promise before all.
BARRED_FIRST = (
    "COALESCE(CAST(c.promised_at AS text), CASE WHEN c.listed_in IS NOT NULL OR o.is_advert_protected "
    "THEN '1' ELSE '0' END)"
)


def facts_column(is_sqlite: bool) -> str:
    """SQL of the text, for a query that calls the contact `c`, the company `o` and the number `n`."""
    columns = [_COMPUTED.get(name, f"c.{name}") for name in ContactFacts.__struct_fields__]
    if is_sqlite:
        columns = [f"json({column})" if column == "c.listed_in" else column for column in columns]
        return f"json_array({', '.join(columns)})"
    return f"CAST(json_build_array({', '.join(columns)}) AS text)"


def contact_facts(text: str | None) -> ContactFacts:
    """What `facts_column` wrote; raises `StoreUnavailable` for anything else: what cannot be read must not permit."""
    if text is None:
        return NOTHING_KNOWN
    try:
        return _DECODER.decode(text)
    except msgspec.DecodeError:
        raise StoreUnavailable("what is stored about a contact cannot be read: restore it from a backup") from None
