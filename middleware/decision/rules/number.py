"""What the digits alone forbid: numbers that do not exist, that help others, that cost, or that lead abroad."""

from __future__ import annotations

from middleware.decision.model import CallFacts, NumberKind, Policy, Reason, Verdict

# Kinds by which fraud is paid, and kinds behind which no callee of a sales call sits. Toll-free lines are firms'
# switchboards and cost the caller nothing, so they stay open.
COSTLY_KINDS = frozenset({NumberKind.PREMIUM, NumberKind.SHARED_COST})
CLOSED_KINDS = frozenset(
    {
        NumberKind.PERSONAL,
        NumberKind.UNIVERSAL_ACCESS,
        NumberKind.PAGER,
        NumberKind.VOICEMAIL,
        NumberKind.INVALID,
        NumberKind.UNKNOWN,
    }
)
# What a look-up says that tells nothing of the line
_TELLS_NOTHING = frozenset({None, NumberKind.UNKNOWN, NumberKind.INVALID})
# Satellite and global networks belong to no country. Their numbers look like mobiles, and toll fraud is paid by them.
NO_COUNTRY = "001"

_VALID = Verdict("number_validity")
_KIND = Verdict("number_kind")
_RISK = Verdict("number_risk")
_COUNTRY = Verdict("number_country")


def number_validity(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """The number exists in its numbering plan, as far as a look-up tells too, and is no emergency number."""
    if facts.number.emergency:
        return Verdict("number_validity", Reason.NUMBER_EMERGENCY)
    if not facts.number.valid or facts.callee.line_kind is NumberKind.INVALID:
        return Verdict("number_validity", Reason.NUMBER_INVALID)
    return _VALID


def number_kind(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """The number leads to an ordinary line: fixed, mobile, internet telephony or toll-free."""
    kind, looked_up = facts.number.kind, facts.callee.line_kind
    if looked_up is not None and looked_up not in _TELLS_NOTHING and kind not in COSTLY_KINDS:
        kind = looked_up
    if kind in COSTLY_KINDS:
        return Verdict("number_kind", Reason.NUMBER_PREMIUM, {"kind": kind.value})
    if kind in CLOSED_KINDS and facts.number.valid:
        return Verdict("number_kind", Reason.NUMBER_NOT_DIALABLE, {"kind": kind.value})
    return _KIND


def number_risk(facts: CallFacts, policy: Policy | None) -> Verdict:
    """The number belongs to no network that fraud is paid by, and begins with no closed prefix."""
    closed = facts.number.closed_prefix
    if closed is None and facts.number.country != NO_COUNTRY:
        return _RISK
    entries = policy.closed_prefixes if policy is not None else ()
    origin = next((entry.origin for entry in entries if entry.prefix == closed), None)
    return Verdict("number_risk", Reason.NUMBER_HIGH_RISK, {"prefix": closed or ""}, origin)


def number_country(facts: CallFacts, policy: Policy) -> Verdict:
    """The number belongs to the country whose rules are being asked."""
    if facts.number.country == policy.country:
        return _COUNTRY
    return Verdict("number_country", Reason.NUMBER_COUNTRY_CLOSED, {"country": facts.number.country or ""})
