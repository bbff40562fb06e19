"""`python -m scripts.demo_calls RUN_FILE [--calls FILE]`: needs a running stack, whose run.json names everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click
from rich.console import Console

from scripts.demo_calls import summary
from scripts.demo_calls.call_list import read_call_list
from scripts.demo_calls.dialer import Dialer
from scripts.demo_calls.mails import Mails
from scripts.demo_calls.progress import CallProgress, Run
from scripts.demo_calls.showing import screen, table_of
from scripts.stack.demo_data import read_demo_data
from scripts.stack.errors import CannotStart
from scripts.stack.run_file import RESULT
from scripts.stack.whole_files import write_private

LOOK_EVERY = 0.3
MOST_SECONDS = 180.0  # for all calls to end
MAIL_SECONDS = 20.0  # after the last call


@click.command("demo_calls", help=__doc__)
@click.argument("run_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--calls", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(run_file: Path, calls: Path | None) -> None:
    """Exit code 0 once every call has an answer and the export is written."""
    stack = json.loads(run_file.read_text(encoding="utf-8"))
    demo = read_demo_data(Path(stack["demo_folder"]))
    try:
        listed = read_call_list(calls or demo.calls, demo.dialer.caller_ids, demo.dialer.default_campaign)
    except CannotStart as error:
        raise click.ClickException(str(error)) from None
    console, run = Console(), Run([CallProgress(number, call) for number, call in enumerate(listed, 1)])
    offset = timedelta(seconds=stack["clock"]["offset_seconds"])
    began = datetime.now(UTC) + offset
    mails = Mails(Path(stack["addresses"].get("mails", "/nonexistent")), demo.folder / "contacts.csv")
    _make(
        run,
        Dialer(stack["addresses"]["gateway"], stack["credentials"]["routes"]["twilio_rest"]),
        mails,
        console,
    )
    if console.is_terminal:
        console.print(table_of(run.calls, console.width))
    export = _export(stack, began, datetime.now(UTC) + offset)
    counts = summary.counted(run, mails.count_sent())
    folder = Path(stack["data_dir"])
    write_private(folder / RESULT, json.dumps({**counts, "export": export}, indent=1) + "\n")
    summary.show(console, counts, export)


def _make(run: Run, dialer: Dialer, mails: Mails, console: Console) -> None:
    """Place, follow and wait for the mails, showing all of it."""
    placing = Thread(target=dialer.place_all, args=(run,), daemon=True)
    placing.start()
    pause, began = Event(), time.monotonic()
    last_call_at = began
    with screen(console) as shown:
        while time.monotonic() - began < MOST_SECONDS:
            is_over = not placing.is_alive() and not any(call.is_open for call in run.calls)
            if not is_over:
                last_call_at = time.monotonic()
            dialer.look_after(run)
            mails.note(run)
            shown.update(run)
            if is_over and (mails.is_complete(run) or time.monotonic() - last_call_at > MAIL_SECONDS):
                return
            pause.wait(LOOK_EVERY)


def _export(stack: dict[str, Any], began: datetime, now: datetime) -> str:
    """Write this run's export with the command that auditors use; returns where it is."""
    command = [
        *(sys.executable, "-m", "scripts.cli", "export", "attempts", "--format", "csv"),
        *("--from", began.isoformat(), "--to", (now + timedelta(minutes=1)).isoformat()),
        *("--output", str(Path(stack["data_dir"]) / "exports")),
    ]
    key = stack["credentials"]["routes"]["exports"]["api_key"]
    done = subprocess.run(
        command, env={**os.environ, "RINGFENCE_API_KEY": key}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"the export could not be written: {done.stderr.strip()}")
    return done.stdout.splitlines()[1]


if __name__ == "__main__":
    main()
