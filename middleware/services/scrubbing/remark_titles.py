"""What is remarked on rows of a list, in a few words, in the five languages: for tables and counts."""

from __future__ import annotations

from collections.abc import Mapping

from middleware.explanations import LANGUAGES
from middleware.leads.records import RemarkKind

# in the order of LANGUAGES
_TITLES: Mapping[RemarkKind, tuple[str, ...]] = {
    RemarkKind.QUOTES: (
        "quotation mark not closed",
        "anførselstegn ikke lukket",
        "citattecken inte avslutat",
        "Anführungszeichen nicht geschlossen",
        "aanhalingsteken niet gesloten",
    ),
    RemarkKind.CELLS: (
        "wrong number of cells",
        "forkert antal celler",
        "fel antal celler",
        "falsche Zahl von Zellen",
        "verkeerd aantal cellen",
    ),
    RemarkKind.NOT_AN_OBJECT: (
        "not a JSON object",
        "ikke et JSON-objekt",
        "inget JSON-objekt",
        "kein JSON-Objekt",
        "geen JSON-object",
    ),
    RemarkKind.TOO_LONG: (
        "cell too long",
        "celle for lang",
        "för lång cell",
        "Zelle zu lang",
        "cel te lang",
    ),
    RemarkKind.NO_NUMBER: (
        "no telephone number",
        "intet telefonnummer",
        "inget telefonnummer",
        "keine Rufnummer",
        "geen telefoonnummer",
    ),
    RemarkKind.DIGITS_LOST: (
        "digits of the number lost",
        "cifre i nummeret gået tabt",
        "siffror i numret borta",
        "Ziffern der Nummer verloren",
        "cijfers van het nummer verloren",
    ),
    RemarkKind.PLUS_MISSING: (
        "plus sign added",
        "plus sat foran",
        "plus tillagt",
        "Plus ergänzt",
        "plus toegevoegd",
    ),
    RemarkKind.ZERO_MISSING: (
        "zero added",
        "nul sat foran",
        "nolla tillagd",
        "Null ergänzt",
        "nul toegevoegd",
    ),
    RemarkKind.DATE_UNREADABLE: (
        "day not readable",
        "dag kan ikke læses",
        "dag kan inte läsas",
        "Tag nicht lesbar",
        "dag niet leesbaar",
    ),
    RemarkKind.DATE_AMBIGUOUS: (
        "day has two meanings",
        "dag har to betydninger",
        "dag har två betydelser",
        "Tag ist zweideutig",
        "dag is dubbelzinnig",
    ),
    RemarkKind.COUNTRY_UNKNOWN: (
        "country not known",
        "land ukendt",
        "okänt land",
        "Land unbekannt",
        "land onbekend",
    ),
    RemarkKind.LEGAL_FORM_UNKNOWN: (
        "legal form not known",
        "virksomhedsform ukendt",
        "okänd företagsform",
        "Rechtsform unbekannt",
        "rechtsvorm onbekend",
    ),
    RemarkKind.TIME_ZONE_UNKNOWN: (
        "time zone not known",
        "tidszone ukendt",
        "okänd tidszon",
        "Zeitzone unbekannt",
        "tijdzone onbekend",
    ),
    RemarkKind.REGION_UNKNOWN: (
        "region not known",
        "region ukendt",
        "okänd region",
        "Region unbekannt",
        "regio onbekend",
    ),
    RemarkKind.IDENTIFIER_INVALID: (
        "register number cannot be right",
        "registernummer kan ikke være rigtigt",
        "registernummer kan inte stämma",
        "Registernummer kann nicht stimmen",
        "registernummer kan niet kloppen",
    ),
    RemarkKind.WEBSITE_UNREADABLE: (
        "web address not readable",
        "webadresse kan ikke læses",
        "webbadress kan inte läsas",
        "Webadresse nicht lesbar",
        "webadres niet leesbaar",
    ),
    RemarkKind.OBJECTION: (
        "the list says not to call",
        "listen siger, der ikke må ringes",
        "listan säger att man inte får ringa",
        "die Liste verbietet den Anruf",
        "de lijst zegt niet te bellen",
    ),
}


def remark_title(kind: RemarkKind, language: str) -> str:
    """A remark in a few words."""
    return _TITLES[kind][LANGUAGES.index(language)]
