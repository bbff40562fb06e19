"""What an information mail says. An incomplete one cannot be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from middleware.errors import IncompleteNotice

_CONTROLLER_WORDS = ("name", "address", "register_number", "email", "phone", "complaint_body")
_NOTICE_WORDS = ("language", "purpose", "interest", "data_categories", "data_source")


@dataclass(frozen=True, slots=True)
class ControllerIdentity:
    """The company on whose behalf the call was made (GDPR art. 14(1)(a), (b) and 14(2)(e)).

    Checked with the notice that names it, so that everything missing is told at once. `dpo_contact` and
    `representative` (art. 27) are None where the controller has none.
    """

    name: str
    address: str
    register_number: str
    email: str
    phone: str
    dpo_contact: str | None
    privacy_url: str
    complaint_body: str
    complaint_url: str
    representative: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeContent:
    """Everything one notice says, in words of its language; raises `IncompleteNotice` naming all that is missing.

    `called_at` is aware and in UTC, `callee_time_zone` an IANA name. `caller_id` is E.164, or None where it was not
    recorded: better no number than one that did not call. `retention` is words, or months counted from the last
    contact. `agency` called on the controller's behalf, None where it called itself.
    `recipients` adds to the service providers that the templates always name; `transfers` replaces their sentence on
    countries outside the EEA. Controllers who decide about people by automated means alone (art. 22) need templates
    of their own: ours say that this does not happen.
    """

    language: str
    controller: ControllerIdentity
    contact_name: str | None
    company_name: str | None
    purpose: str
    interest: str
    data_categories: str
    data_source: str
    data_obtained_on: date | None
    retention: str | int
    called_at: datetime
    callee_time_zone: str
    caller_id: str | None
    objection_url: str
    agency: str | None = None
    recipients: str | None = None
    transfers: str | None = None

    def __post_init__(self) -> None:
        items = (*_missing_of_controller(self.controller), *_missing_of_notice(self))
        if items:
            raise IncompleteNotice(items)


def _missing_of_controller(controller: ControllerIdentity) -> tuple[str, ...]:
    words = [f"controller.{name}" for name in _CONTROLLER_WORDS if _is_blank(getattr(controller, name))]
    links = [
        f"controller.{name} (a full http or https address)"
        for name in ("privacy_url", "complaint_url")
        if not _is_web_address(getattr(controller, name))
    ]
    return (*words, *links)


def _missing_of_notice(content: NoticeContent) -> tuple[str, ...]:
    items = [name for name in _NOTICE_WORDS if _is_blank(getattr(content, name))]
    if not _is_duration(content.retention):
        items.append("retention (words, or months from 1)")
    if content.called_at.utcoffset() != timedelta(0):
        items.append("called_at (an aware time in UTC)")
    if not _is_time_zone(content.callee_time_zone):
        items.append("callee_time_zone (an IANA name such as Europe/Copenhagen)")
    if not _is_web_address(content.objection_url):
        items.append("objection_url (a full http or https address)")
    return tuple(items)


def _is_blank(value: str | None) -> bool:
    # columns that came from elsewhere may hold None whatever their type says
    return value is None or not value.strip()


def _is_duration(value: str | int) -> bool:
    return value >= 1 if isinstance(value, int) else not _is_blank(value)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; a path that is no name; a folder such as "Europe"
        return False
    return True


def _is_web_address(url: str | None) -> bool:
    if _is_blank(url) or url is None or any(character.isspace() for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
