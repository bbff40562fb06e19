"""Whole notices to change one thing of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from middleware.notices.content import ControllerIdentity, NoticeContent

TEMPLATES = Path(__file__).parents[1] / "config" / "notices"
LANGUAGES = ("en", "da", "sv", "de", "nl")
CALLED_AT = datetime(2026, 11, 24, 9, 4, tzinfo=UTC)  # 10:04 in Copenhagen, a Tuesday


def some_controller(**changes: Any) -> ControllerIdentity:
    controller = ControllerIdentity(
        name="Nordlys Software ApS",
        address="Havnegade 12, 1058 København K",
        register_number="CVR 12345674",
        email="privacy@nordlys.example",
        phone="+45 70 12 34 99",
        dpo_contact="dpo@nordlys.example",
        privacy_url="https://nordlys.example/privacy",
        complaint_body="Datatilsynet",
        complaint_url="https://datatilsynet.example/klage",
    )
    return replace(controller, **changes)


def some_content(**changes: Any) -> NoticeContent:
    values: dict[str, Any] = {
        "language": "en",
        "controller": some_controller(),
        "contact_name": "Anna Jensen",
        "company_name": "Boozt & Co A/S",
        "purpose": "offering accounting software to companies",
        "interest": "selling our software to companies that may need it",
        "data_categories": "name, job title, work e-mail, direct number",
        "data_source": "the Central Business Register, publicly accessible",
        "data_obtained_on": date(2026, 9, 1),
        "retention": 24,
        "called_at": CALLED_AT,
        "callee_time_zone": "Europe/Copenhagen",
        "caller_id": "+4570123456",
        "objection_url": "https://calls.example/objection/abc.def",
    }
    return NoticeContent(**values | changes)
