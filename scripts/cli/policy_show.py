"""`ringfence policy show`: the figures by which calls to a country are decided, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click
import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from middleware.bootstrap import policy_views
from middleware.decision.model import Audience, Basis
from middleware.errors import InvalidRequest
from middleware.services.exports.query import instant
from middleware.services.policy_view import ListedFigure, PolicyView, Scheduled, view_to_json
from middleware.settings import REPOSITORY, given_settings, read_settings

_STYLES = {Basis.LAW: "bold red", Basis.CODE: "yellow", Basis.RECOMMENDED: "green"}
_NAMES = 15  # columns of 80; the rest is for sentences and links
_MEANING = (
    "law: a statute binds. code: an industry code, register terms or a regulator's guidance, by which a regulator may "
    "judge. recommended: our own or your own figure."
)


@click.command("show", help="Show every figure that rules calls to a country, and where each comes from.")
@click.argument("country", metavar="COUNTRY", callback=lambda _ctx, _param, given: given.upper())
@click.option("--audience", type=click.Choice([each.value for each in Audience]), help="[default: b2b]")
@click.option(
    "--campaign", "campaign_id", metavar="ID", help="Under the overrides of this campaign and its controller."
)
@click.option("--at", metavar="TIME", help="2026-11-01 (its noon in UTC) or time and zone. [default: now]")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object, the whole policy in it.")
def show(country: str, audience: str | None, campaign_id: str | None, at: str | None, as_json: bool) -> None:
    """Without a campaign no store is opened. Exit code 2 if there is nothing by which calls could be decided."""
    view = _view(country, audience, campaign_id, None if at is None else _moment(at))
    if as_json:
        click.echo(orjson.dumps(view_to_json(view), option=orjson.OPT_INDENT_2).decode())
        return
    console = Console()
    console.print(_headline(view), highlight=False)
    console.print(_figures(view.figures))
    for change in view.scheduled:
        console.print(_change(change))
    _print_lines(console, "Not decided by research, so that the stricter branch or our default holds:", view.undecided)
    if view.loosened:
        _print_lines(console, "Looser than what they replace:", map(_loosened, view.loosened))
    console.print(_MEANING, style="dim", highlight=False)


def _view(country: str, audience: str | None, campaign_id: str | None, at: datetime | None) -> PolicyView:
    if campaign_id is None:
        given = given_settings()
        countries = Path(str(given.get("config_dir", REPOSITORY / "config"))) / "countries"
        offset = timedelta(seconds=float(str(given.get("clock_offset_seconds", 0))))
        return policy_views(countries, offset).of_country(country, Audience(audience or Audience.B2B), at)
    settings = read_settings()
    views = policy_views(settings.config_dir / "countries", settings.clock_offset, settings)
    view = views.of_campaign(country, campaign_id, at)
    if audience is not None and view.audience is not Audience(audience):
        raise click.BadParameter(
            f"campaign {campaign_id} calls {view.audience.value}; leave --audience out", param_hint="--audience"
        )
    return view


def _moment(text: str) -> datetime:
    """A day alone is its noon: by then it has begun in every country that has a file."""
    try:
        return datetime.combine(date.fromisoformat(text), time(12), UTC)
    except ValueError:
        pass  # not a day, so it has to be an instant
    try:
        return instant(text, "at")
    except InvalidRequest as error:
        raise click.BadParameter(str(error), param_hint="--at") from None


def _headline(view: PolicyView) -> str:
    whose = f"campaign {view.campaign_id} of {view.controller_id}" if view.campaign_id else "the country's own figures"
    kind = "companies (b2b)" if view.audience is Audience.B2B else "consumers (b2c)"
    days = ", ".join(f"{day:%a %Y-%m-%d}" for day in view.next_days_without_calls)
    return (
        f"Calls to {kind} in {view.country}, {whose},\nas of {view.at:%Y-%m-%d %H:%M} UTC. Policy digest:\n"
        f"{view.policy.digest}\nNext days without calls: {days or 'none is known'}"
    )


def _figures(figures: Iterable[ListedFigure]) -> Table:
    table = _table("what holds, and why")
    for figure in figures:
        table.add_row(_name(figure), _details(figure))
    return table


def _change(change: Scheduled) -> Table:
    table = _table(f"what changes on {change.day}")
    for figure in change.ends:
        table.add_row(_name(figure), Text("no longer: ").append(figure.value, style="strike"))
    for figure in change.begins:
        table.add_row(_name(figure), Text("from then on: ").append_text(_details(figure)))
    return table


def _table(heading: str) -> Table:
    table = Table(box=box.HORIZONTALS, show_lines=True, pad_edge=False, expand=True)
    table.add_column("figure", width=_NAMES, overflow="fold")
    table.add_column(heading, ratio=1, overflow="fold")
    return table


def _name(figure: ListedFigure) -> Text:
    text = Text(f"{figure.name}\n")
    text.append(figure.origin.basis.value, style=_STYLES[figure.origin.basis])
    return text.append(f"\n{_set_by(figure.origin.set_by)}", style="dim")


def _details(figure: ListedFigure) -> Text:
    text = Text().append(figure.value, style="bold").append(f"\n{figure.origin.source}")
    if figure.origin.loosens:
        text.append(f"\nloosens {figure.origin.loosens}", style="magenta")
    return text


def _set_by(set_by: str) -> str:
    """`country DK` is what the file DK.yaml says."""
    return ", ".join(
        f"{each.removeprefix('country ')}.yaml" if each.startswith("country ") else each for each in set_by.split(", ")
    )


def _loosened(figure: ListedFigure) -> str:
    return f"{figure.name}, by {_set_by(figure.origin.set_by)}: {figure.value}, in place of {figure.origin.loosens}"


def _print_lines(console: Console, heading: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if not lines:
        return
    console.print(heading, style="bold")
    for line in lines:
        console.print(Text(f"- {line}"))
    console.print()
