"""Where a figure comes from."""

from __future__ import annotations

from dataclasses import dataclass

from middleware.decision.model.words import Basis


@dataclass(frozen=True, slots=True)
class Origin:
    """How binding a figure is, its source, and which file or override set it.

    `loosens` is not empty where an override allows more than the figure it replaced: which figure, how binding it
    was, why, and who approved it when.
    """

    basis: Basis
    source: str = ""  # a URL or a sentence that a reader can check
    set_by: str = ""  # "country DK", "controller acme", "campaign spring-dk"
    loosens: str = ""
