"""What a list came to, in words: one line and the labels of a table, in the five languages."""

from __future__ import annotations

from collections.abc import Mapping

from babel.numbers import format_decimal

from middleware.explanations import LANGUAGES
from middleware.services.scrubbing.tally import Summary

Words = Mapping[str, str]

_ENGLISH: Words = {
    "headline": "{callable_today} of {rows} callable today",
    "callable_now": "of these at this moment",
    "callable_today": "today",
    "callable_within_a_week": "within the next 6 days",
    "callable_later": "later",
    "never": "not by waiting",
    "suppressed": "suppressed",
    "duplicates": "duplicates",
    "broken": "broken rows",
    "same_company": "more people at the same company",
    "empty": "empty rows left out",
    "callable": "first callable",
    "rows": "rows",
    "reasons": "why refused",
    "remarks": "what to look at",
    "unknown": "Columns that are not known, copied and not used: {names}",
    "rival": "{heading} claims the same as {used_instead}, which is used ({field})",
    "used": "Columns used: {names}",
    "copy": "The annotated copy: {path}",
}
_DANISH: Words = {
    "headline": "{callable_today} af {rows} kan ringes op i dag",
    "callable_now": "heraf i dette øjeblik",
    "callable_today": "i dag",
    "callable_within_a_week": "inden for de næste 6 dage",
    "callable_later": "senere",
    "never": "ikke ved at vente",
    "suppressed": "på stoplisten",
    "duplicates": "dubletter",
    "broken": "rækker, der ikke kan læses",
    "same_company": "flere personer i samme virksomhed",
    "empty": "tomme rækker udeladt",
    "callable": "kan tidligst ringes op",
    "rows": "rækker",
    "reasons": "hvorfor afvist",
    "remarks": "hvad der bør ses på",
    "unknown": "Ukendte kolonner, kopieret og ikke brugt: {names}",
    "rival": "{heading} siger det samme som {used_instead}, som er brugt ({field})",
    "used": "Brugte kolonner: {names}",
    "copy": "Den kommenterede kopi: {path}",
}
_SWEDISH: Words = {
    "headline": "{callable_today} av {rows} får ringas i dag",
    "callable_now": "varav i denna stund",
    "callable_today": "i dag",
    "callable_within_a_week": "inom de närmaste 6 dagarna",
    "callable_later": "senare",
    "never": "inte genom att vänta",
    "suppressed": "på spärrlistan",
    "duplicates": "dubbletter",
    "broken": "rader som inte kan läsas",
    "same_company": "fler personer på samma företag",
    "empty": "tomma rader utelämnade",
    "callable": "får tidigast ringas",
    "rows": "rader",
    "reasons": "varför nekat",
    "remarks": "att titta på",
    "unknown": "Okända kolumner, kopierade och inte använda: {names}",
    "rival": "{heading} säger detsamma som {used_instead}, som används ({field})",
    "used": "Använda kolumner: {names}",
    "copy": "Den kommenterade kopian: {path}",
}
_GERMAN: Words = {
    "headline": "{callable_today} von {rows} dürfen heute angerufen werden",
    "callable_now": "davon in diesem Augenblick",
    "callable_today": "heute",
    "callable_within_a_week": "in den nächsten 6 Tagen",
    "callable_later": "später",
    "never": "nicht durch Warten",
    "suppressed": "auf der Sperrliste",
    "duplicates": "doppelt",
    "broken": "unlesbare Zeilen",
    "same_company": "weitere Personen im selben Unternehmen",
    "empty": "leere Zeilen ausgelassen",
    "callable": "frühestens anrufbar",
    "rows": "Zeilen",
    "reasons": "warum abgelehnt",
    "remarks": "anzusehen",
    "unknown": "Unbekannte Spalten, kopiert und nicht verwendet: {names}",
    "rival": "{heading} sagt dasselbe wie {used_instead}, das verwendet wird ({field})",
    "used": "Verwendete Spalten: {names}",
    "copy": "Die kommentierte Kopie: {path}",
}
_DUTCH: Words = {
    "headline": "{callable_today} van {rows} mogen vandaag gebeld worden",
    "callable_now": "waarvan op dit moment",
    "callable_today": "vandaag",
    "callable_within_a_week": "in de komende 6 dagen",
    "callable_later": "later",
    "never": "niet door te wachten",
    "suppressed": "op de stoplijst",
    "duplicates": "dubbel",
    "broken": "onleesbare rijen",
    "same_company": "meer personen bij hetzelfde bedrijf",
    "empty": "lege rijen weggelaten",
    "callable": "vroegst te bellen",
    "rows": "rijen",
    "reasons": "waarom geweigerd",
    "remarks": "om naar te kijken",
    "unknown": "Onbekende kolommen, gekopieerd en niet gebruikt: {names}",
    "rival": "{heading} zegt hetzelfde als {used_instead}, dat wordt gebruikt ({field})",
    "used": "Gebruikte kolommen: {names}",
    "copy": "De kopie met antwoorden: {path}",
}
WORDS: Mapping[str, Words] = dict(zip(LANGUAGES, (_ENGLISH, _DANISH, _SWEDISH, _GERMAN, _DUTCH), strict=True))
_IN_HEADLINE = ("suppressed", "duplicates", "callable_within_a_week", "callable_later", "broken")
_LOCALES = {"en": "en_GB"}


def headline(summary: Summary, language: str) -> str:
    """`3,412 of 5,000 callable today; 611 suppressed; 212 duplicates; ...`"""
    counts, words = summary.counts(), WORDS[language]
    begins = words["headline"].format(
        callable_today=number(counts["callable_today"], language), rows=number(counts["rows"], language)
    )
    return "; ".join([begins, *(f"{number(counts[name], language)} {words[name]}" for name in _IN_HEADLINE)])


def number(count: int, language: str) -> str:
    """A count as the language groups its digits."""
    return format_decimal(count, locale=_LOCALES.get(language, language))
