"""What `scripts/run` says once everything runs: where, as whom, at which time, and what to try."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from rich.console import Console

_NAME_WIDTH = 24
SHOWN_ZONE = ZoneInfo("Europe/Copenhagen")  # the wall clock of all of the demonstration's countries


def show(console: Console, run: dict[str, Any], notes: Iterable[str]) -> None:
    """The whole banner; lines to paste are not broken."""
    console.print(f"\n[bold]Ringfence runs[/bold] at {run['addresses']['gateway']}")
    for note in notes:
        console.print(f"[yellow]{note}[/yellow]", soft_wrap=True)
    _print_pairs(console, _addresses(run))
    if "credentials" in run:
        console.print(
            "[bold]Demo credentials[/bold] (of the Twilio route: account SID and token, one for each campaign)"
        )
        _print_pairs(console, _credentials(run))
        console.print("[bold]Commands to try[/bold] (they work as they stand)")
        for said, command in commands(run):
            console.print(f"  [dim]# {said}[/dim]\n  {command}", soft_wrap=True, highlight=False)
    console.print(f"\nFor scripts: {run['data_dir']}/run.json. Ctrl-C ends everything.", soft_wrap=True)


def clock_note(now: datetime, offset: timedelta) -> str | None:
    """One sentence if the clock has been moved."""
    if not offset:
        return None
    local = now.astimezone(SHOWN_ZONE)
    hours = offset.total_seconds() / 3600
    return (
        f"The clock is moved by {hours:+.1f} hours: it is {local:%A %Y-%m-%d %H:%M} in {SHOWN_ZONE.key}. "
        "Every decision says so."
    )


def commands(run: dict[str, Any]) -> list[tuple[str, str]]:
    """What each does, and the command for a shell."""
    gateway, routes, callees = run["addresses"]["gateway"], run["credentials"]["routes"], run["callees"]
    permitted, suppressed = callees["permitted"], callees["suppressed"]
    account = routes["twilio_rest"][suppressed["campaign"]]
    body = f'{{"campaign": "{permitted["campaign"]}", "callee": "{permitted["callee"]}"}}'
    began = datetime.fromisoformat(run["started_at"])
    span = urlencode({"from": f"{began:%Y-%m-%d}", "to": f"{began + timedelta(days=2):%Y-%m-%d}", "format": "jsonl"})
    return [
        (
            "may this person be called, and if not, when?",
            f"curl -sSw '\\n' {gateway}/v1/checks -H {_bearer(routes['checks_api'])} "
            f"-H 'Content-Type: application/json' -d {shlex.quote(body)}",
        ),
        (
            "the same in words, for people; Danish, Swedish, German and Dutch are spoken too",
            f"( . {shlex.quote(run['environment_file'])}; "
            f"RINGFENCE_API_KEY={routes['checks_api']['api_key']} {shlex.quote(sys.executable)} -m scripts.cli "
            f"check {shlex.quote(permitted['campaign'])} {shlex.quote(permitted['callee'])} --language en )",
        ),
        (
            "a call through the Twilio route to somebody on the stop list",
            f"curl -sSw '\\n' {gateway}/2010-04-01/Accounts/{account['account_sid']}/Calls.json "
            f"-u {account['account_sid']}:{account['auth_token']} --data-urlencode To={suppressed['callee']} "
            f"--data-urlencode From={suppressed['caller_id']} --data-urlencode Url=https://dialer.example/voice",
        ),
        (
            "what an auditor takes away: every decision, refusals included",
            f"curl -sSw '\\n' {shlex.quote(f'{gateway}/v1/exports/attempts?{span}')} -H {_bearer(routes['exports'])}",
        ),
    ]


def _bearer(holder: dict[str, str]) -> str:
    return shlex.quote(f"Authorization: Bearer {holder['api_key']}")


def _addresses(run: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((name.replace("_", " "), address) for name, address in run["addresses"].items())
    yield "data", run["data_dir"]


def _credentials(run: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for role, holder in run["credentials"]["roles"].items():
        yield f"role {role}", holder["api_key"]
    for campaign, account in run["credentials"]["routes"]["twilio_rest"].items():
        yield f"Twilio, {campaign}", f"{account['account_sid']} {account['auth_token']}"


def _print_pairs(console: Console, pairs: Iterable[tuple[str, str]]) -> None:
    # a table would cut what does not fit, and these are there to be copied
    for name, value in pairs:
        console.print(f"  {name:<{_NAME_WIDTH}}{value}", soft_wrap=True, highlight=False, markup=False)
