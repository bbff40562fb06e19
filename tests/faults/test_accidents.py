"""What was half done when somebody died is found out afterwards, and never done again."""

from __future__ import annotations

import pytest

from tests.faults.story import Story

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]


def test_a_call_made_while_the_gateway_died_is_found_and_not_made_again(story: Story) -> None:
    for person in story.accidents.called:
        calls = [call for call in story.evidence.calls if call.callee == person.number]
        assert len(calls) == 1
        attempt = story.evidence.attempts[calls[0].attempt_id]
        assert (attempt["call_sid"], attempt["state"]) == (calls[0].sid, calls[0].status)
        events = [row for row in story.evidence.events if row["attempt_id"] == attempt["id"]]
        assert events[-1]["cause"] == "sweep"


def test_a_mail_under_way_when_the_worker_died_is_shown_and_not_sent_again(story: Story) -> None:
    mails = _mails_to(story, story.accidents.written_to.email)
    assert len(mails) == 1
    notice = story.evidence.notice_of(mails[0])
    assert notice is not None
    assert notice["state"] == "uncertain"


def test_mails_whose_queue_was_lost_are_sent_once(story: Story) -> None:
    for person in story.accidents.waiting:
        assert len(_mails_to(story, person.email)) == 1


def test_whoever_kills_the_supervisor_leaves_no_process_behind(story: Story) -> None:
    assert story.left_behind == []


def test_started_again_it_answers_where_it_did(story: Story) -> None:
    before, after = story.addresses
    assert after == before
    assert story.exit_code == 0


def _mails_to(story: Story, email: str | None) -> list[str]:
    return [
        message_id for message_id, mails in story.evidence.mails.items() for mail in mails if mail.rcpt_tos == (email,)
    ]
