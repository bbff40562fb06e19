"""The five templates: complete by law, natural, alike as text and HTML, and with nothing else in them."""

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from middleware.errors import BrokenNoticeTemplate
from middleware.notices.render import NoticeTemplates, RenderedNotice
from tests.notice_builders import LANGUAGES, TEMPLATES, some_content, some_controller

# What each language must say beside the values; the rows are the items of GDPR art. 13(2)(e), 14(1), (2) and 21(4).
REQUIRED = {
    "en": {
        "local time of the call": "on Tuesday 24 November 2026 at 10:04 (Central European Standard Time)",
        "legal basis": "legitimate interest (Article 6(1)(f) of the GDPR)",
        "date of the source": "obtained on 1 September 2026",
        "recipients": "service providers",
        "transfers": "standard contractual clauses",
        "retention": "24 months after our last contact with you",
        "access": "access to your data and a copy of it (Article 15)",
        "rectification": "rectification (Article 16)",
        "erasure": "erasure (Article 17)",
        "restriction": "restriction of processing (Article 18)",
        "portability": "data portability, where that right applies (Article 20)",
        "objection": "You may object at any time to our use of your personal data for direct marketing",
        "complaint": "complain to a supervisory authority: Datatilsynet",
        "DPO": "Data protection officer: dpo@nordlys.example",
        "automated decisions": "no decisions about you by automated means alone",
        "no obligation": "You do not have to reply or do anything, and you are not obliged to give us any data.",
    },
    "da": {
        "local time of the call": "tirsdag den 24. november 2026 kl. 10.04 (Centraleuropæisk normaltid)",
        "legal basis": "legitime interesse (databeskyttelsesforordningens artikel 6, stk. 1, litra f)",
        "date of the source": "indhentet den 1. september 2026",
        "recipients": "leverandører",
        "transfers": "standardkontraktbestemmelser",
        "retention": "24 måneder efter vores seneste kontakt med dig",
        "access": "indsigt i dine oplysninger og en kopi af dem (artikel 15)",
        "rectification": "berigtigelse, altså at få forkerte oplysninger rettet (artikel 16)",
        "erasure": "sletning (artikel 17)",
        "restriction": "begrænsning af behandlingen (artikel 18)",
        "portability": "dataportabilitet, hvor den ret gælder (artikel 20)",
        "objection": "Du kan til enhver tid gøre indsigelse mod, at vi bruger dine personoplysninger",
        "complaint": "klage til tilsynsmyndigheden: Datatilsynet",
        "DPO": "Databeskyttelsesrådgiver (DPO): dpo@nordlys.example",
        "automated decisions": "ingen afgørelser om dig, som alene bygger på automatisk behandling",
        "no obligation": "Du behøver ikke at svare eller foretage dig noget, og du har ikke pligt til at give os",
    },
    "sv": {
        "local time of the call": "tisdagen den 24 november 2026 kl. 10:04 (centraleuropeisk normaltid)",
        "legal basis": "berättigade intresse (artikel 6.1 f i dataskyddsförordningen)",
        "date of the source": "inhämtade den 1 september 2026",
        "recipients": "leverantörer",
        "transfers": "standardavtalsklausuler",
        "retention": "24 månader efter vår senaste kontakt med dig",
        "access": "tillgång till dina uppgifter och en kopia av dem (artikel 15)",
        "rectification": "rättelse (artikel 16)",
        "erasure": "radering (artikel 17)",
        "restriction": "begränsning av behandlingen (artikel 18)",
        "portability": "dataportabilitet, när den rätten gäller (artikel 20)",
        "objection": "Du kan när som helst invända mot att vi använder dina personuppgifter",
        "complaint": "klagomål till tillsynsmyndigheten: Datatilsynet",
        "DPO": "Dataskyddsombud: dpo@nordlys.example",
        "automated decisions": "inga beslut om dig som enbart grundas på automatiserad behandling",
        "no obligation": "Du behöver inte svara eller göra något, och du är inte skyldig att lämna några uppgifter",
    },
    "de": {
        "local time of the call": "am Dienstag, dem 24. November 2026, um 10:04 Uhr (Mitteleuropäische Normalzeit)",
        "legal basis": "berechtigtes Interesse (Artikel 6 Absatz 1 Buchstabe f DSGVO)",
        "date of the source": "erhoben am 1. September 2026",
        "recipients": "Dienstleister",
        "transfers": "Standardvertragsklauseln",
        "retention": "24 Monate ab unserem letzten Kontakt mit Ihnen",
        "access": "Auskunft über Ihre Daten und eine Kopie davon (Artikel 15)",
        "rectification": "Berichtigung (Artikel 16)",
        "erasure": "Löschung (Artikel 17)",
        "restriction": "Einschränkung der Verarbeitung (Artikel 18)",
        "portability": "Datenübertragbarkeit, soweit dieses Recht besteht (Artikel 20)",
        "objection": "Sie können der Verwendung Ihrer personenbezogenen Daten für Direktwerbung, auch für Anrufe wie",
        "complaint": "bei der Aufsichtsbehörde beschweren: Datatilsynet",
        "DPO": "Datenschutzbeauftragte Person: dpo@nordlys.example",
        "automated decisions": "keine Entscheidungen über Sie, die ausschließlich auf einer automatisierten",
        "no obligation": "Sie brauchen weder zu antworten noch etwas zu tun, und Sie sind nicht verpflichtet, uns",
    },
    "nl": {
        "local time of the call": "op dinsdag 24 november 2026 om 10:04 uur (Midden-Europese standaardtijd)",
        "legal basis": "gerechtvaardigd belang (artikel 6, lid 1, onder f, van de AVG)",
        "date of the source": "verkregen op 1 september 2026",
        "recipients": "dienstverleners",
        "transfers": "standaardcontractbepalingen",
        "retention": "24 maanden na ons laatste contact met u",
        "access": "inzage in uw gegevens en een kopie daarvan (artikel 15)",
        "rectification": "rectificatie, dus verbetering van onjuiste gegevens (artikel 16)",
        "erasure": "wissing (artikel 17)",
        "restriction": "beperking van de verwerking (artikel 18)",
        "portability": "overdraagbaarheid van uw gegevens, waar dat recht geldt (artikel 20)",
        "objection": "U kunt op elk moment bezwaar maken tegen het gebruik van uw persoonsgegevens",
        "complaint": "klacht indienen bij de toezichthouder: Datatilsynet",
        "DPO": "Functionaris gegevensbescherming (FG): dpo@nordlys.example",
        "automated decisions": "geen besluiten over u die uitsluitend op geautomatiseerde verwerking zijn gebaseerd",
        "no obligation": "U hoeft niet te antwoorden of iets te doen, en u bent niet verplicht ons gegevens te geven.",
    },
}
VALUES = (
    "Nordlys Software ApS",
    "Havnegade 12, 1058 København K",
    "CVR 12345674",
    "privacy@nordlys.example",
    "+45 70 12 34 99",
    "https://nordlys.example/privacy",
    "https://datatilsynet.example/klage",
    "Anna Jensen",
    "Boozt & Co A/S",
    "offering accounting software to companies",
    "selling our software to companies that may need it",
    "name, job title, work e-mail, direct number",
    "the Central Business Register, publicly accessible",
    "+45 70 12 34 56",
    "https://calls.example/objection/abc.def",
)


