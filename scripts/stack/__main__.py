"""`scripts/run`: everything on one machine, with one command."""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from middleware.settings import REPOSITORY
from scripts.stack import banner, run_file
from scripts.stack.errors import CannotStart
from scripts.stack.parts import DemoFiles, Stack, stack_of
from scripts.stack.plan import Asked
from scripts.stack.preparing import Prepared, prepare
from scripts.stack.run_file import RunFile
from scripts.stack.supervisor import Supervisor
from scripts.stack.whole_files import write_private

WRONG_USE = 2
INTERRUPTED = 130
A_WHILE = 3600.0
LOOK_EVERY = 0.2


@click.command("run", help=__doc__, context_settings={"show_default": True})
@click.option(
    "--data-dir", type=click.Path(path_type=Path), default=REPOSITORY / ".ringfence", help="Keeps everything."
)
@click.option("--port", type=click.IntRange(1, 65535), help="Of the gateway. [default: 8080, or the next free one]")
@click.option("--at", metavar="TIME", help="Moves the clock, such as 2026-11-24T10:00+01:00. Never with real Twilio.")
@click.option("--demo-data/--no-demo-data", default=True, help="Load config/demo where it is not loaded yet.")
@click.option("--demo", is_flag=True, help="Make the calls of a call list, show them, export, and end.")
@click.option("--calls", type=click.Path(path_type=Path, dir_okay=False), help="A call list of your own, for --demo.")
@click.option("--keep", is_flag=True, help="Keep everything running after --demo.")
def main(
    data_dir: Path, port: int | None, at: str | None, demo_data: bool, demo: bool, calls: Path | None, keep: bool
) -> None:
    """Exit code 0 for a good end, 2 with one line for each thing to mend, 130 for an interrupted demonstration."""
    asked = Asked(data_dir, port, at, demo_data, demo, calls, keep)
    try:
        sys.exit(_run(asked))
    except CannotStart as error:
        for line in error.lines:
            click.echo(f"ringfence: {line}", err=True)
        sys.exit(WRONG_USE)


def _run(asked: Asked) -> int:
    console = Console(soft_wrap=True)
    prepared = prepare(asked)
    run = RunFile(prepared.folder, prepared.configuration, prepared.kept)
    supervisor = Supervisor(
        say=lambda said: click.echo(f"ringfence: {said}", err=True),
        on_change=lambda: run.note_processes(supervisor.pids()),
        held=[prepared.folder.parts_lock],
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.request_stop())
    run.note()
    stack = _stack(prepared)
    try:
        supervisor.start(stack.ground)
        supervisor.start(stack.service)
        if supervisor.is_stopping:
            return INTERRUPTED
        _announce(console, prepared, run, asked)
        return _work(asked, prepared, run, supervisor)
    finally:
        supervisor.stop(stack.service)
        supervisor.stop(stack.ground)
        supervisor.dismiss_watchman()
        run.note(state=run_file.STOPPED, processes={})


def _stack(prepared: Prepared) -> Stack:
    demo = None
    if prepared.set_up is not None:
        demo = DemoFiles(prepared.demo.caller_ids(), prepared.demo.outcomes)
    return stack_of(prepared.configuration, prepared.folder, prepared.kept, demo)


def _announce(console: Console, prepared: Prepared, run: RunFile, asked: Asked) -> None:
    write_private(prepared.folder.path / "environment", prepared.configuration.shell_lines())
    members: dict[str, object] = {"demo_folder": str(prepared.demo.folder)}
    if prepared.set_up is not None:
        members["credentials"] = run_file.credentials_of(prepared.services, prepared.set_up, prepared.kept)
        members["callees"] = run_file.callees_of(prepared.services, prepared.demo)
    run.note(state=run_file.DEMO if asked.demo else run_file.READY, **members)
    offset = prepared.configuration.settings.clock_offset
    moved = banner.clock_note(datetime.now(UTC) + offset, offset)
    banner.show(console, run.content, [*([moved] if moved else []), *prepared.notes])


def _work(asked: Asked, prepared: Prepared, run: RunFile, supervisor: Supervisor) -> int:
    if asked.demo:
        code = _demonstrate(asked, prepared, run, supervisor)
        if code != 0 or not asked.keep:
            return code
        run.note(state=run_file.READY)
    while not supervisor.is_stopping:
        supervisor.wait(A_WHILE)
    return 0


def _demonstrate(asked: Asked, prepared: Prepared, run: RunFile, supervisor: Supervisor) -> int:
    """The dialer is a process of its own, as dialers are."""
    command = [sys.executable, "-m", "scripts.demo_calls", str(prepared.folder.run_file)]
    if asked.calls is not None:
        command += ["--calls", str(asked.calls.resolve())]
    dialer = supervisor.start_beside(command, prepared.configuration.environment())
    while dialer.poll() is None and not supervisor.is_stopping:
        supervisor.wait(LOOK_EVERY)
    code = supervisor.end_beside(dialer)
    run.note_demonstration(prepared.folder)
    return INTERRUPTED if supervisor.is_stopping else code


if __name__ == "__main__":
    main()
