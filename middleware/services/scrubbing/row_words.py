"""Sentences about single rows of a list, in the five languages. Reasons of refusals have theirs in explanations."""

from __future__ import annotations

from collections.abc import Mapping

from middleware.leads.records import Remark
from middleware.services.scrubbing.answers import Shared

_ENGLISH: Mapping[str, str] = {
    "quotes": "A quotation mark is not closed, or text follows a closed one. Mend the line and run the list again.",
    "cells": "The row has {cells} cells where there are {headings} headings. Look for a missing or extra separator.",
    "not_an_object": "The line is no JSON object. Mend it and send the list again.",
    "too_long": "A cell is longer than 10,000 characters. Shorten it.",
    "no_number": "There is no telephone number in {column}. Add one.",
    "digits_lost": "A spreadsheet has shortened the number {value}; digits are lost. Take it from its source again.",
    "plus_missing": "The number {value} was read as if it had a plus sign in front.",
    "zero_missing": "The number {value} was read as if it had a zero in front.",
    "date_unreadable": "{column}: {value} is no day that can be read, so it does not count. Write it as 2026-04-03.",
    "date_ambiguous": "{column}: {value} may be two different days, so it does not count. Write 2026-04-03, or say "
    "which stands first, day or month.",
    "country_unknown": "{column}: {value} is no country that we know. Write its code, such as DK.",
    "legal_form_unknown": "{column}: {value} is no legal form that we know, so the stricter rule holds.",
    "time_zone_unknown": "{column}: {value} is no time zone of a place, such as Europe/Copenhagen, and does not count.",
    "region_unknown": "{column}: {value} is no region that we know; where regions differ, the strictest holds.",
    "identifier_invalid": "{column}: {value} cannot be right; a check digit or the form is wrong. Look it up.",
    "website_unreadable": "{column}: {value} is no web address.",
    "objection": "{column}: {value} - the list itself says not to call. Add the person to the stop list.",
    "number": "The same number as in line {line}.",
    "email": "The same e-mail address as in line {line}.",
    "company": "The same company as in line {line}.",
}
_DANISH: Mapping[str, str] = {
    "quotes": "Et anførselstegn er ikke lukket, eller der står tekst efter et lukket. Ret linjen, og kør listen igen.",
    "cells": "Rækken har {cells} celler, men der er {headings} overskrifter. Mangler et skilletegn, eller er der et "
    "for meget?",
    "not_an_object": "Linjen er ikke et JSON-objekt. Ret den, og send listen igen.",
    "too_long": "En celle er længere end 10.000 tegn. Forkort den.",
    "no_number": "Der er intet telefonnummer i {column}. Tilføj et.",
    "digits_lost": "Et regneark har forkortet nummeret {value}; cifre er gået tabt. Hent det fra kilden igen.",
    "plus_missing": "Nummeret {value} er læst, som om der stod plus foran.",
    "zero_missing": "Nummeret {value} er læst, som om der stod nul foran.",
    "date_unreadable": "{column}: {value} er ingen dag, der kan læses, og tæller ikke. Skriv den som 2026-04-03.",
    "date_ambiguous": "{column}: {value} kan være to forskellige dage og tæller ikke. Skriv 2026-04-03, eller angiv, "
    "om dag eller måned står først.",
    "country_unknown": "{column}: {value} er ikke et land, vi kender. Skriv landekoden, f.eks. DK.",
    "legal_form_unknown": "{column}: {value} er ikke en virksomhedsform, vi kender; derfor gælder den strengere regel.",
    "time_zone_unknown": "{column}: {value} er ikke et steds tidszone som Europe/Copenhagen og tæller ikke.",
    "region_unknown": "{column}: {value} er ikke en region, vi kender; hvor regioner er forskellige, gælder den "
    "strengeste.",
    "identifier_invalid": "{column}: {value} kan ikke være rigtigt; kontrolcifferet eller formen passer ikke. Slå det "
    "op.",
    "website_unreadable": "{column}: {value} er ikke en webadresse.",
    "objection": "{column}: {value} - listen siger selv, at der ikke må ringes. Sæt personen på stoplisten.",
    "number": "Samme nummer som i linje {line}.",
    "email": "Samme e-mailadresse som i linje {line}.",
    "company": "Samme virksomhed som i linje {line}.",
}
_SWEDISH: Mapping[str, str] = {
    "quotes": "Ett citattecken är inte avslutat, eller text följer efter ett avslutat. Rätta raden och kör listan "
    "igen.",
    "cells": "Raden har {cells} celler, men det finns {headings} rubriker. Saknas ett skiljetecken, eller är ett för "
    "mycket?",
    "not_an_object": "Raden är inget JSON-objekt. Rätta den och skicka listan igen.",
    "too_long": "En cell är längre än 10 000 tecken. Korta den.",
    "no_number": "Det finns inget telefonnummer i {column}. Lägg till ett.",
    "digits_lost": "Ett kalkylark har förkortat numret {value}; siffror är borta. Hämta det från källan igen.",
    "plus_missing": "Numret {value} har lästs som om det stod ett plus framför.",
    "zero_missing": "Numret {value} har lästs som om det stod en nolla framför.",
    "date_unreadable": "{column}: {value} är ingen dag som kan läsas och räknas inte. Skriv den som 2026-04-03.",
    "date_ambiguous": "{column}: {value} kan vara två olika dagar och räknas inte. Skriv 2026-04-03, eller ange om dag "
    "eller månad står först.",
    "country_unknown": "{column}: {value} är inget land som vi känner till. Skriv landskoden, till exempel SE.",
    "legal_form_unknown": "{column}: {value} är ingen företagsform som vi känner till, så den strängare regeln gäller.",
    "time_zone_unknown": "{column}: {value} är ingen orts tidszon som Europe/Stockholm och räknas inte.",
    "region_unknown": "{column}: {value} är ingen region som vi känner till; där regioner skiljer sig gäller den "
    "strängaste.",
    "identifier_invalid": "{column}: {value} kan inte stämma; kontrollsiffran eller formen är fel. Slå upp det.",
    "website_unreadable": "{column}: {value} är ingen webbadress.",
    "objection": "{column}: {value} - listan säger själv att man inte får ringa. Sätt personen på spärrlistan.",
    "number": "Samma nummer som på rad {line}.",
    "email": "Samma e-postadress som på rad {line}.",
    "company": "Samma företag som på rad {line}.",
}
_GERMAN: Mapping[str, str] = {
    "quotes": "Ein Anführungszeichen ist nicht geschlossen, oder hinter einem geschlossenen steht Text. "
    "Berichtigen Sie die Zeile und prüfen Sie die Liste erneut.",
    "cells": "Die Zeile hat {cells} Zellen bei {headings} Überschriften. Suchen Sie ein fehlendes oder überzähliges "
    "Trennzeichen.",
    "not_an_object": "Die Zeile ist kein JSON-Objekt. Berichtigen Sie sie und senden Sie die Liste erneut.",
    "too_long": "Eine Zelle ist länger als 10.000 Zeichen. Kürzen Sie sie.",
    "no_number": "In {column} steht keine Rufnummer. Tragen Sie eine ein.",
    "digits_lost": "Eine Tabellenkalkulation hat die Nummer {value} gekürzt; Ziffern sind verloren. Holen Sie sie neu "
    "aus der Quelle.",
    "plus_missing": "Die Nummer {value} wurde gelesen, als stünde ein Plus davor.",
    "zero_missing": "Die Nummer {value} wurde gelesen, als stünde eine Null davor.",
    "date_unreadable": "{column}: {value} ist kein lesbarer Tag und zählt nicht. Schreiben Sie 2026-04-03.",
    "date_ambiguous": "{column}: {value} kann zwei verschiedene Tage meinen und zählt nicht. Schreiben Sie 2026-04-03, "
    "oder geben Sie an, ob Tag oder Monat zuerst steht.",
    "country_unknown": "{column}: {value} ist kein uns bekanntes Land. Schreiben Sie den Ländercode, etwa DE.",
    "legal_form_unknown": "{column}: {value} ist keine uns bekannte Rechtsform; deshalb gilt die strengere Regel.",
    "time_zone_unknown": "{column}: {value} ist keine Zeitzone eines Ortes wie Europe/Berlin und zählt nicht.",
    "region_unknown": "{column}: {value} ist keine uns bekannte Region; wo Regionen sich unterscheiden, gilt die "
    "strengste.",
    "identifier_invalid": "{column}: {value} kann nicht stimmen; Prüfziffer oder Form sind falsch. Schlagen Sie sie "
    "nach.",
    "website_unreadable": "{column}: {value} ist keine Webadresse.",
    "objection": "{column}: {value} - die Liste selbst sagt, dass nicht angerufen werden darf. Setzen Sie die Person "
    "auf die Sperrliste.",
    "number": "Dieselbe Nummer wie in Zeile {line}.",
    "email": "Dieselbe E-Mail-Adresse wie in Zeile {line}.",
    "company": "Dasselbe Unternehmen wie in Zeile {line}.",
}
_DUTCH: Mapping[str, str] = {
    "quotes": "Een aanhalingsteken is niet gesloten, of er staat tekst achter een gesloten. Herstel de regel en "
    "controleer de lijst opnieuw.",
    "cells": "De rij heeft {cells} cellen bij {headings} koppen. Zoek een ontbrekend of overtollig scheidingsteken.",
    "not_an_object": "De regel is geen JSON-object. Herstel hem en stuur de lijst opnieuw.",
    "too_long": "Een cel is langer dan 10.000 tekens. Kort hem in.",
    "no_number": "Er staat geen telefoonnummer in {column}. Vul er een in.",
    "digits_lost": "Een rekenblad heeft het nummer {value} ingekort; er zijn cijfers verloren. Haal het opnieuw uit de "
    "bron.",
    "plus_missing": "Het nummer {value} is gelezen alsof er een plus voor stond.",
    "zero_missing": "Het nummer {value} is gelezen alsof er een nul voor stond.",
    "date_unreadable": "{column}: {value} is geen leesbare dag en telt niet. Schrijf 2026-04-03.",
    "date_ambiguous": "{column}: {value} kan twee verschillende dagen zijn en telt niet. Schrijf 2026-04-03, of zeg of "
    "dag of maand eerst staat.",
    "country_unknown": "{column}: {value} is geen land dat wij kennen. Schrijf de landcode, zoals NL.",
    "legal_form_unknown": "{column}: {value} is geen rechtsvorm die wij kennen; daarom geldt de strengere regel.",
    "time_zone_unknown": "{column}: {value} is geen tijdzone van een plaats zoals Europe/Amsterdam en telt niet.",
    "region_unknown": "{column}: {value} is geen regio die wij kennen; waar regio's verschillen, geldt de strengste.",
    "identifier_invalid": "{column}: {value} kan niet kloppen; het controlecijfer of de vorm is fout. Zoek het op.",
    "website_unreadable": "{column}: {value} is geen webadres.",
    "objection": "{column}: {value} - de lijst zegt zelf dat er niet gebeld mag worden. Zet de persoon op de "
    "stoplijst.",
    "number": "Hetzelfde nummer als in regel {line}.",
    "email": "Hetzelfde e-mailadres als in regel {line}.",
    "company": "Hetzelfde bedrijf als in regel {line}.",
}
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": _ENGLISH,
    "da": _DANISH,
    "sv": _SWEDISH,
    "de": _GERMAN,
    "nl": _DUTCH,
}
_LONGEST_QUOTE = 40


def said(remark: Remark, language: str) -> str:
    """A remark in words."""
    value = remark.value if len(remark.value) <= _LONGEST_QUOTE else f"{remark.value[:_LONGEST_QUOTE]}…"
    cells, _, headings = value.partition("/")  # told by remarks about cells alone
    values = {"column": remark.column, "value": value, "cells": cells, "headings": headings}
    return SENTENCES[language][remark.kind.value].format_map(values)


def same_as(shared: Shared, line: int, language: str) -> str:
    """Which line a row repeats, in words."""
    return SENTENCES[language][shared.value].format(line=line)
