"""Turns a notice's content into subject, text and HTML by the templates of its language."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name
from babel.units import format_unit
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, UndefinedError, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from middleware.errors import BrokenNoticeTemplate
from middleware.notices.content import NoticeContent
from middleware.notices.one_line import name_or_none, one_line
from middleware.phone_numbers import spaced

_PARTS = ("subject.txt", "notice.txt", "notice.html")
_COLUMNS = 72  # a width that every mail program shows without breaking lines of its own
_BOUND_BLANK = re.compile(r"(\d\.?|\bkl\.) (?=\w)")  # inside "+45 70 12 34 56", "24. november", "kl. 10.04"


@dataclass(frozen=True, slots=True)
class _Tongue:
    """How a language writes a date inside a sentence; the pattern is Babel's (Unicode CLDR)."""

    locale: Locale
    weekday_and_date: str


_TONGUES = {
    "en": _Tongue(Locale("en", "GB"), "EEEE d MMMM y"),
    "da": _Tongue(Locale("da", "DK"), "EEEE 'den' d. MMMM y"),
    "sv": _Tongue(Locale("sv", "SE"), "EEEE'en' 'den' d MMMM y"),
    "de": _Tongue(Locale("de", "DE"), "EEEE, 'dem' d. MMMM y"),
    "nl": _Tongue(Locale("nl", "NL"), "EEEE d MMMM y"),
}


@dataclass(frozen=True, slots=True)
class RenderedNotice:
    """One notice in words. `subject` is one line; `text` alone says everything that `html` says."""

    subject: str
    text: str
    html: str


class NoticeTemplates:
    """The templates below `directory`, one folder for each language, compiled and checked when this is made.

    They run in a sandbox; a name they misspell or a value they lack is an error, never a gap in the text, and no value
    can add a line or a tag. Raises `BrokenNoticeTemplate` naming the file.
    """

    def __init__(self, directory: Path) -> None:
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(directory),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            finalize=_printable,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._languages = frozenset(language for language in _TONGUES if (directory / language).is_dir())
        if not self._languages:
            raise BrokenNoticeTemplate(f"no language has notice templates below {directory}")
        for language in sorted(self._languages):
            for part in _PARTS:
                with _naming(f"{language}/{part}"):
                    self._environment.get_template(f"{language}/{part}")

    @property
    def languages(self) -> frozenset[str]:
        """The languages that there are templates for."""
        return self._languages

    def render(self, content: NoticeContent) -> RenderedNotice:
        """The notice in its language. Raises `BrokenNoticeTemplate`, also for a language without templates."""
        values = _values(content) if content.language in self._languages else {}
        subject = one_line(self._filled(content, "subject.txt", values))
        values["subject"] = subject
        text = _wrapped(self._filled(content, "notice.txt", values))
        return RenderedNotice(subject, text, self._filled(content, "notice.html", values))

    def _filled(self, content: NoticeContent, part: str, values: dict[str, object]) -> str:
        name = f"{content.language}/{part}"
        with _naming(name):
            return self._environment.get_template(name).render(values)


@contextmanager
def _naming(template: str) -> Iterator[None]:
    try:
        yield
    except TemplateError as error:
        raise BrokenNoticeTemplate(f"notice template {template}: {type(error).__name__}: {error}") from error


def _values(content: NoticeContent) -> dict[str, object]:
    """What templates may use beside `notice`: dates, times, numbers and names as they are to be read."""
    tongue = _TONGUES[content.language]
    local = content.called_at.astimezone(ZoneInfo(content.callee_time_zone))
    obtained = content.data_obtained_on
    months = content.retention if isinstance(content.retention, int) else None
    return {
        "notice": content,
        "controller": content.controller,
        "contact_name": name_or_none(content.contact_name),
        "company_name": name_or_none(content.company_name),
        "called_on": format_date(local, tongue.weekday_and_date, locale=tongue.locale),
        "called_time": format_time(local, "short", locale=tongue.locale),
        "time_zone": get_timezone_name(local, width="long", locale=tongue.locale),
        "caller_id": spaced(content.caller_id) if content.caller_id else None,
        "obtained_on": format_date(obtained, "long", locale=tongue.locale) if obtained else None,
        "kept_months": format_unit(months, "duration-month", locale=tongue.locale) if months else None,
    }


def _printable(value: object) -> object:
    """Every value a template prints passes here: one line of visible characters, or an error where there is none."""
    if value is None:
        raise UndefinedError("a value that this notice does not have is printed without asking whether it is there")
    return value if isinstance(value, Markup) else one_line(str(value))


def _wrapped(text: str) -> str:
    """The paragraphs broken into lines that any mail program can show; links, numbers and dates stay whole."""
    lines = (_BOUND_BLANK.sub("\\1\N{NO-BREAK SPACE}", line) for line in text.splitlines())
    paragraphs = (
        textwrap.fill(
            line,
            _COLUMNS,
            subsequent_indent="  " if line.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
    )
    whole = "\n".join(paragraphs).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\n{3,}", "\n\n", whole).strip() + "\n"
