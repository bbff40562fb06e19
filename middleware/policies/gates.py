"""What must be in place before a call, from a country's file."""

from __future__ import annotations

from datetime import timedelta

from middleware.decision.model import Basis, Gate, GateKind, Origin
from middleware.policies.conditions import GateFigure
from middleware.policies.origins import origin_of
from middleware.policies.pack import AudienceRules

# Holds in every country of the EU and EEA and in the United Kingdom, so no file has to repeat it.
GDPR_SOURCE = "GDPR art. 6(1)(f) and 5(2): without consent, a legitimate interest has to be weighed and shown."


def gates_of(rules: AudienceRules, set_by: str) -> tuple[Gate, ...]:
    """The gates of a file; unless consent is asked for without exception, a documented basis is always among them."""
    gates = tuple(_gate(figure, set_by) for figure in rules.gates)
    if any(gate.kind is GateKind.DOCUMENTED_BASIS or _binds_everybody(gate) for gate in gates):
        return gates
    return (Gate(GateKind.DOCUMENTED_BASIS, Origin(Basis.LAW, GDPR_SOURCE, set_by)), *gates)


def _binds_everybody(gate: Gate) -> bool:
    excepted = gate.except_legal_forms or gate.except_line_kinds or gate.except_marks
    return gate.kind is GateKind.CONSENT and not excepted and gate.except_customers_for is None


def _gate(figure: GateFigure, set_by: str) -> Gate:
    valid, after = figure.valid_for_days, figure.except_customers_days
    return Gate(
        kind=figure.kind,
        origin=origin_of(figure, set_by),
        register=figure.register_id,
        valid_for=None if valid is None else timedelta(days=valid),
        except_legal_forms=frozenset(figure.except_legal_forms),
        except_line_kinds=frozenset(figure.except_line_kinds),
        except_marks=frozenset(figure.except_marks),
        except_customers_for=None if after is None else timedelta(days=after),
    )
