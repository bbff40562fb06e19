"""How each parameter of a reason is shown: one table of all parameters that there are.

Values come typed from a decision, or as the plain JSON in which decisions keep them: spans as seconds, instants and
days as ISO 8601 text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from babel.lists import format_list

from middleware.explanations import registers, times
from middleware.explanations.catalogues import CATALOGUES
from middleware.explanations.languages import LOCALES
from middleware.phone_numbers import spaced

# Networks of no country carry this code in the numbering plans.
NO_COUNTRY = "001"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the language, and the zone in which instants are shown."""

    language: str
    zone: ZoneInfo

    def say(self, key: str, **values: object) -> str:
        """A sentence of the reader's catalogue."""
        return CATALOGUES[self.language].say(key, None, **values)

    def listed(self, items: Sequence[str], style: Literal["standard", "or"]) -> str:
        """`a, b or c`."""
        return format_list(items, style, locale=LOCALES[self.language])


Form = Callable[[object, Reader], str]


def shown(name: str, value: object, reader: Reader) -> str:
    """One parameter in words. Never raises: what cannot be read is shown as it is, and nothing as nothing."""
    form = FORMS.get(name)
    if form is None or (value is None and name not in SAYS_SOMETHING_WHEN_NONE):
        return "" if value is None else str(value)
    try:
        return form(value, reader)
    except (ValueError, TypeError, OverflowError):
        return str(value)


def _plain(value: object, _reader: Reader) -> str:
    return str(value).removesuffix(".")


def _word(family: str) -> Form:
    def show(value: object, reader: Reader) -> str:
        key = f"{family}.{value}"
        said = reader.say(key)
        return str(value) if said == key else said

    return show


def _words(family: str) -> Form:
    word = _word(family)

    def show(value: object, reader: Reader) -> str:
        return reader.listed([word(item, reader) for item in _items(value)], "or")

    return show


def _alternatives(value: object, reader: Reader) -> str:
    return reader.listed([str(item) for item in _items(value)], "or")


def _country(value: object, reader: Reader) -> str:
    code = str(value)
    return code if code == NO_COUNTRY else LOCALES[reader.language].territories.get(code, code)


def _register(value: object, _reader: Reader) -> str:
    return registers.name_of(str(value))


def _long_day(value: object, reader: Reader) -> str:
    return times.long_day(_day(value), reader.language)


def _full_day(value: object, reader: Reader) -> str:
    return times.full_day(_day(value), reader.language)


def _past(value: object, reader: Reader) -> str:
    return times.moment(instant(value), reader.zone, reader.language)


def _future(value: object, reader: Reader) -> str:
    return times.moment(instant(value), reader.zone, reader.language, is_start=True)


def _wall_clock(value: object, reader: Reader) -> str:
    return times.wall_clock(datetime.fromisoformat(str(value)), reader.language)


def _place(value: object, reader: Reader) -> str:
    return times.city(str(value), reader.language)


def _windows(value: object, reader: Reader) -> str:
    return reader.listed([times.window(str(item), reader.language) for item in _items(value)], "standard")


def _length(value: object, reader: Reader) -> str:
    return times.length(_span(value), reader.language)


def _counted_over(value: object, reader: Reader) -> str:
    if value is None:
        return reader.say("window.ever")
    if isinstance(value, str):  # a span of the calendar
        return _word("window")(value, reader)
    return reader.say("window.rolling", span=_length(value, reader))


def _caller_id(value: object, _reader: Reader) -> str:
    return spaced(str(value))


def instant(value: object) -> datetime:
    """An aware instant; raises ValueError or TypeError for what is none."""
    at = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(_text(value))


def _span(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a span is a timedelta or a number of seconds")
    return timedelta(seconds=value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("days and instants are kept as text")
    return value


def _items(value: object) -> Sequence[object]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise TypeError("several are kept as a list")
    return value


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "allowed": _alternatives,
        "calendar_from": _long_day,
        "calendar_until": _long_day,
        "caller_id": _caller_id,
        "checked_on": _long_day,
        "count": _plain,
        "country": _country,
        "day": _full_day,
        "declined_at": _past,
        "ended_on": _long_day,
        "kind": _word("kind"),
        "lifted_by": _words("fact"),
        "local_time": _wall_clock,
        "max_age": _length,
        "missing": _words("missing"),
        "needs": _words("standing"),
        "outcome": _word("outcome"),
        "prefix": _plain,
        "problem": _plain,
        "promised_at": _future,
        "register": _register,
        "registration": _register,
        "rest": _length,
        "review_due": _long_day,
        "scope": _word("scope"),
        "since": _long_day,
        "subject": _word("subject"),
        "valid_for": _length,
        "washed_at": _past,
        "window": _counted_over,
        "windows": _windows,
        "zone": _place,
    }
)
SAYS_SOMETHING_WHEN_NONE = frozenset({"window"})
