"""A notice that lacks anything the law asks for cannot be made."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from middleware.errors import IncompleteNotice
from tests.notice_builders import CALLED_AT, some_content, some_controller


@pytest.mark.parametrize(
    "item",
    ["name", "address", "register_number", "email", "phone", "privacy_url", "complaint_body", "complaint_url"],
)
@pytest.mark.parametrize("nothing", ["", "  \n", None])
def test_a_controller_without_a_required_item_is_named_with_it(item: str, nothing: str | None) -> None:
    with pytest.raises(IncompleteNotice) as refusal:
        some_content(controller=some_controller(**{item: nothing}))

    assert [name.split(" ")[0] for name in refusal.value.items] == [f"controller.{item}"]


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("language", " "),
        ("purpose", ""),
        ("interest", ""),
        ("data_categories", ""),
        ("data_source", None),
        ("retention", ""),
        ("retention", 0),
        ("called_at", datetime(2026, 11, 24, 9, 4)),  # noqa: DTZ001  # that it is naive is the point
        ("called_at", CALLED_AT.astimezone(timezone(timedelta(hours=1)))),
        ("callee_time_zone", "Europe/Atlantis"),
        ("callee_time_zone", "Europe"),
        ("callee_time_zone", "../../etc/passwd"),
        ("callee_time_zone", ""),
        ("objection_url", ""),
        ("objection_url", "calls.example/objection/abc"),
        ("objection_url", "javascript:alert(1)"),
        ("objection_url", "https://"),
        ("objection_url", "https://calls.example/a b"),
        ("objection_url", "https://[calls.example/"),
    ],
)
def test_a_notice_without_a_required_item_is_refused_naming_it(item: str, value: Any) -> None:
    with pytest.raises(IncompleteNotice) as refusal:
        some_content(**{item: value})

    assert [name.split(" ")[0] for name in refusal.value.items] == [item]


def test_everything_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(IncompleteNotice) as refusal:
        some_content(controller=some_controller(address="", complaint_url="ftp://x"), purpose="", retention=" ")

    assert [name.split(" ")[0] for name in refusal.value.items] == [
        "controller.address",
        "controller.complaint_url",
        "purpose",
        "retention",
    ]
    assert all(name.split(" ")[0] in str(refusal.value) for name in refusal.value.items)


@pytest.mark.parametrize("optional", ["contact_name", "company_name", "data_obtained_on"])
def test_what_the_law_does_not_ask_for_may_be_left_out(optional: str) -> None:
    assert getattr(some_content(**{optional: None}), optional) is None
