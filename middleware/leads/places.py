"""Countries, regions and time zones as lists name them, in the codes that rules ask for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from holidays import country_holidays

from middleware.leads.headings import bare

_LANGUAGES = ("en", "da", "sv", "de", "nl", "fr", "es", "it", "pt", "pl", "cs", "fi", "nb")
_ALSO = {
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northernireland": "GB",
    "greatbritain": "GB",
    "holland": "NL",
    "thenetherlands": "NL",
    "usa": "US",
    "america": "US",
    "brd": "DE",
    "eire": "IE",
    "republicofireland": "IE",
    "czechrepublic": "CZ",
}
_NOT_A_PLACE = frozenset({"Etc/Unknown", "Factory"})


# Where days off or hours differ within the country. Elsewhere a region decides nothing, and none is looked for.
REGIONS_DIFFER = frozenset({"AT", "AU", "CA", "CH", "DE", "ES", "GB", "PT", "US"})
_LONGEST_CODE = 3  # of ISO 3166-2; the calendars also know some towns by their names
_NAMES_ABROAD = {
    "AT": """9: Vienna/Wenen, 7: Tyrol/Tyrolen, 2: Carinthia/Karinthië, 6: Styria/Stiermarken, 3: Lower Austria,
        4: Upper Austria""",
    "CH": """GE: Geneva/Genf/Genève, LU: Lucerne, SG: St. Gallen/St Gallen, GR: Grisons, TI: Tessin, VD: Waadt,
        NE: Neuenburg, BS: Basel/Basle, ZH: Zurich""",
    "DE": """BY: Bavaria/Bayern/Beieren, SN: Saxony/Saksen, NI: Lower Saxony/Nedersaksen, HE: Hesse, TH: Thuringia,
        ST: Saxony-Anhalt, NW: North Rhine-Westphalia/NRW, RP: Rhineland-Palatinate,
        MV: Mecklenburg-Western Pomerania, SL: Saarland""",
    "ES": """CT: Catalonia/Catalonien/Katalonien/Catalonië, AN: Andalusia/Andalusien/Andalusië,
        PV: Basque Country/Euskadi/Baskenland, IB: Balearic Islands/Balearen/Baleares/Mallorca,
        CN: Canary Islands/Islas Canarias/Kanaren/Tenerife/Gran Canaria, NC: Navarre, CL: Castile and León,
        VC: Valencia/Comunidad Valenciana, MD: Comunidad de Madrid, MC: Región de Murcia""",
    "PT": "20: Azores/Açores/Azoren, 30: Madeira",
}


@lru_cache(maxsize=1024)
def country_of(text: str) -> str | None:
    """ISO 3166-1 alpha-2 from a code of two or three letters, or a name in one of the languages of Europe."""
    word = bare(text)
    return _ALSO.get(word) or _countries().get(word)


@lru_cache(maxsize=4096)
def region_of(text: str, country: str) -> str | None:
    """ISO 3166-2 without the country (`BY`), from that code, `DE-BY`, or a name such as Bayern.

    None for a name that is not known, and for countries in which regions decide nothing.
    """
    if country not in REGIONS_DIFFER:
        return None
    word = bare(text)
    codes = _regions(country)
    return codes.get(word) or codes.get(word.removeprefix(country.lower()))


@lru_cache(maxsize=1024)
def zone_of(text: str) -> str | None:
    """An IANA time zone of a place. Bare offsets and abbreviations are none: they do not know of summer time."""
    name = text.strip().replace(" ", "_")
    if "/" not in name or name in _NOT_A_PLACE or name.startswith("Etc/"):
        return None
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        return None


@cache
def _countries() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        territories = Locale.parse(language).territories
        found.update({bare(name): code for code, name in territories.items() if _is_country(code)})
    codes = set(found.values())
    aliases: Mapping[str, list[str]] = get_global("territory_aliases")
    found.update({old.lower(): new[0] for old, new in aliases.items() if len(new) == 1 and new[0] in codes})
    found.update({code.lower(): code for code in codes})
    return found


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}


@cache
def _regions(country: str) -> Mapping[str, str]:
    calendar = country_holidays(country)
    codes = {code for code in calendar.subdivisions if len(code) <= _LONGEST_CODE}
    names = {bare(name): code for name, code in calendar.subdivisions_aliases.items() if code in codes}
    foreign = (each.split(":") for each in _NAMES_ABROAD.get(country, "").split(",") if ":" in each)
    abroad = {bare(name): code.strip() for code, *names_of in foreign for name in "".join(names_of).split("/")}
    return {**abroad, **names, **{bare(code): code for code in codes}}
