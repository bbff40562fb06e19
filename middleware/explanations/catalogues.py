"""The sentences of each language, from its catalogue (`locale/<language>/LC_MESSAGES/reasons.po`), read at start."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from middleware.explanations.languages import DEFAULT, LANGUAGES

FOLDER = Path(__file__).parent / "locale"


class Catalogue:
    """What one language says; what it lacks is said in English."""

    def __init__(self, texts: GNUTranslations) -> None:
        self._texts = texts

    def text(self, key: str, count: int | None = None) -> str | None:
        """The text of a key, in the form for `count` where it has several; None if there is none."""
        if count is not None:
            text = self._texts.ngettext(key, key, count)
            if text != key:
                return text
        text = self._texts.gettext(key)
        return None if text == key else text

    def say(self, key: str, /, count: int | None = None, **values: object) -> str:
        """A text with its values put in. Never raises: readers get the key itself before they get nothing."""
        text = self.text(key, count)
        if text is None:
            return key
        if count is not None:
            values["count"] = count
        try:
            return text.format_map(values)
        except (KeyError, ValueError, IndexError):
            return text


def path_of(language: str) -> Path:
    """Where a language's catalogue lies."""
    return FOLDER / language / "LC_MESSAGES" / "reasons.po"


def _read(language: str) -> GNUTranslations:
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _read_all() -> Mapping[str, Catalogue]:
    texts = {language: _read(language) for language in LANGUAGES}
    for language, own in texts.items():
        if language != DEFAULT:
            own.add_fallback(texts[DEFAULT])
    return MappingProxyType({language: Catalogue(own) for language, own in texts.items()})


CATALOGUES = _read_all()
