"""What a dry run came to, for people: one line, bars, and a table of reasons."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from babel.dates import format_skeleton
from rich.bar import Bar
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from middleware.explanations import title_of
from middleware.services.scrubbing.remark_titles import remark_title
from middleware.services.scrubbing.summary_words import WORDS, headline, number
from middleware.services.scrubbing.tally import Summary

_WIDTH = 20
_SPANS = ("callable_today", "callable_now", "callable_within_a_week", "callable_later", "never", "duplicates", "broken")


def show(console: Console, summary: Summary, language: str, target: Path) -> None:
    """Print all of it; no row and nothing personal."""
    words, counts = WORDS[language], summary.counts()
    console.print(escape(headline(summary, language)), highlight=False, soft_wrap=True)
    figures = {words[name]: counts[name] for name in _SPANS}
    console.print(_bars(words["callable"], words["rows"], figures, summary.rows, language))
    days = {
        format_skeleton("MMMEd", day, locale=_locale(language)): count for day, count in sorted(summary.days.items())
    }
    if days:
        console.print(_bars(words["callable"], words["rows"], days, summary.rows, language))
    if summary.reasons:
        reasons = {f"{title_of(code, language)} ({code})": count for code, count in summary.reasons.most_common()}
        console.print(_bars(words["reasons"], words["rows"], reasons, summary.rows, language))
    if summary.remarks:
        remarks = {remark_title(kind, language): count for kind, count in summary.remarks.most_common()}
        console.print(_bars(words["remarks"], words["rows"], remarks, summary.rows, language))
    for line in _about_columns(summary, words, counts, language):
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.print(escape(words["copy"].format(path=target)), highlight=False, soft_wrap=True)


def _bars(what: str, rows: str, figures: Mapping[str, int], of: int, language: str) -> Table:
    table = Table(what, rows, "")
    table.columns[1].justify = "right"
    for name, count in figures.items():
        table.add_row(escape(name), number(count, language), Bar(max(of, 1), 0, count, width=_WIDTH))
    return table


def _about_columns(summary: Summary, words: Mapping[str, str], counts: Mapping[str, int], language: str) -> list[str]:
    told = summary.columns()
    lines = [f"{told['read_as']}. {words['used'].format(names=_pairs(told['used']))}"]
    if told["unknown"]:
        lines.append(words["unknown"].format(names=", ".join(told["unknown"])))
    lines += [words["rival"].format(**rival) for rival in told["rivals"]]
    lines += [f"{number(counts[name], language)} {words[name]}" for name in ("same_company", "empty") if counts[name]]
    return lines


def _pairs(used: Mapping[str, str]) -> str:
    return ", ".join(f"{heading} ({name})" for name, heading in used.items())


def _locale(language: str) -> str:
    return "en_GB" if language == "en" else language
