"""What must be in place before a call, under overrides: gates are added, and with an approval eased or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from middleware.decision.model import Gate, Policy
from middleware.policies.loosening import Held, Layer, Yardstick, at_most
from middleware.policies.overrides import GateName, GateOverride, Overrides
from middleware.policies.wording import NOBODY, gate_in_words

_VALIDITY = at_most("gates")


def gates_under(policy: Policy, country: Policy, overrides: Overrides, layer: Layer) -> tuple[Gate, ...]:
    """Every gate below stays. A dropped one stays too and spares everybody, so that it can be seen to be dropped."""
    gates = policy.gates
    for name in overrides.without_gates:
        gates = _without(gates, country.gates, name, layer)
    for given in overrides.gates:
        gates = _with(gates, country.gates, given, layer)
    return gates


def _without(gates: tuple[Gate, ...], country: Sequence[Gate], name: GateName, layer: Layer) -> tuple[Gate, ...]:
    if not any(_is_named(gate, name) for gate in gates):
        named = name.kind.value + (f" of {name.register_id}" if name.register_id else "")
        raise ValueError(f"{layer.during}without_gates: there is no gate {named} to go without")
    return tuple(_dropped(gate, country, layer) if _is_named(gate, name) else gate for gate in gates)


def _dropped(gate: Gate, country: Sequence[Gate], layer: Layer) -> Gate:
    yardstick: Yardstick[bool] = Yardstick(
        "without_gates",
        lambda _binds: gate_in_words(gate),
        lambda new, limit: f"without_gates: {gate_in_words(gate)} is asked for" if limit and not new else "",
    )
    held = Held(gate.except_legal_forms < NOBODY, gate.origin)
    of_country = held if any(_is_same(each, gate) for each in country) else None
    return replace(gate, except_legal_forms=NOBODY, origin=layer.origin(yardstick, False, held, of_country))


def _with(gates: tuple[Gate, ...], country: Sequence[Gate], given: GateOverride, layer: Layer) -> tuple[Gate, ...]:
    valid_for = None if given.valid_for_days is None else timedelta(days=given.valid_for_days)
    eased = tuple(_eased(gate, country, valid_for, layer) if _is_named(gate, given) else gate for gate in gates)
    if eased != gates:
        return eased
    after = given.except_customers_days
    added = Gate(
        kind=given.kind,
        origin=layer.own(),
        register=given.register_id,
        valid_for=valid_for,
        except_legal_forms=given.except_legal_forms,
        except_line_kinds=given.except_line_kinds,
        except_marks=given.except_marks,
        except_customers_for=None if after is None else timedelta(days=after),
    )
    return (*gates, added)


def _eased(gate: Gate, country: Sequence[Gate], valid_for: timedelta | None, layer: Layer) -> Gate:
    """A wash may be older than the gate says: that is not one more gate, but the same one loosened."""
    if gate.valid_for is None or valid_for is None or valid_for <= gate.valid_for:
        return gate
    same = [each for each in country if _is_same(each, gate) and each.valid_for is not None]
    strictest = min(same, key=lambda each: each.valid_for or timedelta(), default=None)
    of_country = None if strictest is None else Held(strictest.valid_for or timedelta(), strictest.origin)
    origin = layer.origin(_VALIDITY, valid_for, Held(gate.valid_for, gate.origin), of_country)
    return replace(gate, valid_for=valid_for, origin=origin)


def _is_same(gate: Gate, other: Gate) -> bool:
    return (gate.kind, gate.register) == (other.kind, other.register)


def _is_named(gate: Gate, name: GateName) -> bool:
    return gate.kind is name.kind and (name.register_id is None or gate.register == name.register_id)
