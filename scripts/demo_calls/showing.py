"""The run on the screen: a live table in a terminal, one line for each piece of news elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from scripts.demo_calls.progress import CallProgress, Run, Verdict

SHOWN_ZONE = ZoneInfo("Europe/Copenhagen")
_COLOURS = {
    Verdict.WAITING: "dim",
    Verdict.PLACED: "green",
    Verdict.SAME_CALL: "green",
    Verdict.REFUSED: "red",
    Verdict.NOT_PLACED: "yellow",
    Verdict.UNKNOWN: "yellow",
}
_COLUMNS = ("#", "callee", "campaign", "verdict", "reasons", "callable from", "status", "sec", "mail")
_ANSWERED = {"human": ", a person", "machine_start": ", a machine"}
_WIDE = 130  # columns, from which the campaign fits
_REFRESHES = 4
_FRAME_LINES = 6  # of the table's own, and room to breathe


class Screen:
    """`update` after news."""

    def __init__(self, console: Console, live: Live | None) -> None:
        self._console = console
        self._live = live
        self._told = 0

    def update(self, run: Run) -> None:
        """Show what is new."""
        if self._live is not None:
            height = max(3, self._console.height - _FRAME_LINES)
            self._live.update(table_of(_newest(run, height), self._console.width))
            return
        for call in sorted((call for call in run.calls if call.changed > self._told), key=lambda call: call.changed):
            self._console.print(
                " | ".join(cell for cell in _cells(call).values() if cell), highlight=False, soft_wrap=True
            )
        self._told = run.changes


@contextmanager
def screen(console: Console) -> Iterator[Screen]:
    """A live table where there is a terminal to draw it in."""
    if not console.is_terminal:
        yield Screen(console, None)
        return
    with Live(console=console, refresh_per_second=_REFRESHES, transient=True) as live:
        yield Screen(console, live)


def table_of(calls: list[CallProgress], width: int) -> Table:
    """One row for each call. A narrow terminal gets no campaign: mostly the callee's country tells it."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), caption=f"Times are those of {SHOWN_ZONE.key}.")
    shown = [column for column in _COLUMNS if column != "campaign" or width >= _WIDE]
    for column in shown:
        table.add_column(column, justify="right" if column in {"#", "sec"} else "left", overflow="fold")
    for call in calls:
        cells = _cells(call)
        style = _COLOURS[call.verdict]
        table.add_row(*(Text(cells[column], style=style if column == "verdict" else "") for column in shown))
    return table


def _cells(call: CallProgress) -> dict[str, str]:
    earliest = ""
    if call.verdict is Verdict.REFUSED:
        at = call.not_before
        earliest = f"{at.astimezone(SHOWN_ZONE):%a %d %b %H:%M}" if at else "not by waiting"
    answered = _ANSWERED.get(call.answered_by or "", "") if call.status in {"completed", "in-progress"} else ""
    return {
        "#": str(call.number_in_list),
        "callee": call.shown_callee,
        "campaign": call.listed.campaign,
        "verdict": call.verdict.value,
        "reasons": "; ".join(call.reasons_in_words),
        "callable from": earliest,
        "status": f"{call.status}{answered}",
        "sec": "" if call.duration is None else str(call.duration),
        "mail": call.mail,
    }


def _newest(run: Run, count: int) -> list[CallProgress]:
    """What moved last, in the order of the list."""
    newest = sorted(run.calls, key=lambda call: call.changed, reverse=True)[:count]
    shown = {id(call) for call in newest}
    return [call for call in run.calls if id(call) in shown]
