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
        NumberKind.UNKNOWN,
    }
)

_VALID = Verdict("number_validity")
_KIND = Verdict("number_kind")
_COUNTRY = Verdict("number_country")


def number_validity(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """The number exists in its numbering plan and is no emergency number."""
    if facts.number.emergency:
        detail = "This is an emergency number. It is never called; remove it from the list."
        return Verdict("number_validity", Reason.NUMBER_EMERGENCY, detail)
    if not facts.number.valid:
        detail = "This is no number that can exist. Correct it in the list: E.164, beginning with + and the country."
        return Verdict("number_validity", Reason.NUMBER_INVALID, detail)
    return _VALID


def number_kind(facts: CallFacts, _policy: Policy | None) -> Verdict:
    """The number leads to an ordinary line: fixed, mobile, internet telephony or toll-free."""
    kind = facts.number.kind
    if kind in COSTLY_KINDS:
        detail = f"Numbers of the kind {kind.value} charge the caller and are closed. Find another number."
        return Verdict("number_kind", Reason.NUMBER_PREMIUM, detail)
    if kind in CLOSED_KINDS and facts.number.valid:
        detail = f"Numbers of the kind {kind.value} are not called. Find a fixed or mobile number."
        return Verdict("number_kind", Reason.NUMBER_NOT_DIALABLE, detail)
    return _KIND


def number_country(facts: CallFacts, policy: Policy) -> Verdict:
    """The number belongs to the country whose rules are being asked."""
    if facts.number.country == policy.country:
        return _COUNTRY
    detail = f"The number belongs to {facts.number.country or 'no country'}, these rules to {policy.country}."
    return Verdict("number_country", Reason.NUMBER_COUNTRY_CLOSED, detail)
