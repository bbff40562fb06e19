"""The `ringfence` command line. A command parses, calls one service and prints; errors are one line and exit code 2."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from middleware.errors import InvalidSettings, RingfenceError

# command -> the module that has it, as a click command of the same name; loaded only when it is called
COMMANDS = {
    "check": "scripts.cli.check",
    "export": "scripts.cli.export",
    "load": "scripts.cli.load",
    "look-up": "scripts.cli.look_up",
    "migrate": "scripts.cli.migrate",
    "policy": "scripts.cli.policy",
    "reconcile": "scripts.cli.reconcile",
    "relay": "scripts.cli.relay",
    "replay": "scripts.cli.replay",
    "scrub": "scripts.cli.scrub",
    "store": "scripts.cli.store",
    "worker": "scripts.cli.worker",
}
WRONG_USE = 2


class _LazyGroup(click.Group):
    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: object = import_module(COMMANDS[cmd_name]).command
        if not isinstance(command, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name]} has no click command named `command`")
        return command


@click.group(cls=_LazyGroup, help="Ringfence: only the calls that may be made, and the proof of each.")
def cli() -> None:
    """The group of all commands."""


def main() -> None:
    """Run one command; what the user can mend is said in one line each, without a traceback."""
    try:
        ended_with: object = cli(standalone_mode=False)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USE)
    except InvalidSettings as error:
        for line in error.lines:
            click.echo(line, err=True)
        sys.exit(WRONG_USE)
    except RingfenceError as error:
        click.echo(str(error), err=True)
        sys.exit(WRONG_USE)
    if isinstance(ended_with, int):  # what a command gave to Context.exit comes back as the value of the call
        sys.exit(ended_with)
