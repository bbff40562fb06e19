"""Where the figures of a country's file say they come from, as decisions keep it."""

from __future__ import annotations

from collections.abc import Iterable

from middleware.decision.model import Basis, Origin
from middleware.policies.shapes import Figure

_MOST_BINDING = (Basis.LAW, Basis.CODE, Basis.RECOMMENDED)


def origin_of(figure: Figure, set_by: str) -> Origin:
    """One figure's own."""
    return Origin(figure.basis, figure.source_text, set_by)


def most_binding(figures: Iterable[Figure]) -> Basis:
    """The basis of the most binding of some figures."""
    return min((figure.basis for figure in figures), key=_MOST_BINDING.index)


def joint_origin(main: Figure, others: list[tuple[str, Figure]], set_by: str) -> Origin:
    """The origin of what several figures make up together: as binding as the most binding of them.

    `others` come with words that say what each adds; the source tells how binding each of them is by itself.
    """
    if not others:
        return origin_of(main, set_by)
    basis = most_binding((main, *(figure for _what, figure in others)))
    added = (f"{what} ({figure.basis.value}): {figure.source_text}" for what, figure in others)
    return Origin(basis, " ".join((f"({main.basis.value}) {main.source_text}", *added)), set_by)