def rendered(language: str, **changes: Any) -> RenderedNotice:
    return our_templates().render(some_content(language=language, **changes))


@cache
def our_templates() -> NoticeTemplates:
    return NoticeTemplates(TEMPLATES)


def words_of_html(text: str) -> str:
    body = re.sub(r"(?s)<head>.*</head>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_there_are_templates_for_the_five_languages() -> None:
    assert our_templates().languages == set(LANGUAGES) == set(REQUIRED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_all_that_the_law_asks_for_in_text_alone_and_in_html_alone(language: str) -> None:
    notice = rendered(language)
    required = (*REQUIRED[language].values(), *VALUES)

    for part in (" ".join(notice.text.split()), words_of_html(notice.html)):
        assert [item for item in required if item not in part] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_say_the_same_words_in_the_same_order(language: str) -> None:
    optional = {"agency": "Call Us A/S", "recipients": "our parent company", "transfers": "to Norway only"}
    for changes in ({}, {"contact_name": None, "company_name": None, "retention": "until May"}, optional):
        notice = rendered(language, **changes)
        words = re.findall(r"\w+", notice.text.casefold())

        assert words == re.findall(r"\w+", words_of_html(notice.html).casefold())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_link_leads_anywhere_but_to_privacy_policy_complaint_and_objection(language: str) -> None:
    notice = rendered(language)
    permitted = {
        "https://nordlys.example/privacy",
        "https://datatilsynet.example/klage",
        "https://calls.example/objection/abc.def",
    }

    assert set(re.findall(r"(?:https?:)?//[^\s\"<>]+", notice.text)) == permitted
    assert set(re.findall(r"(?:https?:)?//[^\s\"<>]+", notice.html)) == permitted
    assert set(re.findall(r"href=\"([^\"]*)\"", notice.html)) == permitted


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fetched_run_or_sent_when_the_mail_is_opened(language: str) -> None:
    tags = set(re.findall(r"<(\w+)", rendered(language).html))

    assert tags <= {"html", "head", "meta", "title", "style", "body", "p", "h2", "div", "strong", "a", "br", "ul", "li"}
    assert not re.search(r"url\(|@import|\bsrc=|\bon\w+=", rendered(language).html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_to_object_stands_apart_before_everything_else(language: str) -> None:
    notice = rendered(language)
    _, box, rest = notice.text.split("-" * 72)

    assert "https://calls.example/objection/abc.def" in box
    assert "CVR" not in box
    assert "CVR" in rest
    assert notice.html.index('class="objection"') < notice.html.index("CVR")
    assert f'<html lang="{language}">' in notice.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_text_is_too_long_but_links_and_no_number_is_broken(language: str) -> None:
    lines = rendered(language, purpose="a long purpose of many words, " * 20).text.splitlines()

    assert [line for line in lines if len(line) > 72 and "https://" not in line] == []
    assert [line for line in lines if re.search(r"\+45[\d ]*$", line) and len(re.sub(r"\D", "", line)) < 10] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_without_the_optional_values_has_no_gap(language: str) -> None:
    controller = some_controller(dpo_contact=None)
    notice = rendered(language, controller=controller, contact_name=None, company_name=None, data_obtained_on=None)

    assert "None" not in notice.text + notice.html
    assert re.search(r"\(\s*\)|  |,\s,|: *\n\n|\n{3}", notice.text) is None
    assert REQUIRED[language]["DPO"].split(":")[0] not in notice.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_called_on_whose_behalf_and_who_represents_the_controller_is_said_where_it_applies(language: str) -> None:
    controller = some_controller(representative="EU Desk GmbH, Berlin")
    words = " ".join(rendered(language, controller=controller, agency="Call Us A/S").text.split())

    assert "Call Us A/S" in words
    assert "EU Desk GmbH, Berlin" in words


@pytest.mark.parametrize(("zone", "expected"), [("Europe/London", "at 09:04"), ("Atlantic/Canary", "at 09:04")])
def test_the_time_is_the_callees(zone: str, expected: str) -> None:
    assert expected in " ".join(rendered("en", callee_time_zone=zone).text.split())


def test_retention_in_words_is_said_as_given_without_a_second_full_stop() -> None:
    words = " ".join(rendered("en", retention="until 31 December 2028.").text.split())

    assert "How long we keep it: until 31 December 2028. We then delete it." in words


@pytest.mark.parametrize("part", ["contact_name", "company_name", "data_source", "purpose"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_record_adds_no_line_no_tag_and_no_template_code(language: str, part: str) -> None:
    hostile = "Anna\r\n\r\nBuy now\u2028more\x00 <img src=x onerror=alert(1)> {{ 7 * 7 }} \u202eevil"
    notice = rendered(language, **{part: hostile})

    assert notice.text.count("\n\n") == rendered(language, **{part: "Anna"}).text.count("\n\n")
    assert "<img" not in notice.html
    assert "&lt;img src=x onerror=alert(1)&gt; {{ 7 * 7 }} evil" in notice.html
    assert not re.search("[\x00\u2028\u202e\r]", notice.text + notice.html + notice.subject)


@pytest.mark.parametrize("name", ["Win at https://evil.example", "see WWW.evil.example", "x" * 121, "\r\n"])
def test_a_name_that_is_none_is_not_greeted_by(name: str) -> None:
    assert rendered("en", contact_name=name).text.startswith("Hello,\n")


def test_the_subject_is_one_line() -> None:
    notice = rendered("en", controller=some_controller(name="Nordlys\r\nBcc: all@example.com"))

    assert notice.subject == "Nordlys Bcc: all@example.com: about our call and your personal data"


# ---------------------------------------------------------------- templates of one's own


def own_templates(directory: Path, text: str) -> Path:
    folder = directory / "en"
    folder.mkdir()
    for name in ("subject.txt", "notice.html"):
        (folder / name).write_text("plain", encoding="utf-8")
    (folder / "notice.txt").write_text(text, encoding="utf-8")
    return directory


@pytest.mark.parametrize(
    "text",
    [
        "{{ notice.purposes }}",
        "{{ no_such_value }}",
        "{{ controller.representative }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ notice.__init__.__globals__ }}",
        "{% include '../../../etc/passwd' %}",
    ],
)
def test_a_template_that_reaches_for_what_is_not_there_is_an_error_and_not_a_gap(tmp_path: Path, text: str) -> None:
    templates = NoticeTemplates(own_templates(tmp_path, text))

    with pytest.raises(BrokenNoticeTemplate, match=r"en/notice\.txt"):
        templates.render(some_content())


def test_a_template_that_cannot_be_read_as_one_is_told_at_start(tmp_path: Path) -> None:
    with pytest.raises(BrokenNoticeTemplate, match=r"en/notice\.txt"):
        NoticeTemplates(own_templates(tmp_path, "{% if %}"))


def test_a_language_that_lacks_a_part_is_told_at_start(tmp_path: Path) -> None:
    (own_templates(tmp_path, "x") / "en" / "notice.html").unlink()

    with pytest.raises(BrokenNoticeTemplate, match=r"en/notice\.html"):
        NoticeTemplates(tmp_path)


def test_a_folder_without_templates_is_told_at_start(tmp_path: Path) -> None:
    with pytest.raises(BrokenNoticeTemplate, match="no language"):
        NoticeTemplates(tmp_path)


def test_a_language_without_templates_is_an_error() -> None:
    with pytest.raises(BrokenNoticeTemplate, match="fi/subject"):
        rendered("fi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caller_id_that_was_not_recorded_is_not_made_up(language: str) -> None:
    known = our_templates().render(some_content(language=language))
    unknown = our_templates().render(some_content(language=language, caller_id=None))

    assert "70 12 34 56" in known.text
    assert "70 12 34 56" in known.html
    assert "None" not in unknown.text + unknown.html
    assert "70 12 34 56" not in unknown.text + unknown.html
