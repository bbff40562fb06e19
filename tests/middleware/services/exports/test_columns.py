"""The dictionary of columns is complete, and the one that auditors read is the same."""

import re
from pathlib import Path

import pytest

from middleware.services.exports.columns import DICTIONARY, columns_of
from middleware.services.exports.query import ExportFormat

MANUAL = Path(__file__).parents[4] / "webhooks" / "docs" / "exports.md"
ROW = re.compile(r"\| `(\w+)` \| (both|csv|jsonl) \| (.+) \|")


def test_the_manual_explains_every_column_in_the_words_of_the_dictionary() -> None:
    explained = [row.groups() for row in map(ROW.fullmatch, MANUAL.read_text(encoding="utf-8").splitlines()) if row]
    known = [(each.name, each.only_in or "both", each.meaning.replace("|", r"\|")) for each in DICTIONARY]

    assert explained == known


@pytest.mark.parametrize("form", list(ExportFormat))
def test_no_two_columns_of_a_file_have_the_same_name(form: ExportFormat) -> None:
    names = [column.name for column in columns_of(form)]

    assert len(names) == len(set(names))


def test_what_only_one_format_has_is_told_in_another_way_by_the_other() -> None:
    only = {form: {column.name for column in DICTIONARY if column.only_in is form} for form in ExportFormat}

    assert {"callee_e164_without_plus", "caller_id_e164_without_plus"} <= only[ExportFormat.CSV]
    assert {"callee", "caller_id", "facts", "events"} <= only[ExportFormat.JSONL]
