"""The reading statement as PostgreSQL runs it fastest: one row, in which all rows that were found are one JSON text.

A UNION of everything costs the server about a quarter more, most of it for starting plans that find nothing.
"""

from __future__ import annotations

from functools import cache

import orjson

from middleware.decision.model import Scope, Subject
from middleware.store.hot_path.contact_facts import BARRED_FIRST, facts_column
from middleware.store.hot_path.model import MOST_CONTACTS, SPARE_ROWS, Counted
from middleware.store.hot_path.rows import Row

COLUMNS = 4  # the clock, the generation, the attempt of a repeated request, and the rows
_READING = """
WITH person AS (
  SELECT c.id, c.company_id, c.person_key, o.company_key, o.legal_form, c.time_zone, c.call_consent_on,
    {facts} AS facts, {barred_first} AS barred_first
  FROM contact_numbers n
  JOIN contacts c ON c.id = n.contact_id
  LEFT JOIN companies o ON o.id = c.company_id
  WHERE n.controller_id = :controller_id AND n.number_key = :number_key{narrowed}
)
SELECT clock_timestamp(), value, {replayed}, array_to_json(
  ARRAY(
    SELECT json_build_array('contact', id, company_id, person_key, company_key, legal_form, time_zone, call_consent_on,
      facts)
    FROM person ORDER BY barred_first DESC LIMIT {most}
  ) || ARRAY(
    SELECT json_build_array('suppression', id, subject, scope, scope_id, reason, since, NULL, NULL)
    FROM suppressions WHERE lifted_at IS NULL AND subject_key = ANY (
      ARRAY(SELECT :number_key UNION ALL SELECT person_key FROM person UNION ALL SELECT company_key FROM person)
    )
  ){guards}
)
FROM generations WHERE name = 'catalogue'
"""
_REPLAYED = "(SELECT id FROM attempts WHERE credential_id = :credential_id AND idempotency_key = :idempotency_key)"
_GUARDS = """ || ARRAY(
    SELECT json_build_array('{tag}', seq, CASE WHEN kind = 'attempt' AND released_at IS NULL THEN attempt_id END,
      campaign_id, reserved_at, expires_at, placed_by, is_placed, outcome || ' ' || CAST(ended_at AS text))
    FROM guards WHERE scope = {scope} AND subject = {subject} ORDER BY seq DESC LIMIT {limit}
  )"""
_SCOPES = {Scope.CONTROLLER: ":controller_id", Scope.CAMPAIGN: ":campaign_scope"}
_ONLY_ONE = "(SELECT CASE count(*) WHEN 1 THEN '{initial}:' || min({column}) END FROM person)"
_SUBJECTS = {
    Subject.NUMBER: ":number_subject",
    Subject.PERSON: _ONLY_ONE.format(initial="p", column="id"),
    Subject.COMPANY: _ONLY_ONE.format(initial="c", column="company_id"),
}


@cache
def one_row_reading(counted: tuple[Counted, ...], with_contact: bool, with_replay: bool) -> str:
    """The statement for one shape of question. `guards` rows are tagged with their place in `counted`."""
    return _READING.format(
        most=MOST_CONTACTS + 1,
        facts=facts_column(is_sqlite=False),
        barred_first=BARRED_FIRST,
        narrowed=" AND n.contact_id = :contact_id" if with_contact else "",
        replayed=_REPLAYED if with_replay else "NULL",
        guards="".join(
            _GUARDS.format(
                tag=place,
                scope=_SCOPES[each.scope],
                subject=_SUBJECTS[each.subject],
                limit=each.newest + SPARE_ROWS,
            )
            for place, each in enumerate(counted)
        ),
    )


def rows_of(clock: str, generation: str, replayed: str | None, found: bytes) -> list[Row]:
    """The one row as the rows of nine columns that both engines share."""
    rows: list[Row] = [("now", clock, generation, None, None, None, None, None, None)]
    if replayed is not None:
        rows.append(("replay", replayed, None, None, None, None, None, None, None))
    if found != b"[]":
        rows += orjson.loads(found)
    return rows
