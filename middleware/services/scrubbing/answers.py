"""What is asked about a list, and what is answered about each of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from middleware.decision.model import Dialling, Speaker
from middleware.errors import InvalidRequest
from middleware.explanations import LANGUAGES
from middleware.leads.cells import DayOrder
from middleware.leads.places import country_of
from middleware.leads.records import Record, Remark
from middleware.services.asking import ReasonGiven


class Verdict(StrEnum):
    """The answer about a row in a word; each is stable, because programs branch on it."""

    NOW = "now"
    LATER = "later"
    NO = "no"
    DUPLICATE = "duplicate"
    BROKEN = "broken"


class Span(StrEnum):
    """When a row may first be called, by the callee's own days. `today`: before their day ends."""

    TODAY = "today"
    WEEK = "week"  # on one of the six days after
    LATER = "later"
    NEVER = "never"  # waiting does not help


class Shared(StrEnum):
    """What two rows have in common."""

    NUMBER = "number"
    EMAIL = "email"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is to be read and asked about.

    `default_country` (ISO 3166-1) is whose numbers those without a country are. `one_per_company`: a second row of the
    same company is a duplicate, too; else it is only named. `at` (aware) asks about a moment to come.
    """

    campaign_id: str
    language: str = "en"
    default_country: str | None = None
    days: DayOrder | None = None
    one_per_company: bool = False
    at: datetime | None = None
    caller_id: str | None = None
    speaker: Speaker | None = None
    dialling: Dialling | None = None

    @classmethod
    def of(
        cls,
        campaign_id: str,
        *,
        language: str,
        at: datetime | None = None,
        default_country: str | None = None,
        dates: str | None = None,
        caller_id: str | None = None,
        speaker: str | None = None,
        dialling: str | None = None,
        one_per_company: bool = False,
    ) -> Order:
        """An order from texts; empty ones are as if not given. Raises `InvalidRequest` naming the first wrong one."""
        country = country_of(default_country) if default_country else None
        if default_country and country is None:
            raise InvalidRequest("is no country that we know; write its code, such as DK", "default_country")
        return cls(
            campaign_id=campaign_id,
            language=known_word(language, LANGUAGES, "language"),
            default_country=country,
            days=DayOrder(known_word(dates, DayOrder, "dates")) if dates else None,
            one_per_company=one_per_company,
            at=at,
            caller_id=caller_id or None,
            speaker=Speaker(known_word(speaker, Speaker, "speaker")) if speaker else None,
            dialling=Dialling(known_word(dialling, Dialling, "dialling")) if dialling else None,
        )


def known_word(given: str, known: Iterable[str], field: str) -> str:
    """The word itself; raises `InvalidRequest` for one that there is not."""
    words = [str(word) for word in known]
    if given not in words:
        raise InvalidRequest(f"must be one of {', '.join(words)}", field)
    return given


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """One row. `messages` are `reasons` in words, in the same order, and then what is remarked on.

    `first_at` (aware, on the callee's wall clock where one is known) is the first moment at which all rules permit;
    `first_day` is its day there. Where `duplicate_of` names a line and `verdict` is not `duplicate`, it is another
    person at the same company.
    """

    record: Record
    verdict: Verdict
    e164: str | None = None
    first_at: datetime | None = None
    first_day: date | None = None
    span: Span | None = None  # None for duplicates and broken rows, which were not asked about
    reasons: tuple[ReasonGiven, ...] = ()
    remarks: tuple[Remark, ...] = ()
    messages: tuple[str, ...] = ()
    duplicate_of: int | None = None
    duplicate_by: Shared | None = None
    is_suppressed: bool = False
