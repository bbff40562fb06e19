"""A picture of refusals by hour of the week, before and after."""

from __future__ import annotations

from pathlib import Path

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from middleware.services.what_if.tally import Grid, Tally

_SHADES = ("#eef3f8", "#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c")  # one hue, told apart in grey too
_DARK_FROM = 4  # on these shades the figures are white


def refusals_by_hour(country: str, tally: Tally) -> str:
    """An SVG: two grids of seven days and 24 hours on the callee's wall clock, one scale of shades for both.

    Every cell shows its figure, and tells it to readers who cannot see.
    """
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
    )
    most = max((max(row) for grid in (tally.refused_before, tally.refused_after) for row in grid), default=0)
    panels = (("before", tally.refused_before), ("after", tally.refused_after))
    return templates.get_template("refusals.svg").render(
        country=country,
        tried=f"{tally.tried:,}",
        panels=[(title, f"{sum(map(sum, grid)):,}", _cells(grid, most)) for title, grid in panels],
        days=[Locale("en").days["format"]["abbreviated"][day] for day in range(7)],
        shades=_SHADES,
        most=f"{most:,}",
    )


def _cells(grid: Grid, most: int) -> list[list[tuple[int, str, bool]]]:
    """The figure, its shade, and whether that is a dark one; shades grow with the share of the largest figure."""
    return [[(count, _SHADES[shade], shade >= _DARK_FROM) for count, shade in _shaded(row, most)] for row in grid]


def _shaded(row: list[int], most: int) -> list[tuple[int, int]]:
    darkest = len(_SHADES) - 1
    return [(count, 0 if count == 0 else 1 + (darkest - 1) * count // max(most, 1)) for count in row]
