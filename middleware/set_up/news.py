"""What a file tells of somebody or something that the store holds already. Nothing known is lost by loading again.

A fact that is not known is filled in. A consent, a contract or a reason is replaced, whole, by one of a later day. A
check, a wish or a promise moves to the later time, an entry in a register to the later day, and the end of a consent
or a contract to the earlier one: it was withdrawn. Overrides are replaced by those that a file states, since a figure
that somebody approved must be one that can be mended; so is what answering machines hear. Everything else stays as it
is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Columns = Mapping[str, Any]
_UNKNOWN = "unknown"

# The day that tells two of a kind apart, and what belongs to it. None of one is ever put beside the day of another.
_DATED = {
    "call_consent_on": ("call_consent_source", "call_consent_ends_on", "call_consent_wording"),
    "machine_consent_on": ("machine_consent_source", "machine_consent_ends_on", "machine_consent_wording"),
    "customer_since": ("customer_ended_on",),
    "prospect_reason_on": ("prospect_reason",),
}
_LATER_ONE_HOLDS = ("checked_on", "list_checked_on", "asked_to_be_called_at", "promised_at")
_EARLIER_ONE_HOLDS = frozenset({"call_consent_ends_on", "machine_consent_ends_on", "customer_ended_on"})
_FILLED_IN = (
    *("subdivision", "time_zone", "line_kind", "directory_mark"),
    *("is_agency", "processor_agreement_on", "registrations", "list_source", "speaker", "dialling"),
)


def news(stored: Columns, given: Columns) -> dict[str, Any]:
    """The columns to change in a stored row, with their new values; columns that `given` does not name stay."""
    changed: dict[str, Any] = {}
    for day, others in _DATED.items():
        changed.update(_dated(day, others, stored, given))
    for name in _LATER_ONE_HOLDS:
        if given.get(name) is not None and (stored[name] is None or given[name] > stored[name]):
            changed[name] = given[name]
    for name in _FILLED_IN:
        if given.get(name) is not None and stored[name] is None:
            changed[name] = given[name]
    if "overrides" in given and (given["overrides"] or {}) != (stored["overrides"] or {}):
        changed["overrides"] = given["overrides"]
    if given.get("voicemail") not in (None, stored.get("voicemail")):
        changed["voicemail"] = given["voicemail"]
    changed.update(_barring(stored, given))
    return changed


def _dated(day: str, others: tuple[str, ...], stored: Columns, given: Columns) -> dict[str, Any]:
    new = given.get(day)
    if new is None or (stored[day] is not None and new < stored[day]):
        return {}
    if stored[day] is None or new > stored[day]:
        return {name: given.get(name) for name in (day, *others)}
    return {name: given[name] for name in others if given.get(name) is not None and _completes(name, stored, given)}


def _completes(name: str, stored: Columns, given: Columns) -> bool:
    return stored[name] is None or (name in _EARLIER_ONE_HOLDS and given[name] < stored[name])


def _barring(stored: Columns, given: Columns) -> dict[str, Any]:
    """A mark or an entry that bars calls is added, and never taken away by a file that does not know it."""
    changed: dict[str, Any] = {}
    known, told = stored.get("listed_in") or {}, given.get("listed_in") or {}
    # days as ISO 8601 has them; whoever was listed again did not mean an earlier consent to stand
    listed = {**known, **{register: max(day, known.get(register, day)) for register, day in told.items()}}
    if listed != known:
        changed["listed_in"] = listed
    is_protected = given.get("is_advert_protected")
    if is_protected is not None and (is_protected or stored["is_advert_protected"] is None):
        changed["is_advert_protected"] = is_protected
    if given.get("legal_form", _UNKNOWN) != _UNKNOWN and stored["legal_form"] == _UNKNOWN:
        changed["legal_form"] = given["legal_form"]
    return {name: value for name, value in changed.items() if value != stored[name]}
