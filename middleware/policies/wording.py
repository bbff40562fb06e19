"""Figures in words, as overrides, the command line and exports tell them. English, without the figure's origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from middleware.decision.calendar import spell_windows
from middleware.decision.model import (
    CallerIdBar,
    Cap,
    Gate,
    GateKind,
    LegalForm,
    Outcome,
    Scope,
    Standing,
    Subject,
    Window,
)
from middleware.policies.week import DAYS

_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))
_GATES = {
    GateKind.DOCUMENTED_BASIS: "a documented balancing test that is not due for review",
    GateKind.PROSPECT_REASON: "a reason on file why this very callee presumably wants the call",
    GateKind.CONSENT: "the callee's recorded consent",
    GateKind.REGISTRATION: "the controller's registration as a caller",
}
NOBODY = frozenset(LegalForm)  # a gate that excepts all legal forms binds nobody


def span_in_words(span: timedelta) -> str:
    """`30 days`, `36 hours`, `30 seconds`: in the largest unit that comes out even; days from two on."""
    for unit, name in _UNITS:
        if span >= (2 * unit if name == "day" else unit) and not span % unit:
            return counted(span // unit, name)
    return counted(span / timedelta(seconds=1), "second")


def counted(number: float, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"


def week_in_words(week: tuple[tuple[Window, ...], ...]) -> str:
    """`mon-fri 09:00-12:00, 13:00-17:00; sat-sun none`."""
    parts: list[str] = []
    first = 0
    for last in range(7):
        if last == 6 or week[last + 1] != week[first]:
            days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
            parts.append(f"{days} {spell_windows(week[first])}")
            first = last + 1
    return "; ".join(parts)


def cap_in_words(cap: Cap) -> str:
    """`4 attempts at a number in 30 days, all campaigns of the controller together`."""
    if cap.calendar is not None:
        within = f"in a calendar {cap.calendar.value}"
    else:
        within = "ever" if cap.window is None else f"in {span_in_words(cap.window)}"
    article = {Subject.NUMBER: "a number", Subject.PERSON: "a person", Subject.COMPANY: "a company"}
    whose = "all campaigns of the controller together" if cap.scope is Scope.CONTROLLER else "in one campaign"
    return f"{counted(cap.count, 'attempt')} at {article.get(cap.subject, cap.subject.value)} {within}, {whose}"


def rests_in_words(default: timedelta, by_outcome: Mapping[Outcome, timedelta]) -> str:
    """`24 hours; after busy 2 hours`."""
    after = (f"after {outcome.value} {span_in_words(span)}" for outcome, span in sorted(by_outcome.items()))
    return "; ".join((span_in_words(default), *after))


def refusal_rest_in_words(span: timedelta | None) -> str:
    """`60 days`, or that nobody rings until asked."""
    return "until the person asks to be called" if span is None else span_in_words(span)


def gate_in_words(gate: Gate) -> str:
    """What a gate asks for, and whom it spares."""
    if gate.kind is GateKind.REGISTER:
        asked = f"a wash against {gate.register}, at most {span_in_words(gate.valid_for or timedelta())} old"
    else:
        asked = _GATES[gate.kind] + (f" with {gate.register}" if gate.register else "")
    if gate.except_legal_forms >= NOBODY:
        return f"{asked}: asked of nobody"
    spared = [*_spared("legal forms", gate.except_legal_forms), *_spared("lines", gate.except_line_kinds)]
    spared += _spared("directory marks", gate.except_marks)
    if gate.except_customers_for is not None:
        after = gate.except_customers_for
        ended = f" and for {span_in_words(after)} after its end" if after else ""
        spared.append(f"customers while their contract runs{ended}")
    return asked + (f"; spares {'; '.join(spared)}" if spared else "")


def bar_in_words(bar: CallerIdBar) -> str:
    """Which caller IDs a bar forbids."""
    what = [f"are {' or '.join(sorted(bar.kinds))}"] if bar.kinds else []
    what += [f"begin with {' or '.join(bar.prefixes)}"] if bar.prefixes else []
    whose = "no numbers" if bar.country is None else f"no numbers of {bar.country}"
    text = whose + (f" that {' or '.join(what)}" if what else "")
    if bar.except_prefixes:
        text += f", but for those that begin with {', '.join(bar.except_prefixes)}"
    return text + (", where a machine speaks or dials ahead" if bar.only_automated else "")


def shown_in_words(standings: Iterable[Standing], needs_directory: bool) -> str:
    """What the number shown must be."""
    must = f"the controller's: {' or '.join(sorted(standings))}"
    return f"{must}; listed in the public directory" if needs_directory else must


def days_in_words(days: Iterable[date]) -> str:
    """In order, with commas."""
    return ", ".join(day.isoformat() for day in sorted(days))


def day_of_change(at: datetime) -> date:
    """The local day that begins at or near an instant of UTC: changes of the law begin at a local midnight."""
    return (at + timedelta(hours=12)).date()


def _spared(what: str, words: Iterable[str]) -> list[str]:
    spelled = ", ".join(sorted(words))
    return [f"{what} {spelled}"] if spelled else []
