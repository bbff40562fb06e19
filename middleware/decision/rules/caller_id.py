"""The number shown: there is one, it is the campaign's to show, and it is lawful where the phone rings."""

from __future__ import annotations

from middleware.decision.model import (
    CallerIdBar,
    CallerIdFacts,
    CallFacts,
    Dialling,
    NumberKind,
    Parameter,
    Policy,
    Reason,
    RequestFacts,
    Speaker,
    Verdict,
)

_PRESENT = Verdict("caller_id_present")
_OURS = Verdict("caller_id_ours")
_DIRECTORY = Verdict("caller_id_directory")
_LAWFUL = Verdict("caller_id_lawful")
_FIXED_OR_MOBILE = frozenset({NumberKind.FIXED, NumberKind.MOBILE})


def caller_id_present(facts: CallFacts, policy: Policy) -> Verdict:
    """A number is shown that the callee can recognise and ring back; it is never withheld."""
    if facts.request.caller_id is not None or policy.caller_id is None:
        return _PRESENT
    return Verdict("caller_id_present", Reason.CALLER_ID_MISSING, {}, policy.caller_id.origin)


def caller_id_ours(facts: CallFacts, policy: Policy) -> Verdict:
    """The number shown is on file as the controller's own, or as proven to be theirs, as the country asks."""
    rules, shown = policy.caller_id, facts.request.caller_id
    if rules is None or shown is None or shown.standing in rules.standings:
        return _OURS
    needs = tuple(sorted(standing.value for standing in rules.standings))
    parameters: dict[str, Parameter] = {"caller_id": shown.number, "needs": needs}
    return Verdict("caller_id_ours", Reason.CALLER_ID_NOT_OURS, parameters, rules.origin)


def caller_id_directory(facts: CallFacts, policy: Policy) -> Verdict:
    """Where callees must be able to look the caller up, the number shown stands in the public directory."""
    rules, shown = policy.caller_id, facts.request.caller_id
    if rules is None or shown is None or not rules.needs_directory or shown.in_directory:
        return _DIRECTORY
    parameters = {"caller_id": shown.number}
    return Verdict("caller_id_directory", Reason.CALLER_ID_NOT_IN_DIRECTORY, parameters, rules.origin)


def caller_id_lawful(facts: CallFacts, policy: Policy) -> Verdict:
    """The number shown is of no kind or range that the callee's country bars for such calls.

    A number whose kind or country is not known is barred as if it were the one that is.
    """
    rules, shown = policy.caller_id, facts.request.caller_id
    if rules is None or shown is None:
        return _LAWFUL
    for bar in rules.bars:
        if _bars(bar, shown, facts.request):
            parameters: dict[str, Parameter] = {
                "caller_id": shown.number,
                "country": policy.country,
                "allowed": bar.except_prefixes,
            }
            return Verdict("caller_id_lawful", Reason.CALLER_ID_UNLAWFUL, parameters, bar.origin)
    return _LAWFUL


def _bars(bar: CallerIdBar, shown: CallerIdFacts, request: RequestFacts) -> bool:
    if bar.country is not None and shown.country not in {bar.country, None}:
        return False
    if bar.only_automated and not _is_automated(request):
        return False
    if shown.number.startswith(bar.except_prefixes):
        return False
    if not bar.kinds and not bar.prefixes:
        return True
    return _may_be(shown.kind, bar.kinds) or shown.number.startswith(bar.prefixes)


def _may_be(kind: NumberKind, kinds: frozenset[NumberKind]) -> bool:
    if kind is NumberKind.UNKNOWN:
        return bool(kinds)
    return kind in kinds or (kind is NumberKind.FIXED_OR_MOBILE and not kinds.isdisjoint(_FIXED_OR_MOBILE))


def _is_automated(request: RequestFacts) -> bool:
    # what is not stated counts as automated: the stricter branch
    return request.dialling in {Dialling.PREDICTIVE, None} or request.speaker in {Speaker.MACHINE, None}
