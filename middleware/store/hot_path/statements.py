"""The SQL of the hot path, composed once for each shape of question. Parameters are written `:name`.

Every row of the reading has the same nine columns, so that one statement brings rows of every kind. PostgreSQL reads
in another way (`postgres_reading`), to the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from middleware.decision.model import Scope, Subject
from middleware.store.hot_path.contact_facts import BARRED_FIRST, facts_column
from middleware.store.hot_path.model import MOST_CONTACTS, SPARE_ROWS, Counted

_CONTACTS = """
WITH person AS (
  SELECT c.id, c.company_id, c.person_key, o.company_key, o.legal_form, c.time_zone, c.call_consent_on,
    {facts} AS facts, {barred_first} AS barred_first
  FROM contact_numbers n
  JOIN contacts c ON c.id = n.contact_id
  LEFT JOIN companies o ON o.id = c.company_id
  WHERE n.controller_id = :controller_id AND n.number_key = :number_key{narrowed}
)
SELECT 'now' AS kind, '' AS a, value AS b, '' AS c, '' AS d, '' AS e, '' AS f, '' AS g, '' AS h
FROM generations WHERE name = 'catalogue'
UNION ALL
SELECT * FROM (
  SELECT 'contact', id, company_id, person_key, company_key, legal_form, time_zone, call_consent_on, facts
  FROM person ORDER BY barred_first DESC LIMIT {most}
) AS people
UNION ALL
SELECT 'suppression', id, subject, scope, scope_id, reason, since, '', ''
FROM suppressions WHERE subject_key = :number_key AND lifted_at IS NULL
UNION ALL
SELECT 'suppression', id, subject, scope, scope_id, reason, since, '', ''
FROM suppressions WHERE lifted_at IS NULL
AND subject_key IN (SELECT person_key FROM person UNION ALL SELECT company_key FROM person)
"""
_REPLAY = """UNION ALL
SELECT 'replay', id, '', '', '', '', '', '', '' FROM attempts
WHERE credential_id = :credential_id AND idempotency_key = :idempotency_key
"""
_GUARDS = """UNION ALL
SELECT * FROM (
  SELECT '{tag}', seq, CASE WHEN kind = 'attempt' AND released_at IS NULL THEN attempt_id ELSE '' END,
    campaign_id, reserved_at, expires_at, placed_by, is_placed, outcome || ' ' || ended_at
  FROM guards WHERE scope = {scope} AND subject = {subject} ORDER BY seq DESC LIMIT {limit}
) AS {alias}
"""
_ONLY_ONE = "(SELECT '{initial}:' || {column} FROM person WHERE (SELECT count(*) FROM person) = 1)"
_SCOPES = {Scope.CONTROLLER: ":controller_id", Scope.CAMPAIGN: ":campaign_scope"}
_SUBJECTS = {
    Subject.NUMBER: ":number_subject",
    Subject.PERSON: _ONLY_ONE.format(initial="p", column="id"),
    Subject.COMPANY: _ONLY_ONE.format(initial="c", column="company_id"),
}
GUARD_COLUMNS = ("scope", "subject", "seq", "kind", "attempt_id", "campaign_id", "reserved_at", "expires_at")
ATTEMPT_COLUMNS = (
    "id",
    "controller_id",
    "campaign_id",
    "credential_id",
    "route",
    "placed_by",
    "callee",
    "callee_key",
    "caller_id",
    "contact_id",
    "company_id",
    "guards",
    "state",
    "asked_at",
    "permit_expires_at",
    "idempotency_key",
    "request_digest",
    "dialer_callback",
    "ring_timeout_seconds",
)
DECISION_COLUMNS = (
    "id",
    "kind",
    "controller_id",
    "campaign_id",
    "credential_id",
    "callee_key",
    "decided_at",
    "policy_digest",
    "clock_offset_seconds",
    "is_permitted",
    "not_before",
    "attempts_left",
    "refusals",
    "facts",
)


@cache
def reading(counted: tuple[Counted, ...], with_contact: bool, with_replay: bool) -> str:
    """SQLite's statement that reads all facts. `guards` rows are tagged with their place in `counted`."""
    sql = _CONTACTS.format(
        most=MOST_CONTACTS + 1,
        narrowed=" AND n.contact_id = :contact_id" if with_contact else "",
        facts=facts_column(is_sqlite=True),
        barred_first=BARRED_FIRST,
    )
    sql += _REPLAY if with_replay else ""
    return sql + "".join(_guards(place, each) for place, each in enumerate(counted))


def _guards(place: int, each: Counted) -> str:
    return _GUARDS.format(
        tag=place,
        scope=_SCOPES[each.scope],
        subject=_SUBJECTS[each.subject],
        limit=each.newest + SPARE_ROWS,
        alias=f"guards_{place}",
    )


def insert(table: str, columns: Iterable[str], values: Iterable[str]) -> str:
    """A plain INSERT; a broken key is the answer that somebody was faster."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(values)})"  # noqa: S608  # all constants
