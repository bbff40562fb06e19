"""`ringfence policy`: countries' files checked, shown and tried out before they are switched on."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from middleware.decision.model import Basis
from middleware.services.checking_policies import CheckedCountry, check_policies, schema_text
from middleware.settings import REPOSITORY

# command -> module and name; loaded only when it is called
LATER = {"show": ("scripts.cli.policy_show", "show"), "try": ("scripts.cli.policy_try", "try_out")}
_KEY = (
    "Figures by how binding they are: law is a statute, code an industry's or a regulator's word, recommended our own. "
    "parts: Länder, cantons, states and the like with days off of their own. until: the last year whose holidays were "
    "compared with the law. This is research, not legal advice."
)


class _Group(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *LATER])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in LATER:
            return super().get_command(ctx, cmd_name)
        module, name = LATER[cmd_name]
        found: object = getattr(import_module(module), name)
        if not isinstance(found, click.Command):
            raise TypeError(f"{module}.{name} is no click command")
        return found


@click.group(cls=_Group, help="Check countries' files, show what rules, and try changes out.")
def command() -> None:
    """The group of the commands about policies."""


@command.command("check", help="Check countries' files: names file, line and what is wrong, or what each holds.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Without paths, the configured countries. Exit code 2 if anything is wrong, with a line for each thing to mend."""
    countries = check_policies(paths or (_configured(),))
    console = Console()
    for country in countries:
        _tell(console, country)
    console.print(_figures(countries))
    console.print(_KEY, highlight=False)
    console.print(f"{len(countries)} file{'s' * (len(countries) > 1)}, nothing wrong with any line.", highlight=False)


@command.command("schema", help="Print the JSON Schema of countries' files, as config/countries/schema.json holds it.")
def schema() -> None:
    """For editors; see the first line of each country's file."""
    click.echo(schema_text(), nl=False)


def _configured() -> Path:
    # checking files needs no other setting, so none is asked for
    return Path(os.environ.get("RINGFENCE_CONFIG_DIR") or REPOSITORY / "config") / "countries"


def _figures(countries: tuple[CheckedCountry, ...]) -> Table:
    table = Table("country", "law", "code", "recommended", "undecided", "parts", "until")
    for each in countries:
        counts = [str(each.figures.get(basis, 0)) for basis in (Basis.LAW, Basis.CODE, Basis.RECOMMENDED)]
        name = escape(f"{each.code} {each.name}")
        table.add_row(name, *counts, str(len(each.undecided)), str(each.subdivisions or ""), str(each.checked_until))
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _tell(console: Console, country: CheckedCountry) -> None:
    told = (
        ("will change by date", country.changes),
        ("undecided, so that the stricter branch or our default holds", country.undecided),
    )
    for what, sentences in told:
        if sentences:
            console.print(escape(f"{country.file}, {what}:"), style="bold", highlight=False)
        for sentence in sentences:
            console.print(escape(f"  {sentence}"), highlight=False, soft_wrap=True)
