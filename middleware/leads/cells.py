"""Single cells as typed values. What cannot be read is None, and the caller says so."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache

from middleware.decision.model import LegalForm
from middleware.leads.headings import bare

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\s?([./-])\s?(\d{1,2})\s?[./-]\s?(\d{4})(?:[T ,].*)?")
_NO = frozenset({"", "no", "n", "false", "0", "nej", "nein", "nee", "falsk", "falskt", "falsch", "onwaar", "none"})


class DayOrder(StrEnum):
    """What stands first in a day written with slashes."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


class AmbiguousDay(ValueError):
    """03/04/2026 is in April for some and in March for others."""


@lru_cache(maxsize=16_384)
def day_of(text: str, order: DayOrder | None = None) -> date:
    """A day: 2026-04-03, 3.4.2026, 03-04-2026; a time behind it is left out.

    With dots and hyphens the day stands first, as it does everywhere in Europe. With slashes English-speaking programs
    put either first: raises `AmbiguousDay` where the digits allow both, unless `order` says. Raises `ValueError` for
    what is no day.
    """
    text = text.strip()
    if found := _ISO.fullmatch(text):
        return date(*map(int, found.groups()))
    found = _DAY_FIRST.fullmatch(text)
    if found is None:
        raise ValueError("no day")
    first, mark, second, year = found.groups()
    if mark != "/":
        return date(int(year), int(second), int(first))
    return _slashed(int(first), int(second), int(year), order)


@lru_cache(maxsize=4096)
def is_no(text: str) -> bool:
    """An empty cell, or a plain no in one of the five languages."""
    return bare(text) in _NO


def _slashed(first: int, second: int, year: int, order: DayOrder | None) -> date:
    if order is DayOrder.MONTH_FIRST or (order is None and second > 12):
        return date(year, first, second)
    if order is None and first <= 12 and first != second:
        raise AmbiguousDay
    return date(year, second, first)


_FORMS = {
    LegalForm.LEGAL_PERSON: """
        legal_person, legal person, company, corporation, corp, inc, incorporated, limited, ltd, plc, llc, public body,
        aps, anpartsselskab, as, aktieselskab, ivs, iværksætterselskab, amba, fmba, selskab, forening, fond, kommune,
        offentlig myndighed, statslig, region, smba, erhvervsdrivende fond, frivillig forening,
        ab, aktiebolag, publikt aktiebolag, privat aktiebolag, ekonomisk förening, ideell förening, stiftelse,
        bostadsrättsförening, myndighet, asa, aksjeselskap, allmennaksjeselskap, samvirkeforetak, sa, oy, oyj,
        gmbh, ug, ug haftungsbeschränkt, ag, aktiengesellschaft, kgaa, se, eg, ev, e v, verein, ggmbh, stiftung,
        genossenschaft, gesellschaft mit beschränkter haftung, körperschaft, kapitalgesellschaft, anstalt,
        juristische person, unternehmergesellschaft, juridisk person, rechtspersoon, kaufmännische gesellschaft,
        bv, b v, nv, n v, besloten vennootschap, naamloze vennootschap, stichting, vereniging, coöperatie, vzw, srl,
        cvba, bvba, besloten vennootschap met beperkte aansprakelijkheid, publiekrechtelijke rechtspersoon,
        sas, sarl, sàrl, spa, sl, lda, sp z oo, sro, a s, s r o, spółka z o o, pty ltd, dac, asbl
    """,
    LegalForm.SOLE_TRADER: """
        sole_trader, sole trader, sole proprietor, sole proprietorship, self employed, freelancer, individual,
        individual entrepreneur, enk, enkeltmandsvirksomhed, personligt ejet mindre virksomhed, enkeltmandsfirma,
        personligt ejet virksomhed, selvstændig, pmv,
        enskild firma, enskild näringsidkare, enskild näringsverksamhet, egenföretagare, ef, enkeltpersonforetak,
        enkelpersonforetak, toiminimi,
        einzelunternehmen, einzelunternehmer, einzelunternehmerin, einzelfirma, einzelkaufmann, e k, ek, ekfr,
        eingetragener kaufmann, freiberufler, freiberuflich, selbständig, selbstständig, eu einzelunternehmen,
        eenmanszaak, eenmansbedrijf, zzp, zzper, zelfstandige, natuurlijk persoon, natuurlijke persoon,
        autónomo, auto entrepreneur, micro entrepreneur, entreprise individuelle, ditta individuale, osvč
    """,
    LegalForm.PARTNERSHIP: """
        partnership, general partnership, limited partnership, lp, llp,
        is, i s, interessentskab, ks, k s, kommanditselskab, partnerselskab, p s, partrederi,
        hb, handelsbolag, kb, kommanditbolag, enkelt bolag, da, ans, ansvarlig selskap,
        gbr, gesellschaft bürgerlichen rechts, ohg, offene handelsgesellschaft, kg, kommanditgesellschaft, partg,
        partgmbb, partnerschaftsgesellschaft, gmbh & co kg, gmbh co kg, og, offene gesellschaft, kollektivgesellschaft,
        personengesellschaft, einfache gesellschaft,
        vof, v o f, vennootschap onder firma, maatschap, commanditaire vennootschap, c v, comm v, commv, snc, scs, cv,
        gewone commanditaire vennootschap, samenwerkingsverband
    """,
}
# The same letters stand for a legal person in one country and for a partnership in another: nothing is assumed.
_EITHER = frozenset({"cv"})


@lru_cache(maxsize=4096)
def legal_form_of(text: str) -> LegalForm:
    """A legal form as registers and CRMs write it; `unknown` for what means different things, or nothing to us."""
    word = bare(text)
    return LegalForm.UNKNOWN if word in _EITHER else _WORDS.get(word, LegalForm.UNKNOWN)


_WORDS = {bare(word): form for form, words in _FORMS.items() for word in words.split(",")}
