"""Facts that a lead file brings about a person, laid over what the store knows of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from middleware.decision.model import CalleeFacts, DirectoryMark, LegalForm

# A file cannot lift what a person said: that they asked to be called is taken from the store alone.
_FILLED = (
    "time_zone",
    "subdivision",
    "line_kind",
    "call_consent",
    "machine_consent",
    "customer",
    "prospect_reason_on",
    "checked_on",
)
_NOTHING = CalleeFacts()


def overlay(known: CalleeFacts, brought: CalleeFacts, people: int = 0) -> CalleeFacts:
    """What holds for the callee if the person of the file were a contact too.

    `people` is how many contacts answer at the number. The file fills what the store does not know, and never loosens
    what it knows: a consent that ended there has ended, whatever the file says. Where several people answer, what is
    unknown is so because they differ, and the file fills nothing. What makes a call harder (an entry in a register,
    advert protection, a promise not to call before) is taken from both.
    """
    if people == 0 and known == _NOTHING:
        return brought if brought.asked_to_be_called_at is None else replace(brought, asked_to_be_called_at=None)
    stricter = replace(
        known,
        is_advert_protected=known.is_advert_protected or brought.is_advert_protected,
        listed_in=_both(known, brought),
        promised_at=max((at for at in (known.promised_at, brought.promised_at) if at is not None), default=None),
    )
    return stricter if people > 1 else _filled(stricter, brought)


def _filled(known: CalleeFacts, brought: CalleeFacts) -> CalleeFacts:
    filled = {name: getattr(brought, name) for name in _FILLED if getattr(known, name) is None}
    if known.legal_form is LegalForm.UNKNOWN:
        filled["legal_form"] = brought.legal_form
    if known.directory_mark is DirectoryMark.UNKNOWN:
        filled["directory_mark"] = brought.directory_mark
    return replace(known, has_source=known.has_source or brought.has_source, **filled)


def _both(known: CalleeFacts, brought: CalleeFacts) -> dict[str, date]:
    """Every register that lists the callee, since the later day: fewer consents came after it."""
    registers = {**brought.listed_in, **known.listed_in}
    return {
        register: max(day, brought.listed_in.get(register, day), known.listed_in.get(register, day))
        for register, day in registers.items()
    }
