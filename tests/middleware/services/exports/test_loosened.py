"""An export tells which figures a company had loosened when each call was decided, and who had approved that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection

from middleware.decision.model import Policy
from middleware.encoding import digest_of, policy_to_text
from middleware.services.exports.formats import CsvEncoder
from middleware.services.exports.loosened import LoosenedFigures
from middleware.store.exports import Span, exported_pages
from middleware.store.policies import keep_policy, policy_body
from tests.builders import NOON
from tests.overriding import APPROVED, COUNTRY, by_campaign, by_controller
from tests.rows import a_refused_row, an_attempt_row, insert_attempts

if TYPE_CHECKING:
    from tests.middleware.services.exports.conftest import Desk

MILLISECOND, DAY = timedelta(milliseconds=1), timedelta(days=1)
WEEK = {"mon-fri": ["08:00-18:00"]}
LOOSENED = by_campaign({"hours": WEEK, "ring_seconds": 40, "reasons": {"hours": APPROVED, "ring_seconds": APPROVED}})
TIGHTENED = by_controller({"ring_seconds": 20})
TOLD = (
    "30 seconds (recommended, country DK: A test's own figure); approved by J. Jensen on 2026-11-02, "
    "because: the branch works early"
)


def kept(desk: Desk, *policies: Policy) -> list[str]:
    with desk.database.writing() as connection:
        for policy in policies:
            keep_policy(connection, policy.digest, policy_to_text(policy), policy.country, "spring", NOON)
    return [policy.digest for policy in policies]


def attempts_under(*digests: str | None) -> list[dict[str, Any]]:
    return [an_attempt_row(NOON + place * MILLISECOND, policy_digest=digest) for place, digest in enumerate(digests)]


def test_each_attempt_tells_what_its_policy_had_loosened_with_reason_approver_and_date(desk: Desk) -> None:
    insert_attempts(desk.database, attempts_under(*kept(desk, LOOSENED, TIGHTENED, COUNTRY)))

    rows, cells = desk.rows(), desk.cells()

    hours, ring = rows[0]["loosened_figures"]
    assert (hours["figure"], hours["set_by"]) == ("hours", "campaign spring")
    assert hours["value"] == "mon-fri 08:00-18:00; sat-sun none"
    assert ring == {"figure": "ring", "value": "40 seconds", "set_by": "campaign spring", "loosens": TOLD}
    assert [row["loosened_figures"] for row in rows[1:]] == [[], []]
    assert cells[0]["loosened_figures"].split(" | ")[1] == f"ring, by campaign spring: 40 seconds, not {TOLD}"
    assert [row["loosened_figures"] for row in cells[1:]] == ["", ""]


def test_a_refused_attempt_tells_them_too(embedded_desk: Desk) -> None:
    (digest,) = kept(embedded_desk, LOOSENED)
    insert_attempts(embedded_desk.database, [a_refused_row(NOON, policy_digest=digest)])

    assert len(embedded_desk.rows()[0]["loosened_figures"]) == 2


def test_what_was_loosened_until_the_law_changed_is_told_of_calls_until_then(embedded_desk: Desk) -> None:
    changing = replace(LOOSENED, changes_at=NOON + MILLISECOND, successor=replace(COUNTRY, digest=""), digest="")
    (digest,) = kept(embedded_desk, replace(changing, digest=digest_of(changing)))
    insert_attempts(embedded_desk.database, attempts_under(digest, digest))

    before, after = embedded_desk.rows()

    assert [figure["figure"] for figure in before["loosened_figures"]] == ["hours", "ring"]
    assert after["loosened_figures"] == []


@pytest.mark.parametrize("digest", [None, "f" * 64])
def test_where_no_policy_is_kept_nothing_is_claimed(desk: Desk, digest: str | None) -> None:
    insert_attempts(desk.database, attempts_under(digest))

    assert desk.rows()[0]["loosened_figures"] is None
    assert desk.cells()[0]["loosened_figures"] == ""


def test_a_policy_that_was_changed_in_the_store_hides_no_attempt(embedded_desk: Desk) -> None:
    with embedded_desk.database.writing() as connection:
        keep_policy(connection, LOOSENED.digest, '{"edition": 2, "hours": "always"}', "DK", "spring", NOON)
    insert_attempts(embedded_desk.database, attempts_under(LOOSENED.digest))

    assert [row["loosened_figures"] for row in embedded_desk.rows()] == [None]


def test_a_policy_is_read_once_however_many_attempts_it_ruled(
    embedded_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = kept(embedded_desk, LOOSENED, COUNTRY)
    insert_attempts(embedded_desk.database, attempts_under(*(digests * 20)))
    looked_up: list[str] = []

    def body(connection: Connection, digest: str) -> str | None:
        looked_up.append(digest)
        return policy_body(connection, digest)

    monkeypatch.setattr("middleware.services.exports.loosened.policy_body", body)
    loosened = LoosenedFigures(embedded_desk.database)
    for page in exported_pages(embedded_desk.database, Span(NOON, NOON + DAY), with_events=False, size=7):
        loosened.told(page)

    assert sorted(looked_up) == sorted(digests)


def test_a_reason_that_an_approver_wrote_is_no_formula_to_a_spreadsheet(embedded_desk: Desk) -> None:
    typed = {**APPROVED, "reason": "x |=1+1"}
    (digest,) = kept(embedded_desk, by_campaign({"ring_seconds": 40, "reasons": {"ring_seconds": typed}}))
    insert_attempts(embedded_desk.database, attempts_under(digest))

    (page,) = exported_pages(embedded_desk.database, Span(NOON, NOON + DAY), with_events=False)
    written = CsvEncoder().rows(LoosenedFigures(embedded_desk.database).told(page)).decode()

    assert "x |'=1+1" in written
