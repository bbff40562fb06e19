"""What must be in place before a call, and whom that does not bind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from middleware.decision.model.origin import Origin
from middleware.decision.model.words import DirectoryMark, LegalForm, NumberKind


class GateKind(StrEnum):
    """What a country asks for before a call."""

    DOCUMENTED_BASIS = "documented_basis"  # the campaign's balancing test
    PROSPECT_REASON = "prospect_reason"  # a recorded reason why this very callee presumably wants the call
    CONSENT = "consent"  # the callee's recorded consent to calls
    REGISTER = "register"  # a wash against an official register, fresh enough
    REGISTRATION = "registration"  # the controller is registered as a caller


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition, and the callees whom it does not bind. What is not known excepts nobody: the stricter branch."""

    kind: GateKind
    origin: Origin
    register: str | None = None  # for REGISTER and REGISTRATION: which one
    valid_for: timedelta | None = None  # for REGISTER: how old a wash may be
    except_legal_forms: frozenset[LegalForm] = frozenset()
    except_line_kinds: frozenset[NumberKind] = frozenset()
    except_marks: frozenset[DirectoryMark] = frozenset()
    # Customers of the controller are spared while the contract runs and so long after its end; None spares none.
    except_customers_for: timedelta | None = None
