"""How columns are headed: in English, Danish, Swedish, German and Dutch, and by HubSpot, Pipedrive, Salesforce,
SuperOffice and Lime, whose exports name them in their own ways. Capitals, blanks and marks make no difference.
"""

from __future__ import annotations

from collections.abc import Mapping

from middleware.leads.fields import Field

HEADING_WORDS: Mapping[Field, str] = {
    Field.PHONE: """
        phone, phone number, telephone, telephone number, tel, tel no, phone no, work phone, business phone, main phone,
        direct phone, direct line, direct dial, office phone, company phone, contact phone, callee, person phone,
        person phone work, organization phone, account phone, phone work, number to call, switchboard, phone 1,
        telefon, telefonnummer, telefonnr, tlf, tlfnr, tlf nummer, tlfnummer, fastnet, fastnettelefon, direkte telefon,
        direkte nummer, hovednummer, firmatelefon, arbejdstelefon, omstilling,
        telnr, fast telefon, telefon arbete, arbetstelefon, direkttelefon, direktnummer, växel, växelnummer,
        telefon växel, företagstelefon, jobbtelefon,
        rufnummer, festnetz, festnetznummer, durchwahl, telefon geschäftlich, geschäftlich telefon, telefon firma,
        firmentelefon, telefonzentrale, zentrale, diensttelefon, telefon dienstlich,
        telefoon, telefoonnummer, telefoonnr, telefoon werk, vast nummer, vaste telefoon, vaste lijn, zakelijk nummer,
        telefoon zakelijk, doorkiesnummer, werktelefoon, algemeen telefoonnummer
    """,
    Field.MOBILE: """
        mobile, mobile phone, mobile phone number, mobile number, mobile no, cell, cell phone, cellphone, cell number,
        person phone mobile, phone mobile, person mobile, contact mobile,
        mobil, mobiltelefon, mobilnummer, mobilnr, mobiltlf, mobil tlf, mobil nummer, telefon mobil, mobil telefon,
        mobiltelefonnummer, handy, handynummer, handy nr, mobilfunk, mobilfunknummer, mobil nr,
        mobiel, mobiele telefoon, mobiel nummer, mobiel telefoonnummer, gsm, gsm nummer, gsmnr, 06 nummer,
        telefoon mobiel
    """,
    Field.NAME: """
        name, full name, contact, contact name, contact person, person name, person, lead name, lead,
        navn, fulde navn, kontakt, kontaktperson, kontaktnavn, kontakt navn,
        namn, fullständigt namn, kontaktnamn, för och efternamn,
        vollständiger name, ansprechpartner, ansprechperson, kontaktname, vor und nachname,
        naam, volledige naam, contactpersoon, contactnaam, naam contactpersoon
    """,
    Field.FIRST_NAME: """
        first name, given name, forename, person first name, contact first name,
        fornavn, förnamn, tilltalsnamn, vorname, voornaam, roepnaam
    """,
    Field.LAST_NAME: """
        last name, surname, family name, person last name, contact last name,
        efternavn, efternamn, nachname, familienname, zuname, achternaam, familienaam
    """,
    Field.TITLE: """
        title, job title, position, job position, role, function, job role, person job title,
        titel, stilling, stillingsbetegnelse, jobtitel, rolle,
        befattning, jobbtitel, roll, yrke, berufsbezeichnung, position im unternehmen, funktion, stelle,
        functie, functietitel, functieomschrijving, rol
    """,
    Field.EMAIL: """
        email, e mail, email address, e mail address, mail, mail address, work email, business email, person email,
        person email work, contact email, email work, primary email, email 1,
        mailadresse, emailadresse, e mail adresse, e mailadresse, arbejdsmail,
        epost, e post, epostadress, e postadress, mejl, mejladress, mailadress, emailadress,
        email geschäftlich, geschäftliche email, e mail geschäftlich,
        emailadres, e mailadres, e mail adres, mailadres, zakelijk e mailadres
    """,
    Field.COMPANY: """
        company, company name, organisation, organization, organization name, organisation name, organization - name,
        account, account name, company account, business, business name, employer, associated company,
        person organization, legal name,
        firma, firmanavn, virksomhed, virksomhedsnavn, selskab, selskabsnavn, kundenavn,
        företag, företagsnamn, bolag, bolagsnamn, kund, kundnamn, organisationsnamn,
        firmenname, unternehmen, unternehmensname, firmenbezeichnung, gesellschaft, kundenname,
        bedrijf, bedrijfsnaam, onderneming, organisatie, organisatienaam, naam bedrijf, firmanaam, klantnaam
    """,
    Field.REGISTER_NUMBER: """
        register number, registration number, company number, company registration number, company reg no, reg no,
        org number, organisation number, organization number, organisation no, business number, company id,
        company register number, organization register number, crn, companies house number, abn, acn, ein, bn,
        cvr, cvr nr, cvr nummer, cvr no, cvr number, virksomhedsnummer, se nr, se nummer,
        orgnr, org nr, org no, orgnummer, organisationsnummer, organisationsnr, organisasjonsnummer, y tunnus,
        fo nummer, företagsnummer,
        hrb, hra, hrb nummer, hrb nr, handelsregisternummer, handelsregister, handelsregister nr, registernummer,
        hr nummer, firmenbuchnummer, firmenbuch, fn, uid nummer, unternehmensnummer, che nummer,
        kvk, kvk nummer, kvk nr, kvknummer, kamer van koophandel, kamer van koophandel nummer, ondernemingsnummer,
        ondernemingsnr, kbo, kbo nummer, kbo nr, bce, handelsregisternr, rsin,
        siren, siret, numero siren, numero siret, partita iva, piva, codice fiscale, nip, regon, krs, ico, cif, nif,
        nipc, rcs
    """,
    Field.VAT_NUMBER: """
        vat, vat no, vat nr, vat number, vat id, vat registration number, tax number, tax id, organization vat number,
        momsnummer, momsnr, moms nr, moms reg nr, momsregistreringsnummer, vat nummer, skattenummer,
        ust id, ust id nr, ust idnr, ustid, umsatzsteuer id, umsatzsteuer identifikationsnummer, mwst nummer, mwst nr,
        btw, btw nummer, btw nr, btw id, btwnummer, btw identificatienummer, dic, tva
    """,
    Field.WEBSITE: """
        website, website url, web site, web, url, domain, domain name, company domain, company domain name, homepage,
        home page, web address, organization website, account website, company website,
        hjemmeside, webside, websted, domæne, internetadresse, hemsida, webbplats, webbadress, domän, webb,
        webseite, internetseite, internet, domäne, webadresse, internetadres, domein, domeinnaam, webadres
    """,
    Field.COUNTRY: """
        country, country code, country region, country iso code, mailing country, billing country, company country,
        organization country, organization country of address, nation, person country,
        land, landekode, landkode, landsnavn, landskod, länderkennzeichen, ländercode, länderkürzel, landcode, staat
    """,
    Field.LEGAL_FORM: """
        legal form, legal entity type, entity type, company type, business type, company form, organization legal form,
        virksomhedsform, selskabsform, ejerform, juridisk form, virksomhedstype, selskabstype,
        bolagsform, företagsform, associationsform, organisasjonsform,
        rechtsform, unternehmensform, gesellschaftsform, rechtsvorm, ondernemingsvorm, bedrijfsvorm
    """,
    Field.TIME_ZONE: """
        time zone, timezone, tz, iana time zone, contact timezone, person timezone,
        tidszone, tidzon, zeitzone, tijdzone
    """,
    Field.REGION: """
        region, state, state region, state province, province, county, state code, subdivision, mailing state,
        billing state, canton, mailing state province, billing state province, organization state county of address,
        delstat, landsdel, kommune region, län, landskap, delstat län, bundesland, kanton, provincie, gewest, provinz,
        deelstaat
    """,
    Field.STREET: """
        address, street, street address, mailing street, billing street, address 1, organization address,
        adresse, gade, vej, gadeadresse, vejnavn, adress, gata, gatuadress, postadress, besöksadress,
        straße, strasse, strasse hausnummer, anschrift, adres, straat, straatnaam, straat en huisnummer
    """,
    Field.POSTCODE: """
        postcode, post code, postal code, zip, zip code, mailing zip, billing zip, zip postal code,
        mailing zip postal code, billing zip postal code,
        postnr, postnummer, plz, postleitzahl, pnr, postcode nr
    """,
    Field.CITY: """
        city, town, mailing city, billing city, organization city,
        by, bynavn, postdistrikt, stad, ort, postort, stadt, wohnort, plaats, woonplaats, vestigingsplaats, gemeente
    """,
    Field.LANGUAGE: """
        language, preferred language, language code, contact language,
        sprog, sprogkode, foretrukket sprog, språk, språkkod, sprache, sprachcode, korrespondenzsprache,
        taal, taalcode, voorkeurstaal
    """,
    Field.CONSENT_ON: """
        consent, consent date, consent on, consent given, consent given on, consent given at, date of consent,
        call consent on, call consent, call consent date, opt in, opt in date, optin date, opted in at,
        samtykke, samtykkedato, dato for samtykke, samtykke givet, samtykke den, samtykke dato,
        samtycke, samtyckesdatum, datum för samtycke, samtycke datum, samtycke lämnat, samtycke givet,
        einwilligung, einwilligungsdatum, datum der einwilligung, einwilligung am, einwilligung vom, einwilligung datum,
        toestemming, toestemmingsdatum, datum toestemming, toestemming op, toestemming datum, toestemming gegeven op
    """,
    Field.CONSENT_SOURCE: """
        consent source, source of consent, consent origin, call consent source, opt in source, consent obtained through,
        samtykkekilde, kilde til samtykke, samtykke kilde, samtykke givet via,
        samtyckeskälla, källa till samtycke, källa för samtycke, samtycke källa, samtycke via,
        einwilligungsquelle, quelle der einwilligung, einwilligung quelle, einwilligung über,
        bron toestemming, toestemmingsbron, bron van toestemming, toestemming bron, toestemming via
    """,
    Field.CONSENT_ENDS_ON: """
        consent end, consent ends, consent ends on, consent expires, consent expiry, consent until, consent valid until,
        call consent ends on,
        samtykke udløber, samtykke slutter, samtykke til, samtykke gyldigt til,
        samtycke upphör, samtycke slutar, samtycke till, samtycke giltigt till,
        einwilligung bis, einwilligung gültig bis, einwilligung endet, einwilligung ende,
        toestemming tot, toestemming geldig tot, toestemming eindigt, einde toestemming
    """,
    Field.OBJECTION: """
        do not call, do not contact, dnc, no calls, objection, objected, objected on, opt out, opt out date, opted out,
        opted out of calls, unsubscribed, unsubscribed from calls, phone opt out, call opt out, blocked,
        consent withdrawn, consent withdrawn on, revoked,
        ring ikke, må ikke ringes op, må ikke kontaktes, indsigelse, frabedt, frameldt, spærret, robinson,
        robinsonlisten, samtykke tilbagekaldt, samtykke trukket tilbage,
        ring inte, får ej ringas, får inte ringas, kontakta ej, kontakta inte, spärrad, nix, nix spärr, motsatt sig,
        samtycke återkallat,
        nicht anrufen, bitte nicht anrufen, anrufsperre, kontaktsperre, werbesperre, sperrvermerk, gesperrt,
        widerspruch, widersprochen am, einwilligung widerrufen, einwilligung widerrufen am, robinsonliste,
        niet bellen, bel mij niet, niet benaderen, bel me niet, bezwaar, bezwaar gemaakt, afgemeld, geblokkeerd,
        toestemming ingetrokken, toestemming ingetrokken op
    """,
    Field.CUSTOMER_SINCE: """
        customer since, client since, customer from, contract start, became a customer date,
        kunde siden, kunde fra, kundestart, kund sedan, kund från, avtalsstart,
        kunde seit, kunde ab, vertragsbeginn, klant sinds, klant vanaf, begin contract, contractbegin
    """,
    Field.CUSTOMER_ENDED_ON: """
        customer until, customer ended on, customer end, contract end, contract ended,
        kunde til, kundeforhold ophørt, kund till, kund t o m, avtalsslut,
        kunde bis, vertragsende, klant tot, einde contract, contracteinde
    """,
    Field.CHECKED_ON: """
        checked on, checked, last checked, verified on, verified, last verified, date verified, last validated,
        data checked on, record checked on,
        kontrolleret, kontrolleret den, sidst kontrolleret, sidst verificeret, verificeret,
        tjekket, tjekket den, sidst tjekket,
        kontrollerad, kontrollerat, senast kontrollerad, senast verifierad, verifierad,
        geprüft, geprüft am, zuletzt geprüft, verifiziert am, stand,
        gecontroleerd, gecontroleerd op, laatst gecontroleerd, geverifieerd op, laatst geverifieerd
    """,
    Field.DATA_SOURCE: """
        source, data source, lead source, source of data, origin, original source, list source, record source,
        original traffic source,
        kilde, datakilde, leadkilde, kilde til data, oprindelse, källa, datakälla, leadkälla, ursprung,
        quelle, datenquelle, leadquelle, herkunft, datenherkunft, herkunft der daten,
        bron, databron, leadbron, herkomst, gegevensbron, bron van de gegevens
    """,
}
