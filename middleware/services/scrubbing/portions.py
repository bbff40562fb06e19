"""Some hundred rows at once: the broken and repeated ones are answered at once, the others are asked about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from middleware.leads.lead import Lead, LeadReader
from middleware.leads.records import Record
from middleware.services.scrubbing.answering import Answering, Asked
from middleware.services.scrubbing.answers import Order, RowAnswer, Shared, Verdict
from middleware.services.scrubbing.repeats import Repeated, Repeats
from middleware.services.scrubbing.row_words import said, same_as


def portion_answered(
    records: Sequence[Record], reader: LeadReader, repeats: Repeats, answering: Answering, order: Order
) -> Iterator[RowAnswer]:
    """Answers in the order of the rows."""
    slots = [_settled(record, reader, repeats, order) for record in records]
    answers = answering.answers([slot[0] for slot in slots if not isinstance(slot, RowAnswer)])
    for slot in slots:
        yield slot if isinstance(slot, RowAnswer) else _with_company(next(answers), slot[1], order.language)


def _settled(
    record: Record, reader: LeadReader, repeats: Repeats, order: Order
) -> RowAnswer | tuple[Asked, Repeated | None]:
    """The answer where none need be asked for, else what to ask, and which row is of the same company."""
    lead = reader.read(record)
    if not isinstance(lead, Lead):
        return RowAnswer(record, Verdict.BROKEN, remarks=(lead,), messages=(said(lead, order.language),))
    repeated = repeats.find_or_note(record, lead)
    if repeated is not None and (order.one_per_company or repeated[1] is not Shared.COMPANY):
        return _duplicate(record, lead, repeated, order.language)
    return Asked(record, lead, repeats.is_objection(lead)), repeated


def _duplicate(record: Record, lead: Lead, repeated: Repeated, language: str) -> RowAnswer:
    line, shared = repeated
    return RowAnswer(
        record,
        Verdict.DUPLICATE,
        e164=lead.number.parsed.e164,
        remarks=lead.remarks,
        messages=(same_as(shared, line, language), *(said(remark, language) for remark in lead.remarks)),
        duplicate_of=line,
        duplicate_by=shared,
    )


def _with_company(answer: RowAnswer, repeated: Repeated | None, language: str) -> RowAnswer:
    """Another person at the same company: answered, and named."""
    if repeated is None:
        return answer
    line, shared = repeated
    messages = (*answer.messages, same_as(shared, line, language))
    return replace(answer, duplicate_of=line, duplicate_by=shared, messages=messages)
