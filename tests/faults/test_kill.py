"""`kill -9` of anything at any moment: what was acknowledged is there afterwards, and nothing was done twice.

One run of the whole stack, in which its parts are killed at moments drawn from a seed, is looked at from all sides.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults.evidence import Report, Row
from tests.faults.story import ENOUGH, VICTIMS, Story

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]
ENDED = {"completed", "busy", "no-answer", "failed", "canceled"}
NO_CALL = {"withdrawn", "expired"}


def test_enough_happened_to_prove_something(story: Story) -> None:
    assert sum(story.kills.values()) >= len(VICTIMS) + 1
    assert story.ledger.counts["requests without an answer"] > 0
    assert len(story.ledger.calls) > ENOUGH
    assert len(story.ledger.outcomes) > ENOUGH
    assert len(story.evidence.mails) > ENOUGH
    assert story.ledger.objections


def test_nobody_got_an_answer_that_nobody_should_ever_get(story: Story) -> None:
    assert story.ledger.surprises == []


def test_every_verdict_that_was_told_is_in_the_store(story: Story) -> None:
    told = [(said.attempt_id, said.callee, said.is_permitted) for said in story.ledger.verdicts]

    kept = [(said.attempt_id, *_kept_verdict(story, said.attempt_id)) for said in story.ledger.verdicts]

    assert kept == told


def test_a_request_sent_again_with_its_key_gets_the_answer_of_before(story: Story) -> None:
    assert story.answers_given_again
    for first, again in story.answers_given_again:
        assert (again.attempt_id, again.is_permitted) == (first.attempt_id, first.is_permitted)


def test_every_call_that_a_dialer_was_told_of_is_in_the_store(story: Story) -> None:
    for told in story.ledger.calls:
        attempt = story.evidence.call_of(told.call_sid)
        assert attempt is not None, told
        assert attempt["callee"] == told.callee


def test_every_outcome_that_was_told_is_in_the_store(story: Story) -> None:
    for told in story.ledger.outcomes:
        kept = story.evidence.attempts[told.attempt_id]
        assert (kept["outcome"] or "", kept["state"]) == (told.outcome, told.state)


def test_every_objection_bars_the_person_from_then_on(story: Story) -> None:
    for objection in story.ledger.objections:
        notice = story.evidence.notice_of(objection.message_id)
        assert notice is not None
        assert notice["objected_at"] is not None
        assert _bars(story, notice["callee_key"], notice["controller_id"]), objection
        assert objection.was_permitted is False, objection
        assert any(reason.startswith("suppression.") for reason in objection.reasons), objection


def test_twilio_was_asked_for_one_call_at_most_for_each_permit(story: Story) -> None:
    by_attempt = Counter(call.attempt_id for call in story.evidence.calls)

    assert {attempt: number for attempt, number in by_attempt.items() if number > 1} == {}


def test_every_call_that_twilio_made_is_in_the_store_with_its_end(story: Story) -> None:
    for call in story.evidence.calls:
        attempt = story.evidence.attempts[call.attempt_id]
        assert (attempt["call_sid"], attempt["callee"]) == (call.sid, call.callee)
        assert story.evidence.decisions[call.attempt_id]["is_permitted"] == 1
        assert attempt["state"] == call.status
        assert attempt["state"] in ENDED


def test_every_report_that_twilio_was_thanked_for_is_kept(story: Story) -> None:
    kept = {
        Report(row["attempt_id"], row["call_sid"], row["call_status"], row["sequence_number"])
        for row in story.evidence.reports.values()
    }

    assert len(story.evidence.reported) > ENOUGH
    assert story.evidence.reported - kept == set()


def test_nobody_was_called_twice_by_one_controller(story: Story) -> None:
    """All of it happened within minutes, and the rest between two attempts is a day."""
    permits = [row for row in story.evidence.attempts.values() if _counts(story, row)]
    calls = Counter((row["controller_id"], row["callee"]) for row in permits)

    assert {who: number for who, number in calls.items() if number > 1} == {}


def test_no_notice_was_sent_twice(story: Story) -> None:
    by_message = {message_id: len(mails) for message_id, mails in story.evidence.mails.items()}
    by_person: Counter[tuple[str, str]] = Counter()
    for message_id, mails in story.evidence.mails.items():
        notice = story.evidence.notice_of(message_id)
        assert notice is not None, message_id
        by_person.update((notice["controller_id"], address) for mail in mails for address in mail.rcpt_tos)

    assert {message_id: number for message_id, number in by_message.items() if number > 1} == {}
    assert {who: number for who, number in by_person.items() if number > 1} == {}


def test_a_notice_that_is_said_to_be_sent_was_sent(story: Story) -> None:
    for notice in story.evidence.notices.values():
        if notice["state"] == "sent":
            assert notice["message_id"] in story.evidence.mails


def test_only_a_killed_worker_leaves_a_notice_uncertain(story: Story) -> None:
    states = Counter(row["state"] for row in story.evidence.notices.values())

    assert set(states) <= {"sent", "no_address", "uncertain"}
    assert states["uncertain"] <= story.kills["worker"] + 1  # it dies with the supervisor, too


def test_everybody_who_answered_is_owed_one_notice(story: Story) -> None:
    answered = {
        (row["controller_id"], row["callee_key"])
        for row in story.evidence.attempts.values()
        if row["outcome"] == "answered"
    }

    owed = Counter((row["controller_id"], row["callee_key"]) for row in story.evidence.notices.values())

    assert set(owed) == answered
    assert max(owed.values()) == 1


def test_every_report_that_was_promised_reached_its_dialer(story: Story) -> None:
    tokens = {received.headers.get("I-Twilio-Idempotency-Token") for received in story.reports_to_dialers}
    promised = {row["ref"] for row in story.evidence.outbox if row["kind"] == "forward_report"}

    assert promised
    assert promised <= tokens


def test_all_promised_work_was_done(story: Story) -> None:
    assert {row["state"] for row in story.evidence.outbox} == {"done"}


def test_an_end_that_was_written_down_is_never_changed(story: Story) -> None:
    for earlier, later in zip(story.evidence.events, story.evidence.events[1:], strict=False):
        if earlier["attempt_id"] == later["attempt_id"]:
            assert earlier["state"] not in ENDED, (earlier, later)


def test_what_the_next_decision_reads_agrees_with_the_attempts(story: Story) -> None:
    """The guards: a permit without one could be given twice, one with another outcome misleads the rest periods."""
    guards = {row["attempt_id"]: row for row in story.evidence.guards if row["kind"] == "attempt"}
    permits = {row["id"]: row for row in story.evidence.attempts.values() if _is_permit(story, row)}

    assert guards.keys() == permits.keys()
    for attempt_id, permit in permits.items():
        kept = guards[attempt_id]
        assert (kept["outcome"], kept["ended_at"]) == (permit["outcome"], permit["ended_at"]), permit
        if permit["state"] in ENDED:
            assert kept["is_placed"], permit
            assert kept["released_at"] is None, permit
        if permit["state"] == "withdrawn":
            assert kept["released_at"] is not None, permit


def test_the_database_is_whole(story: Story) -> None:
    assert story.evidence.integrity == "ok"
    assert story.evidence.attempts.keys() <= story.evidence.decisions.keys()


def _kept_verdict(story: Story, attempt_id: str) -> tuple[str | None, bool | None]:
    attempt, decision = story.evidence.attempts.get(attempt_id), story.evidence.decisions.get(attempt_id)
    if attempt is None or decision is None:
        return None, None
    return attempt["callee"], bool(decision["is_permitted"])


def _bars(story: Story, key: str, controller_id: str) -> bool:
    return any(
        row["subject_key"] == key and row["scope_id"] in {controller_id, None} and row["lifted_at"] is None
        for row in story.evidence.suppressions
    )


def _counts(story: Story, attempt: Row) -> bool:
    """A call was made, or may have been."""
    return _is_permit(story, attempt) and not (attempt["state"] in NO_CALL and _is_released(story, attempt["id"]))


def _is_permit(story: Story, attempt: Row) -> bool:
    return bool(story.evidence.decisions[attempt["id"]]["is_permitted"])


def _is_released(story: Story, attempt_id: str) -> bool:
    own = [row for row in story.evidence.guards if row["attempt_id"] == attempt_id]
    return bool(own) and all(row["released_at"] is not None for row in own)
