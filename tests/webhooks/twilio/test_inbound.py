"""Whoever rings back hears who called and why, and one key ends it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from middleware.bootstrap import build
from middleware.explanations import LANGUAGES, say_voice
from middleware.store.caller_ids import withdraw_caller_id
from middleware.store.models import OwnCallRow, RingBackRow
from tests.gateway import NOW
from tests.people import insert_contact
from tests.rows import insert_caller_id
from tests.webhooks.twilio.calls import a_call_sid, signature
from tests.webhooks.twilio.ringing_back import (
    ACMES,
    INBOUND,
    NOBODYS,
    PURPOSES,
    SHARED,
    Line,
    a_number,
    an_open_line,
    incoming,
)
from webhooks.app import create_app

WITHHELD = ["anonymous", "+266696687", "+7378742833", "Restricted", "", "client:nobody", "+86282452253"]
UNKNOWN = "01a20ce4-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with an_open_line(tmp_path_factory.mktemp("inbound")) as line:
        yield line


# ---------------------------------------------------------------- what they hear


def test_they_hear_who_called_why_and_when_and_the_choices_twice(line: Line) -> None:
    callee = a_number()
    line.calls(callee)

    heard = line.rings(callee)

    menu = [
        "Tryk 1, hvis du ikke vil ringes op mere.",
        "Tryk 2, hvis du vil tale med en medarbejder.",
        "Tryk 3, hvis du vil lægge en besked.",
    ]
    assert heard.sentences[:2] == [
        "Tak, fordi du ringer tilbage. Det var Acme ApS, der ringede til dig.",
        "Formålet med vores opkald: at tilbyde regnskabsprogrammer til virksomheder.",
    ]
    assert heard.sentences[2].startswith("Vi ringede senest til dig tirsdag den 24. november 2026 klokken 10.3")
    assert heard.sentences[3:] == [*menu, *menu, "Tak for dit opkald. Farvel."]
    assert heard.verbs == ["Gather", "Gather", "Say", "Hangup"], "a key counts from the first word on"
    gather = heard.attributes("Gather")
    assert (gather["numDigits"], gather["input"]) == ("1", "dtmf")
    assert gather["action"].startswith(f"{line.gateway.url}{INBOUND}/")


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", "Thank you for calling back. It was Acme ApS that called you."),
        ("da", "Tak, fordi du ringer tilbage. Det var Acme ApS, der ringede til dig."),
        ("sv", "Tack för att du ringer tillbaka. Det var Acme ApS som ringde dig."),
        ("de", "Danke für Ihren Rückruf. Acme ApS hat Sie angerufen."),
        ("nl", "Bedankt dat u terugbelt. U bent gebeld door Acme ApS."),
    ],
)
def test_a_person_on_record_is_spoken_to_in_their_own_language(line: Line, language: str, first: str) -> None:
    callee = a_number()
    email = f"{language}@boozt.example"
    insert_contact(line.gateway.services.database, email=email, numbers=(callee,), language=language)
    line.calls(callee)

    heard = line.rings(callee)

    assert heard.sentences[0] == first
    assert PURPOSES.get(language, "offering accounting software to companies") in heard.sentences[1]
    assert heard.voices == {say_voice(language)}


@pytest.mark.parametrize(
    ("number", "language"),
    [
        ("+4531999999", "da"),
        ("+46701740699", "sv"),
        ("+4915112345678", "de"),
        ("+436641234567", "de"),
        ("+41791234567", "de"),
        ("+31612345678", "nl"),
        ("+32470123456", "nl"),
        ("+442079460000", "en"),
        ("+33612345678", "en"),
    ],
)
def test_whom_we_never_called_hears_in_the_language_of_their_country_whose_number_it_is(
    line: Line, number: str, language: str
) -> None:
    heard = line.rings(number)

    assert heard.voices == {say_voice(language)}
    assert "Acme ApS" in heard.sentences[0]
    assert len(heard.sentences) == 1 + 3 + 3 + 1
    row = line.row(heard.ring_back_id)
    assert (row.controller_id, row.attempt_id, row.language) == ("acme", None, language)


def test_a_refused_call_is_none_that_they_could_be_ringing_back_for(line: Line) -> None:
    callee = a_number()
    line.presses(line.rings(callee).ring_back_id, "1")
    assert line.refused_because(callee) == {"suppression.number"}

    assert line.row(line.rings(callee).ring_back_id).attempt_id is None


def test_a_number_of_two_companies_names_the_one_that_called_last(line: Line) -> None:
    callee = a_number()
    line.calls(callee, "autumn")

    heard = line.rings(callee, SHARED)

    assert "Beta ApS" in heard.sentences[0]
    assert line.row(heard.ring_back_id).controller_id == "beta"


def test_a_number_of_two_companies_names_nobody_to_whom_neither_called(line: Line) -> None:
    heard = line.rings(a_number(), SHARED)

    assert heard.sentences[0] == "Goddag. Fra dette nummer bliver der ringet på vegne af flere virksomheder."
    assert not {"Acme", "Beta"} & set(" ".join(heard.sentences).split())
    assert line.row(heard.ring_back_id).controller_id is None


def test_a_number_that_is_shown_no_more_still_answers_for_whoever_showed_it(line: Line) -> None:
    database, old = line.gateway.services.database, "+4570123433"
    insert_caller_id(database, "acme", old)
    with database.writing() as connection:
        withdraw_caller_id(connection, "acme", old, NOW)

    assert "Acme ApS" in line.rings(a_number(), old).sentences[0]


def test_a_number_taken_over_by_another_company_still_knows_who_called_from_it(line: Line) -> None:
    database, old, callee = line.gateway.services.database, "+4570123444", a_number()
    insert_caller_id(database, "acme", old)
    insert_caller_id(database, "beta", old)
    with database.writing() as connection:
        withdraw_caller_id(connection, "acme", old, NOW)
    line.calls(callee)

    assert "Acme ApS" in line.rings(callee, old).sentences[0]
    assert "Beta ApS" in line.rings(a_number(), old).sentences[0]


@pytest.mark.parametrize("caller", WITHHELD)
def test_whose_number_is_withheld_hears_that_it_cannot_be_barred_and_is_offered_the_rest(
    line: Line, caller: str
) -> None:
    heard = line.rings(caller)

    assert heard.sentences[1].startswith("Dit nummer er skjult")
    assert not [sentence for sentence in heard.sentences if sentence.startswith("Tryk 1")]
    pressed = line.presses(heard.ring_back_id, "1")
    assert pressed.sentences[0].startswith("Dit nummer er skjult")
    assert pressed.verbs[0] == "Gather"
    row = line.row(heard.ring_back_id)
    assert (row.caller, row.caller_key, row.choice) == (None, None, None)
    assert "Record" in line.presses(heard.ring_back_id, "3").verbs


@pytest.mark.parametrize("digits", ["0", "9", "*", "", "11"])
def test_another_key_is_told_so_and_asked_again(line: Line, digits: str) -> None:
    ring_back_id = line.rings(a_number()).ring_back_id

    heard = line.presses(ring_back_id, digits)

    assert heard.sentences[0] == "Det var ikke en af mulighederne."
    assert heard.verbs.count("Gather") == 2
    assert line.row(ring_back_id).choice is None


# ---------------------------------------------------------------- 1: no more calls


def test_who_presses_1_is_called_no_more_from_then_on_at_any_number_of_theirs(line: Line) -> None:
    called, other, mobile = a_number(), a_number(), a_number()
    database = line.gateway.services.database
    insert_contact(database, email="kirsten@boozt.example", numbers=(called, mobile))
    assert line.calls(called)["permitted"]

    confirmed = line.presses(line.rings(called).ring_back_id, "1")

    assert confirmed.sentences == ["Det er noteret og gælder fra nu af: Vi ringer ikke til dig mere. Farvel."]
    assert confirmed.verbs == ["Say", "Hangup"]
    assert "suppression.number" in line.refused_because(called)
    assert {"suppression.number", "suppression.person"} <= line.refused_because(mobile)
    assert line.calls(other)["permitted"]
    assert line.suppressions(called) == [("controller", "acme", "objection", "ring-back menu")]


def test_one_of_several_at_a_switchboard_bars_the_number_and_whom_we_called(line: Line) -> None:
    database, board, direct = line.gateway.services.database, a_number(), a_number()
    anna = insert_contact(database, email="anna2@boozt.example", numbers=(board, direct))
    bo_direct = a_number()
    insert_contact(database, email="bo2@boozt.example", numbers=(board, bo_direct))
    asked = {"campaign": "offers", "callee": board, "contact": anna}
    line.gateway.http().post("/v1/attempts", json=asked, headers=line.gateway.dialer.bearer)

    line.presses(line.rings(board).ring_back_id, "1")

    assert "suppression.number" in line.refused_because(board)
    assert "suppression.person" in line.refused_because(direct)
    assert line.calls(bo_direct)["permitted"]


def test_it_bars_the_company_that_called_and_not_the_other_that_shares_the_number(line: Line) -> None:
    callee = a_number()
    line.calls(callee, "autumn")

    line.presses(line.rings(callee, SHARED).ring_back_id, "1")

    assert "suppression.number" in line.refused_because(callee, "autumn")
    assert line.calls(callee)["permitted"]


def test_where_nobody_knows_which_company_is_meant_it_bars_all_that_share_the_number(line: Line) -> None:
    callee = a_number()

    line.presses(line.rings(callee, SHARED).ring_back_id, "1")

    assert line.refused_because(callee, "autumn") == {"suppression.number"}
    assert line.refused_because(callee) == {"suppression.number"}
    assert [scope_id for _, scope_id, _, _ in line.suppressions(callee)] == ["acme", "beta"]


def test_at_a_number_that_is_on_file_for_nobody_it_bars_everybody(line: Line) -> None:
    callee = a_number()

    heard = line.rings(callee, NOBODYS)
    line.presses(heard.ring_back_id, "1")

    assert heard.sentences[0] == "Goddag. Dette nummer bliver brugt til at ringe ud fra."
    assert line.suppressions(callee) == [("everywhere", None, "objection", "ring-back menu")]
    assert line.refused_because(callee) == line.refused_because(callee, "autumn") == {"suppression.number"}


def test_pressing_it_again_changes_nothing_and_says_the_same(line: Line) -> None:
    callee = a_number()
    ring_back_id = line.rings(callee).ring_back_id
    first = line.presses(ring_back_id, "1").sentences
    entries = line.suppressions(callee)

    assert line.presses(ring_back_id, "1").sentences == first
    assert line.suppressions(callee) == entries
    line.presses(ring_back_id, "2")
    assert line.row(ring_back_id).choice == "objection"


# ---------------------------------------------------------------- 2: somebody to speak to


def test_who_presses_2_gets_our_people_who_take_ring_backs_all_at_once(line: Line) -> None:
    sid = a_call_sid()
    ring_back_id = line.rings(a_number(), call_sid=sid).ring_back_id

    heard = line.presses(ring_back_id, "2")
    again = line.presses(ring_back_id, "2")

    dial = heard.root.find("Dial")
    assert dial is not None
    assert (dial.get("callerId"), dial.get("timeout")) == (ACMES, "20")
    assert {(each.tag, each.text) for each in dial} == {
        ("Client", "mette"),
        ("Sip", "sip:desk@acme.example"),
        ("Number", "+4570123477"),
    }
    with line.gateway.services.database.reading() as connection:
        of_it = select(OwnCallRow.__table__).where(OwnCallRow.parent_call_sid == sid)
        logged = connection.execute(of_it).all()
    assert {(row.route, row.controller_id, row.address) for row in logged} == {
        ("ring_back", "acme", address) for address in ("client:mette", "sip:desk@acme.example", "+4570123477")
    }
    assert len(logged) == len(dial), "the same request again logs nothing more"
    reports = {f"{line.gateway.url}/twilio/own/{row.id}" for row in logged}
    assert {each.get("statusCallback", "").split("#")[0] for each in dial} == reports
    assert again.root.find("Dial") is not None
    assert line.row(ring_back_id).choice == "person"


def test_how_an_agents_telephone_rang_is_noted_with_its_own_call(line: Line) -> None:
    sid, parent = a_call_sid(), a_call_sid()
    heard = line.presses(line.rings(a_number(), call_sid=parent).ring_back_id, "2")
    callback = heard.attributes("Client")["statusCallback"].removeprefix(line.gateway.url).partition("#")[0]

    for status in ("ringing", "in-progress", "completed"):
        report = {"CallSid": sid, "ParentCallSid": parent, "CallStatus": status, "CallDuration": "31"}
        assert line.post(callback, report).status_code == 204

    with line.gateway.services.database.reading() as connection:
        logged = connection.execute(select(OwnCallRow.__table__).where(OwnCallRow.call_sid == sid)).one()
    assert (logged.route, logged.parent_call_sid, logged.call_status) == ("ring_back", parent, "completed")


def test_an_agent_who_rings_is_not_rung(line: Line) -> None:
    heard = line.presses(line.rings("+4570123477").ring_back_id, "2")

    assert [each.tag for each in heard.root.iter() if each.tag in {"Client", "Sip", "Number"}].count("Number") == 0
    assert "Dial" in heard.verbs


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled", ""])
def test_where_nobody_answers_they_can_leave_a_message(line: Line, status: str) -> None:
    ring_back_id = line.rings(a_number()).ring_back_id

    answer = line.tells(ring_back_id, "dialled", DialCallStatus=status)

    assert "Der er desværre ingen, der kan tage telefonen lige nu." in answer.text
    assert "<Record" in answer.text


def test_after_they_have_spoken_with_somebody_the_call_ends(line: Line) -> None:
    ring_back_id = line.rings(a_number()).ring_back_id

    answer = line.tells(ring_back_id, "dialled", DialCallStatus="completed")

    assert "<Record" not in answer.text
    assert "<Hangup" in answer.text


def test_where_nobody_takes_ring_backs_they_can_leave_a_message(line: Line) -> None:
    callee = a_number()
    line.calls(callee, "autumn")

    heard = line.presses(line.rings(callee, SHARED).ring_back_id, "2")

    assert heard.sentences[0] == "Der er desværre ingen, der kan tage telefonen lige nu."
    assert "Record" in heard.verbs
    assert "Dial" not in heard.verbs


# ---------------------------------------------------------------- 3: a message


def test_a_message_is_kept_once_and_the_company_told_by_mail_without_more_than_it_needs(line: Line) -> None:
    callee, sid = "+4531998877", f"RE{'a1' * 16}"
    ring_back_id = line.rings(callee).ring_back_id
    record = line.presses(ring_back_id, "3")
    assert record.attributes("Record")["maxLength"] == "120"
    line.mail.mails.clear()

    for step in ("message", "recording", "message"):
        told = {"RecordingSid": sid, "RecordingDuration": "17", "RecordingUrl": "https://api.twilio.example/x"}
        answer = line.tells(ring_back_id, step, **told)
        assert answer.status_code in {200, 204}
    line.gateway.work()

    row = line.row(ring_back_id)
    assert (row.choice, row.recording_sid, row.recording_seconds) == ("message", sid, 17)
    (mail,) = line.mail.mails
    text = mail.content.decode()
    assert mail.rcpt_tos == ("privacy@acme.example",)
    assert f"{line.gateway.url}/v1/ring-backs/{ring_back_id}".replace("=", "=3D") in text.replace("=\r\n", "")
    assert "98877" not in text
    assert "Danish" in text


@pytest.mark.parametrize(
    "form", [{}, {"RecordingSid": "RE1", "RecordingDuration": "0"}, {"RecordingSid": "RE1", "RecordingDuration": "x"}]
)
def test_a_message_that_is_none_is_said_to_be_none(line: Line, form: dict[str, str]) -> None:
    ring_back_id = line.rings(a_number()).ring_back_id

    assert "Der blev ikke optaget nogen besked." in line.tells(ring_back_id, "message", **form).text
    assert line.tells(ring_back_id, "recording", **form).status_code == 204
    assert line.row(ring_back_id).recording_sid is None


def test_what_is_no_recording_is_not_kept(line: Line) -> None:
    ring_back_id = line.rings(a_number()).ring_back_id

    for step in ("message", "recording"):
        answer = line.tells(ring_back_id, step, RecordingSid="RE/../x", RecordingDuration="9")
        assert answer.status_code == 422
    assert line.row(ring_back_id).recording_sid is None


# ---------------------------------------------------------------- the call itself


def test_a_call_is_logged_once_and_answered_alike_however_often_twilio_asks(line: Line) -> None:
    callee, sid = a_number(), a_call_sid()

    first, second = line.rings(callee, call_sid=sid), line.rings(callee, call_sid=sid)

    assert first.ring_back_id == second.ring_back_id
    assert first.sentences == second.sentences


def test_the_end_of_the_call_is_noted_once(line: Line) -> None:
    callee, sid = a_number(), a_call_sid()
    ring_back_id = line.rings(callee, call_sid=sid).ring_back_id
    path = f"{INBOUND}/status"
    assert line.post(path, {**incoming(callee, call_sid=sid), "CallStatus": "in-progress"}).status_code == 204
    assert line.row(ring_back_id).ended_at is None

    line.post(path, {**incoming(callee, call_sid=sid), "CallStatus": "completed"})
    ended_at = line.row(ring_back_id).ended_at
    line.post(path, {**incoming(callee, call_sid=sid), "CallStatus": "completed"})

    assert ended_at is not None
    assert line.row(ring_back_id).ended_at == ended_at


def test_a_call_that_we_hear_of_only_at_its_end_is_known_all_the_same(line: Line) -> None:
    sid = a_call_sid()

    line.post(f"{INBOUND}/status", {**incoming(a_number(), call_sid=sid), "CallStatus": "completed"})

    with line.gateway.services.database.reading() as connection:
        found = connection.execute(select(RingBackRow.__table__).where(RingBackRow.call_sid == sid)).one()
    assert found.ended_at is not None


@pytest.mark.parametrize("sid", ["", "CA" + "1" * 33])
def test_a_call_without_a_sid_is_not_answered(line: Line, sid: str) -> None:
    assert line.post(INBOUND, {"CallSid": sid, "From": a_number(), "To": ACMES}).status_code == 422


def test_a_step_of_a_call_that_is_not_known_is_not_found(line: Line) -> None:
    for step in ("choice", "dialled", "message"):
        assert line.tells(UNKNOWN, step, Digits="1").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_we_did_not_answer_they_hear_that_it_may_not_have_been_noted(line: Line, language: str) -> None:
    caller = {"da": "+4531999999", "sv": "+46701740699", "de": "+4915112345678", "nl": "+31612345678"}
    form = incoming(caller.get(language, "+442079460000"), "+442079460001")

    answer = line.post(f"{INBOUND}/fallback", form)

    assert say_voice(language) in answer.text
    assert "<Hangup" in answer.text


def test_where_the_store_is_gone_nothing_is_confirmed_and_the_fallback_still_speaks(line: Line) -> None:
    broken = line.gateway.services.settings.model_copy(update={"database_url": "sqlite:////proc/nothing/x.sqlite3"})
    without_store = replace(line, gateway=replace(line.gateway, app=create_app(build(broken))))

    for path in (INBOUND, f"{INBOUND}/{UNKNOWN}/choice"):
        answer = without_store.post(path, {**incoming(a_number()), "Digits": "1"})
        assert answer.status_code == 503
        assert "noteret" not in answer.text
    assert "Der gik noget galt hos os" in without_store.post(f"{INBOUND}/fallback", incoming(a_number())).text


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NUMBER = st.one_of(TEXT, st.from_regex(r"\A\+?[0-9]{0,22}\Z"), st.sampled_from([ACMES, SHARED, *WITHHELD]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NUMBER, NUMBER, TEXT, TEXT)
def test_whatever_is_sent_is_answered(line: Line, caller: str, called: str, digits: str, seconds: str) -> None:
    form = {"CallSid": a_call_sid(), "From": caller, "To": called}
    heard = line.rings(caller, called)

    for step in ("choice", "dialled", "message"):
        told = {"Digits": digits, "DialCallStatus": digits, "RecordingSid": digits, "RecordingDuration": seconds}
        assert line.tells(heard.ring_back_id, step, **told).status_code in {200, 422}
    for path in (f"{INBOUND}/status", f"{INBOUND}/fallback"):
        assert line.post(path, {**form, "CallStatus": "completed"}).status_code in {200, 204}
    line.writes(caller, digits, called)


@pytest.mark.parametrize(
    "path",
    [
        INBOUND,
        f"{INBOUND}/status",
        f"{INBOUND}/fallback",
        "/twilio/sms",
        *(f"{INBOUND}/{UNKNOWN}/{step}" for step in ("choice", "dialled", "message", "recording")),
    ],
)
def test_what_twilio_did_not_sign_is_refused_and_does_nothing(line: Line, path: str) -> None:
    caller = a_number()
    form = {**incoming(caller), "Body": "STOP", "MessageSid": "SM1", "Digits": "1"}
    wrong = signature(line.gateway, f"{line.gateway.url}{path}x", form)

    for headers in ({}, {"X-Twilio-Signature": wrong}, {"X-Twilio-Signature": "no"}):
        assert line.gateway.http().post(path, data=form, headers=headers).status_code == 403
    assert line.suppressions(caller) == []


def test_no_number_of_a_caller_is_ever_logged(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caller = a_number()
    line.presses(line.rings(caller).ring_back_id, "1")
    line.writes(caller, "STOP")
    line.post(f"{INBOUND}/fallback", incoming(caller))

    assert caller[1:] not in caplog.text
