"""The languages that reasons are explained in, and which of them a reader gets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from babel import Locale
from babel.core import negotiate_locale

LANGUAGES = ("en", "da", "sv", "de", "nl")
DEFAULT = "en"

# Days and times in English as Europe writes them: 23 November, 16:30.
LOCALES: Mapping[str, Locale] = MappingProxyType(
    {language: Locale.parse("en_GB" if language == "en" else language) for language in LANGUAGES}
)


def best_language(accepted: str | None, default: str = DEFAULT) -> str:
    """The first of the accepted languages that there is, else the default.

    `accepted`: language tags such as `da-DK`, the most wanted first, with commas between. A browser's header is put
    into that order by its quality values at the edge (`webhooks.languages`); values left in are not looked at.
    """
    tags = [tag.partition(";")[0].strip().lower() for tag in (accepted or "").split(",")]
    return negotiate_locale([tag for tag in tags if tag], LANGUAGES, sep="-") or default


def known(language: str) -> str:
    """The language itself, or English for one that there is not."""
    return language if language in LOCALES else DEFAULT
