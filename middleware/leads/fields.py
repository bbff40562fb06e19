"""What a column of a lead list may hold."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """The columns that are understood; each word is stable, because reports name it."""

    PHONE = "phone"
    MOBILE = "mobile"  # rung where `phone` is empty
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    TITLE = "title"
    EMAIL = "email"
    COMPANY = "company"
    REGISTER_NUMBER = "register_number"
    VAT_NUMBER = "vat_number"
    WEBSITE = "website"
    COUNTRY = "country"
    LEGAL_FORM = "legal_form"
    TIME_ZONE = "time_zone"
    REGION = "region"
    STREET = "street"
    POSTCODE = "postcode"
    CITY = "city"
    LANGUAGE = "language"
    CONSENT_ON = "consent_on"
    CONSENT_SOURCE = "consent_source"
    CONSENT_ENDS_ON = "consent_ends_on"
    OBJECTION = "objection"  # whatever stands there, but a plain no, bars the call
    CUSTOMER_SINCE = "customer_since"
    CUSTOMER_ENDED_ON = "customer_ended_on"
    CHECKED_ON = "checked_on"
    DATA_SOURCE = "data_source"


# Columns that are known, and that no rule asks for: they are copied through.
NOT_ASKED = frozenset(
    {
        Field.NAME,
        Field.FIRST_NAME,
        Field.LAST_NAME,
        Field.TITLE,
        Field.COMPANY,
        Field.STREET,
        Field.POSTCODE,
        Field.CITY,
        Field.LANGUAGE,
    }
)
