"""Which rows of one list repeat an earlier one, and whom the list itself says not to call."""

from __future__ import annotations

from middleware.leads.duplicates import FirstLines
from middleware.leads.fields import Field
from middleware.leads.lead import Lead, LeadReader
from middleware.leads.records import Record, Table
from middleware.services.scrubbing.answers import Shared

Repeated = tuple[int, Shared]  # the line of the first, and what the two have in common
_OBJECTION = "objection "


class Repeats:
    """Remembers the rows of one list. A row whose number cannot exist is not remembered: it would hide a good one."""

    def __init__(self, first_lines: FirstLines) -> None:
        self._first_lines = first_lines
        self._has_objections = False

    def read_objections(self, table: Table, reader: LeadReader) -> None:
        """Read the whole list once for rows that say not to call: they hold for the rows above them too."""
        if Field.OBJECTION not in table.columns.places:
            return
        for record in table.records():
            lead = reader.read(record)
            if isinstance(lead, Lead) and lead.is_objection:
                self._has_objections = True
                for kind, key in _personal_keys(lead):
                    self._first_lines.first_or_note(f"{_OBJECTION}{kind}", key, record.line)

    def is_objection(self, lead: Lead) -> bool:
        """Whether some row with this number or mailbox says not to call."""
        return self._has_objections and any(
            self._first_lines.first(f"{_OBJECTION}{kind}", key) is not None for kind, key in _personal_keys(lead)
        )

    def find_or_note(self, record: Record, lead: Lead) -> Repeated | None:
        """An earlier row with the same number, else mailbox, else company. What is new of this row is noted."""
        if not lead.number.parsed.facts.valid:
            return None
        keys = [*_personal_keys(lead), *((Shared.COMPANY, key) for key in lead.company_keys)]
        # all of them are noted, also behind the first that is found: a later row may share any
        lines = [(self._first_lines.first_or_note(kind, key, record.line), kind) for kind, key in keys]
        return next(((line, kind) for line, kind in lines if line is not None), None)


def _personal_keys(lead: Lead) -> list[tuple[Shared, str]]:
    keys = [(Shared.NUMBER, lead.number.parsed.e164 or lead.number.callee)]
    return keys if lead.email is None else [*keys, (Shared.EMAIL, lead.email.casefold())]
