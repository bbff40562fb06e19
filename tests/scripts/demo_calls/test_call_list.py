"""A call list of the user's own is read, or told line by line where it cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.demo_calls.call_list import ListedCall, read_call_list
from scripts.stack.errors import CannotStart

CALLER_IDS = {"spring": "+4568000010", "autumn": "+46846500410"}


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[ListedCall]:
    path = tmp_path / "calls.csv"
    path.write_text(text, encoding=encoding)
    return read_call_list(path, CALLER_IDS, "autumn")


def test_a_list_of_callees_alone_is_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "callee\n+4568001011\n 0045 68 00 10 12 \n", "utf-8-sig") == [
        ListedCall("autumn", "+4568001011", "+46846500410"),
        ListedCall("autumn", "0045 68 00 10 12", "+46846500410"),
    ]


def test_campaign_and_caller_id_may_be_given_and_other_columns_are_left_alone(tmp_path: Path) -> None:
    calls = read(tmp_path, "name,callee,campaign,caller_id\nx,+4568001011,spring,\ny,112,,+4568000011\n")

    assert calls == [
        ListedCall("spring", "+4568001011", "+4568000010"),
        ListedCall("autumn", "112", "+4568000011"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number\n+4568001011\n", "has no column callee"),
        ("", "has no column callee"),
        ("callee\n", "lists no call"),
        ("callee,campaign\n+4568001011,winter\n", "line 2: no campaign winter; there are spring, autumn"),
        ("callee,campaign\n+4568001011,spring\n,spring\n", "line 3: names no callee"),
        ('callee\n"+45', "cannot be read"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_why(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CannotStart, match=said):
        read(tmp_path, text)


def test_all_lines_that_cannot_be_used_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CannotStart) as told:
        read(tmp_path, "callee,campaign\n,spring\n+4568001011,winter\n")

    assert len(told.value.lines) == 2


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="cannot be read"):
        read_call_list(tmp_path / "none.csv", CALLER_IDS, "autumn")
