"""What a demonstration shows: news as it comes, numbers masked, mails by what was really caught."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from scripts.demo_calls import summary
from scripts.demo_calls.call_list import ListedCall
from scripts.demo_calls.mails import NO_ADDRESS, SENT, SENT_BEFORE, Mails
from scripts.demo_calls.progress import CallProgress, Run, Verdict
from scripts.demo_calls.showing import screen, table_of

METTE, JONAS, NOBODY = "+4568001011", "+4568001012", "+4568001099"


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(
        f"email,numbers\nMette@holm.example,+45 68 00 10 11\njonas@holm.example,{JONAS};+4568001013\n",
        encoding="utf-8",
    )
    return path


def answered(number: int, callee: str, answered_by: str = "human") -> CallProgress:
    call = CallProgress(number, ListedCall("spring", callee, "+4568000010"), Verdict.PLACED, status="completed")
    call.answered_by, call.duration = answered_by, 40
    return call


def catch(tmp_path: Path, name: str, address: str) -> None:
    mail = f"X-MailFrom: notices@ringfence.example\nX-RcptTo: {address}\nSubject: x\n\nX-RcptTo: {METTE}\n"
    (tmp_path / f"{name}.eml").write_text(mail, encoding="utf-8")


def test_a_mail_counts_when_it_was_caught_and_those_of_earlier_runs_are_told_apart(
    tmp_path: Path, contacts: Path
) -> None:
    catch(tmp_path, "1", "jonas@holm.example")
    mails = Mails(tmp_path, contacts)
    run = Run([answered(1, METTE), answered(2, JONAS), answered(3, NOBODY), answered(4, METTE, "machine_start")])

    mails.note(run)
    assert [call.mail for call in run.calls] == ["", SENT_BEFORE, NO_ADDRESS, ""]
    assert not mails.is_complete(run)

    catch(tmp_path, "2", "mette@holm.example")
    mails.note(run)
    assert [call.mail for call in run.calls] == [SENT, SENT_BEFORE, NO_ADDRESS, ""]
    assert mails.is_complete(run)
    assert mails.count_sent() == 1


def test_without_a_terminal_each_piece_of_news_is_one_line_and_told_once() -> None:
    written = io.StringIO()
    run = Run([answered(1, METTE), CallProgress(2, ListedCall("spring", JONAS, "+4568000010"))])
    with screen(Console(file=written, width=60)) as shown:
        run.touch(run.calls[0])
        shown.update(run)
        shown.update(run)
        run.calls[1].verdict, run.calls[1].reasons = Verdict.REFUSED, ("suppression.number", "attempts.cap_reached")
        run.touch(run.calls[1])
        shown.update(run)

    assert written.getvalue().splitlines() == [
        "1 | +45…11 | spring | placed | completed, a person | 40",
        "2 | +45…12 | spring | refused | The number is on the stop list; Called often enough | not by waiting",
    ]


def test_the_table_fits_a_narrow_terminal_and_names_the_zone_of_its_times() -> None:
    call = CallProgress(1, ListedCall("spring", METTE, "+4568000010"), Verdict.REFUSED, ("hours.outside_window",))
    call.not_before = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    written = io.StringIO()

    Console(file=written, width=80).print(table_of([call], 80))

    assert "Wed 25 Nov 09:00" in written.getvalue()
    assert "Europe/Copenhagen" in written.getvalue()
    assert "spring" not in written.getvalue()
    assert max(len(line) for line in written.getvalue().splitlines()) <= 80
    assert METTE not in written.getvalue()


def test_the_summary_counts_reasons_in_words_beside_their_codes() -> None:
    refused = [CallProgress(number, ListedCall("spring", METTE, "+4568000010"), Verdict.REFUSED) for number in (1, 2)]
    refused[0].reasons = refused[1].reasons = ("suppression.number",)
    not_placed = CallProgress(3, ListedCall("spring", JONAS, "+4568000010"), Verdict.NOT_PLACED, ("Twilio 21215",))
    written = io.StringIO()

    summary.show(Console(file=written, width=100), summary.counted(Run([*refused, not_placed]), mails=0), "the export")

    assert "       2  The number is on the stop list (suppression.number)\n" in written.getvalue()
    assert "       1  Twilio 21215\n" in written.getvalue()
