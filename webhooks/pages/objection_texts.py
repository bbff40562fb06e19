"""What the objection page says, in the five languages of the notices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ObjectionTexts:
    """One language. `{controller}` and `{number}` are filled in by the page, which also escapes them."""

    language: str
    title: str
    called: str
    question: str
    consequence: str
    button_controller: str
    button_everywhere: str
    choose: str
    noted_title: str
    noted_controller: str
    noted_everywhere: str
    already_title: str
    already: str
    close: str
    unknown_title: str
    unknown: str
    failed_title: str
    failed: str


_ENGLISH = ObjectionTexts(
    language="en",
    title="Do not call me again",
    called="You received an e-mail about a call from {controller} to the number {number}.",
    question="Which calls do you no longer want?",
    consequence="Your objection covers all of your telephone numbers that are on record, not only this one. "
    "It takes effect at once, costs nothing and needs no reason.",
    button_controller="No more calls from {controller}",
    button_everywhere="No more calls from any company that uses this system",
    choose="Please press one of the buttons.",
    noted_title="Your objection has been noted",
    noted_controller="{controller} will not call you again.",
    noted_everywhere="No company that uses this system will call you again.",
    already_title="Your objection was already noted",
    already="You do not need to do anything else.",
    close="You can close this page.",
    unknown_title="This link does not work",
    unknown="It may have been cut off or changed on its way. Open it from the e-mail once more, or simply "
    "reply to the e-mail and write that you do not want to be called. That counts just as much.",
    failed_title="Your objection has not been noted yet",
    failed="Something is not working on our side. Please try again in a few minutes, or reply to the e-mail "
    "and write that you do not want to be called.",
)

_DANISH = ObjectionTexts(
    language="da",
    title="Ring ikke til mig igen",
    called="Du har fået en mail om et opkald fra {controller} til nummeret {number}.",
    question="Hvilke opkald vil du ikke længere have?",
    consequence="Din indsigelse gælder alle dine registrerede telefonnumre, ikke kun dette. Den virker med "
    "det samme, er gratis og kræver ingen begrundelse.",
    button_controller="Ingen flere opkald fra {controller}",
    button_everywhere="Ingen flere opkald fra virksomheder, der bruger dette system",
    choose="Tryk på en af knapperne.",
    noted_title="Din indsigelse er noteret",
    noted_controller="{controller} ringer ikke til dig igen.",
    noted_everywhere="Ingen af de virksomheder, der bruger dette system, ringer til dig igen.",
    already_title="Din indsigelse var allerede noteret",
    already="Du behøver ikke at gøre mere.",
    close="Du kan lukke siden.",
    unknown_title="Linket virker ikke",
    unknown="Det kan være blevet afkortet eller ændret undervejs. Åbn det fra mailen igen, eller svar blot på "
    "mailen, og skriv, at du ikke vil ringes op. Det er lige så gyldigt.",
    failed_title="Din indsigelse er ikke noteret endnu",
    failed="Der er noget, der ikke virker hos os. Prøv igen om et par minutter, eller svar på mailen, og "
    "skriv, at du ikke vil ringes op.",
)

_SWEDISH = ObjectionTexts(
    language="sv",
    title="Ring mig inte igen",
    called="Du har fått ett mejl om ett samtal från {controller} till numret {number}.",
    question="Vilka samtal vill du inte längre få?",
    consequence="Din invändning gäller alla dina registrerade telefonnummer, inte bara det här. Den gäller "
    "genast, kostar ingenting och behöver inte motiveras.",
    button_controller="Inga fler samtal från {controller}",
    button_everywhere="Inga fler samtal från företag som använder det här systemet",
    choose="Tryck på en av knapparna.",
    noted_title="Din invändning är noterad",
    noted_controller="{controller} ringer inte till dig igen.",
    noted_everywhere="Inget företag som använder det här systemet ringer till dig igen.",
    already_title="Din invändning var redan noterad",
    already="Du behöver inte göra något mer.",
    close="Du kan stänga sidan.",
    unknown_title="Länken fungerar inte",
    unknown="Den kan ha klippts av eller ändrats på vägen. Öppna den från mejlet igen, eller svara på mejlet "
    "och skriv att du inte vill bli uppringd. Det är lika giltigt.",
    failed_title="Din invändning är inte noterad än",
    failed="Något fungerar inte hos oss. Försök igen om några minuter, eller svara på mejlet och skriv att du "
    "inte vill bli uppringd.",
)

_GERMAN = ObjectionTexts(
    language="de",
    title="Rufen Sie mich nicht mehr an",
    called="Sie haben eine E-Mail zu einem Anruf von {controller} unter der Nummer {number} erhalten.",
    question="Welche Anrufe möchten Sie nicht mehr erhalten?",
    consequence="Ihr Widerspruch gilt für alle Ihre gespeicherten Telefonnummern, nicht nur für diese. Er "
    "wirkt sofort, ist kostenlos und braucht keine Begründung.",
    button_controller="Keine Anrufe mehr von {controller}",
    button_everywhere="Keine Anrufe mehr von irgendeinem Unternehmen, das dieses System nutzt",
    choose="Bitte drücken Sie eine der Schaltflächen.",
    noted_title="Ihr Widerspruch ist vermerkt",
    noted_controller="{controller} ruft Sie nicht wieder an.",
    noted_everywhere="Kein Unternehmen, das dieses System nutzt, ruft Sie wieder an.",
    already_title="Ihr Widerspruch war bereits vermerkt",
    already="Sie brauchen nichts weiter zu tun.",
    close="Sie können diese Seite schließen.",
    unknown_title="Dieser Link funktioniert nicht",
    unknown="Vielleicht wurde er unterwegs abgeschnitten oder verändert. Öffnen Sie ihn noch einmal aus der "
    "E-Mail, oder antworten Sie einfach auf die E-Mail und schreiben Sie, dass Sie nicht angerufen werden "
    "möchten. Das gilt genauso.",
    failed_title="Ihr Widerspruch ist noch nicht vermerkt",
    failed="Bei uns funktioniert gerade etwas nicht. Bitte versuchen Sie es in einigen Minuten noch einmal, "
    "oder antworten Sie auf die E-Mail und schreiben Sie, dass Sie nicht angerufen werden möchten.",
)

_DUTCH = ObjectionTexts(
    language="nl",
    title="Bel mij niet meer",
    called="U hebt een e-mail gekregen over een telefoontje van {controller} naar het nummer {number}.",
    question="Welke telefoontjes wilt u niet meer ontvangen?",
    consequence="Uw bezwaar geldt voor al uw geregistreerde telefoonnummers, niet alleen voor dit nummer. Het "
    "gaat meteen in, kost niets en u hoeft geen reden te geven.",
    button_controller="Geen telefoontjes meer van {controller}",
    button_everywhere="Geen telefoontjes meer van bedrijven die dit systeem gebruiken",
    choose="Druk op een van de knoppen.",
    noted_title="Uw bezwaar is genoteerd",
    noted_controller="{controller} belt u niet meer.",
    noted_everywhere="Geen enkel bedrijf dat dit systeem gebruikt, zal u nog bellen.",
    already_title="Uw bezwaar was al genoteerd",
    already="U hoeft verder niets te doen.",
    close="U kunt deze pagina sluiten.",
    unknown_title="Deze link werkt niet",
    unknown="Misschien is hij onderweg afgekapt of veranderd. Open hem nog eens vanuit de e-mail, of "
    "beantwoord de e-mail en schrijf dat u niet gebeld wilt worden. Dat is net zo geldig.",
    failed_title="Uw bezwaar is nog niet genoteerd",
    failed="Er werkt iets niet bij ons. Probeer het over enkele minuten opnieuw, of beantwoord de e-mail en "
    "schrijf dat u niet gebeld wilt worden.",
)

TEXTS = {texts.language: texts for texts in (_ENGLISH, _DANISH, _SWEDISH, _GERMAN, _DUTCH)}


def texts_for(language: str | None) -> ObjectionTexts:
    """The texts in this language, in English where there are none."""
    return TEXTS.get(language or "", _ENGLISH)
