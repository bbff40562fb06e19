"""The dictionary of an export of attempts: every column and member, what it means, and where its value comes from."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

from middleware.services.exports.loosened import loosened_in_words, loosened_of
from middleware.services.exports.query import ExportFormat
from middleware.services.exports.values import (
    digits_of,
    events_of,
    facts_digest,
    facts_of,
    joined,
    notice_of,
    other_text_of,
    reasons_kept,
    sentences_of,
)
from middleware.store.exports import ExportedAttempt

CSV, JSONL = ExportFormat.CSV, ExportFormat.JSONL


class Column(NamedTuple):
    """One column of CSV and one member of JSON lines, or of one of them alone."""

    name: str
    meaning: str
    value: Callable[[ExportedAttempt], Any]
    only_in: ExportFormat | None = None


def columns_of(form: ExportFormat) -> tuple[Column, ...]:
    """The columns of a format, in their order in the file."""
    return tuple(column for column in DICTIONARY if column.only_in in {None, form})


def _kept(name: str, meaning: str, attribute: str | None = None) -> Column:
    return Column(name, meaning, attrgetter(attribute or name))


DICTIONARY = (
    _kept("attempt_id", "Id of the attempt, a UUIDv7: ids sort by the time of asking.", "id"),
    _kept("asked_at", "When the dialer asked and the decision fell."),
    _kept("controller", "The company on whose behalf the call would be made.", "controller_id"),
    _kept("campaign", "The campaign.", "campaign_id"),
    _kept("credential", "Id of the credential that asked.", "credential_id"),
    _kept("route", "The door it came through: api, plain, twilio_rest, participant, twiml, voice, click_to_call."),
    _kept("placed_by", "Who creates the call at Twilio: us, or the dialer itself."),
    Column(
        "callee_e164_without_plus",
        "The number to be rung, in E.164 without its plus sign; empty once erased.",
        lambda attempt: digits_of(attempt.callee),
        CSV,
    ),
    Column(
        "callee_as_asked",
        "What was asked for where no number in E.164 can be read from it.",
        lambda attempt: other_text_of(attempt.callee),
        CSV,
    ),
    Column(
        "callee",
        "The number to be rung in E.164, or what was asked for where none can be read; null once erased.",
        attrgetter("callee"),
        JSONL,
    ),
    _kept("callee_key", "Keyed hash of the number: the same number has the same key, also after its erasure."),
    Column(
        "caller_id_e164_without_plus",
        "The number to be shown, in E.164 without its plus sign.",
        lambda attempt: digits_of(attempt.caller_id),
        CSV,
    ),
    Column(
        "caller_id_as_asked",
        "What was to be shown where it is not a number in E.164.",
        lambda attempt: other_text_of(attempt.caller_id),
        CSV,
    ),
    Column(
        "caller_id",
        "What was to be shown: in E.164, or as it was asked where no number can be read.",
        attrgetter("caller_id"),
        JSONL,
    ),
    _kept("contact", "Id of the person called, if exactly one is known at the number.", "contact_id"),
    _kept("company", "Id of that person's company.", "company_id"),
    _kept("idempotency_key", "The dialer's own reference of the request."),
    _kept("request_digest", "SHA-256 of the request: what its repetitions are known by."),
    _kept("permitted", "The verdict: true or false; empty if the decision is missing.", "is_permitted"),
    Column(
        "reasons",
        "Codes of all rules that refused, in the order of the rules, with a space between.",
        lambda attempt: joined(attempt, "code", " "),
        CSV,
    ),
    Column(
        "reason_details",
        "What stood in the way in each case, in words, in the same order, with ` | ` between.",
        lambda attempt: " | ".join(sentences_of(attempt)),
        CSV,
    ),
    Column(
        "reason_bases",
        "How binding each figure is: law, code, recommended; same order, `none` where there is none.",
        lambda attempt: joined(attempt, "basis"),
        CSV,
    ),
    Column(
        "reason_sources",
        "The legal or other source of each; same order, `none` where there is none.",
        lambda attempt: joined(attempt, "source"),
        CSV,
    ),
    Column(
        "reason_set_by",
        "Whose figure each is: a country's, a controller's or a campaign's; same order, `none` where there is none.",
        lambda attempt: joined(attempt, "set_by"),
        CSV,
    ),
    Column(
        "reasons",
        "All rules that refused, as kept: code, rule, basis, source, set_by (whose figure it is), not_before, and the "
        "parameters that its sentences are made from. Decisions of the first edition kept a message instead of these "
        "and of set_by.",
        reasons_kept,
        JSONL,
    ),
    Column("reason_details", "What stood in the way in each case, in words, in the same order.", sentences_of, JSONL),
    _kept(
        "not_before", "The earliest moment at which all rules permit; empty on a permit, and if waiting does not help."
    ),
    _kept("attempts_left", "How many attempts the caps left, this one included."),
    _kept("permit_expires_at", "Until when the permit could be used."),
    _kept("ring_timeout_seconds", "The longest that the call may ring."),
    _kept("policy_digest", "SHA-256 of the policy that ruled, under which it is kept."),
    Column(
        "loosened_figures",
        "Figures of that policy which allowed more than those they replaced: which, by whom, in place of what, and who "
        "approved it when and why, with ` | ` between; empty if there are none.",
        loosened_in_words,
        CSV,
    ),
    Column(
        "loosened_figures",
        "Figures of that policy which allowed more than those they replaced: figure, value, set_by, and loosens, which "
        "says what they replace, who approved it when and why. Null if the policy is not kept.",
        loosened_of,
        JSONL,
    ),
    _kept(
        "clock_offset_seconds", "How far the clock had been moved when it was decided: not 0 in demonstrations only."
    ),
    Column("facts_digest", "SHA-256 of the facts that the decision saw, as kept.", facts_digest),
    Column(
        "facts",
        "The facts that the decision saw, byte for byte as kept. They hold no name, number or address of a person "
        "called; the number shown stands in them in full.",
        facts_of,
        JSONL,
    ),
    _kept(
        "state",
        "How far it had come when it was exported: refused, permitted, withdrawn, expired, uncertain, placed, ringing, "
        "in-progress, completed, busy, no-answer, failed, canceled.",
    ),
    _kept("call_sid", "Twilio's id of the call."),
    _kept("call_status", "Twilio's last word on it, as received."),
    _kept("sip_response_code", "The SIP code of its end, where Twilio gave one."),
    _kept("answered_by", "Twilio's answering machine detection, as received."),
    _kept("placed_at", "When the call was created."),
    _kept("answered_at", "When it was answered."),
    _kept("ended_at", "When it ended."),
    _kept("duration_seconds", "How long it lasted, in Twilio's count."),
    _kept(
        "outcome",
        "How it ended, derived once or told by the caller: answered, declined, voicemail, "
        "busy, no-answer, rejected, failed, canceled, unknown.",
    ),
    _kept("status_reports", "How many reports of Twilio are kept for it; repetitions are kept once."),
    Column("events", "Every change of state: at, state, cause, detail.", events_of, JSONL),
    Column(
        "notice_state",
        "The information mail to this person: due, no_address, handed, sent, refused, uncertain; "
        "empty if none is owed.",
        attrgetter("notice_state"),
        CSV,
    ),
    Column("notice_sent_at", "When it was sent.", attrgetter("notice_sent_at"), CSV),
    Column("notice_attempt_id", "Which attempt made it due.", attrgetter("notice_attempt_id"), CSV),
    Column(
        "notice",
        "The information mail to this person: state, sent_at, and the attempt_id that made it due; "
        "null if none is owed.",
        notice_of,
        JSONL,
    ),
)
