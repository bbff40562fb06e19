"""What a list came to, counted row by row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from middleware.leads.records import RemarkKind, Table
from middleware.services.scrubbing.answers import Order, RowAnswer, Span, Verdict


@dataclass(slots=True)
class Summary:
    """Every row is counted once: duplicates, broken ones, and the four spans of `spans` make up `rows`.

    `suppressed` rows are among those that waiting does not help; `empty` ones, without any content, are no rows.
    `reasons` counts refused rows by code (a row may have several), `days` rows by the day on which they may first be
    called, as the callee's calendar has it, for those within the week.
    """

    campaign_id: str
    table: Table
    rows: int = 0
    empty: int = 0
    suppressed: int = 0
    same_company: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    spans: Counter[Span] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    remarks: Counter[RemarkKind] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)

    @classmethod
    def of(cls, table: Table, order: Order) -> Summary:
        """Nothing counted yet."""
        return cls(order.campaign_id, table)

    def add(self, answer: RowAnswer) -> None:
        """Count one row."""
        self.rows += 1
        self.verdicts[answer.verdict] += 1
        self.suppressed += answer.is_suppressed
        self.same_company += answer.duplicate_of is not None and answer.verdict is not Verdict.DUPLICATE
        self.reasons.update({reason.code for reason in answer.reasons})
        self.remarks.update({remark.kind for remark in answer.remarks})
        if answer.span is not None:
            self.spans[answer.span] += 1
        if answer.first_day is not None and answer.span in {Span.TODAY, Span.WEEK}:
            self.days[answer.first_day] += 1

    def counts(self) -> dict[str, Any]:
        """All figures, and nothing personal."""
        return {
            "campaign": self.campaign_id,
            "rows": self.rows,
            "callable_now": self.verdicts[Verdict.NOW],
            "callable_today": self.spans[Span.TODAY],
            "callable_within_a_week": self.spans[Span.WEEK],
            "callable_later": self.spans[Span.LATER],
            "never": self.spans[Span.NEVER],
            "suppressed": self.suppressed,
            "duplicates": self.verdicts[Verdict.DUPLICATE],
            "same_company": self.same_company,
            "broken": self.verdicts[Verdict.BROKEN],
            "empty": self.empty,
            "first_callable_on": {day.isoformat(): count for day, count in sorted(self.days.items())},
            "reasons": dict(self.reasons.most_common()),
            "remarks": {kind.value: count for kind, count in self.remarks.most_common()},
        }

    def columns(self) -> dict[str, Any]:
        """What was made of the file's columns."""
        columns = self.table.columns
        return {
            "read_as": self.table.description,
            "used": {name.value: columns.headings[place] for name, place in columns.places.items()},
            "unknown": list(columns.unknown),
            "rivals": [
                {"heading": heading, "used_instead": used, "field": name.value}
                for heading, used, name in columns.rivals
            ],
        }
