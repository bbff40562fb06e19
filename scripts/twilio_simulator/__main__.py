"""Starts the simulator: `python -m scripts.twilio_simulator --help`."""

import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path

import click
from aiohttp import web
from pydantic import ValidationError

from scripts.twilio_simulator.app import create_app
from scripts.twilio_simulator.endpoints import CallerIds, e164
from scripts.twilio_simulator.exchange import Exchange
from scripts.twilio_simulator.faults import Faults
from scripts.twilio_simulator.outcomes import DEFAULT_OUTCOMES
from scripts.twilio_simulator.outcomes_file import InvalidOutcomes, load_outcomes
from scripts.twilio_simulator.scheduling import LoopScheduler
from scripts.twilio_simulator.settings import Settings

_LOOPBACK = "127.0.0.1"


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(name="twilio-simulator", context_settings={"show_default": True})
@click.option("--account-sid", required=True, envvar="TWILIO_SIMULATOR_ACCOUNT_SID", help="AC and 32 hex digits.")
@click.option("--auth-token", required=True, envvar="TWILIO_SIMULATOR_AUTH_TOKEN", help="Also signs webhooks.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="On 127.0.0.1; 0 takes a free one.")
@click.option("--cps", type=click.FloatRange(0.001, 10_000), default=1.0, help="Calls dialled per real second.")
@click.option("--time-scale", type=click.FloatRange(0.001, 100_000), default=1.0, help="60: calls take a 60th.")
@click.option("--clock-offset", type=float, default=0.0, help="Seconds that its dates run ahead of the system's.")
@click.option("--seed", type=int, default=0, help="Decides everything that is left to chance.")
@click.option("--numbers", default="", help="Caller ids that the account owns, E.164, separated by commas.")
@click.option("--numbers-any", is_flag=True, help="Accept any caller id.")
@click.option("--outcomes", type=_FILE, help="What becomes of which callee: a .json, .toml or .yaml file.")
@click.option("--fault", "faults", multiple=True, metavar="NAME=VALUE", help="From the start: callback_lose=0.1 ...")
@click.option("--state-file", type=_FILE, help="Keeps the calls from one start to the next.")
@click.option("--ready-file", type=_FILE, help="Written once it is ready: JSON with port and pid.")
@click.option("--voice-requests/--no-voice-requests", default=True, help="Request a call's Url at the answer.")
@click.option("--until-stdin-closes", is_flag=True, help="End as soon as whoever started it has ended.")
def main(
    account_sid: str,
    auth_token: str,
    port: int,
    cps: float,
    time_scale: float,
    clock_offset: float,
    seed: int,
    numbers: str,
    numbers_any: bool,
    outcomes: Path | None,
    faults: tuple[str, ...],
    state_file: Path | None,
    ready_file: Path | None,
    voice_requests: bool,
    until_stdin_closes: bool,
) -> None:
    """Pretends to be Twilio's call API, on this machine only, until it is ended by Ctrl-C or SIGTERM."""
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", account_sid):
        raise click.BadParameter("must be AC and 32 hex digits", param_hint="--account-sid")
    try:
        table = load_outcomes(outcomes) if outcomes else DEFAULT_OUTCOMES
    except InvalidOutcomes as error:
        raise click.BadParameter(str(error), param_hint="--outcomes") from error
    settings = Settings(
        account_sid=account_sid,
        auth_token=auth_token,
        caller_ids=CallerIds(_owned_numbers(numbers), numbers_any),
        outcomes=table,
        faults=_faults(faults),
        port=port,
        calls_per_second=cps,
        time_scale=time_scale,
        clock_offset_seconds=clock_offset,
        seed=seed,
        request_voice=voice_requests,
        state_file=state_file,
        ready_file=ready_file,
        until_stdin_closes=until_stdin_closes,
    )
    asyncio.run(_serve(settings))


def _owned_numbers(text: str) -> frozenset[str]:
    given = [part for part in text.split(",") if part.strip()]
    numbers = {part: e164(part) for part in given}
    wrong = [part for part, number in numbers.items() if number is None]
    if wrong:
        raise click.BadParameter(f"not E.164: {', '.join(wrong)}", param_hint="--numbers")
    return frozenset(number for number in numbers.values() if number)


def _faults(given: tuple[str, ...]) -> Faults:
    named = dict(item.partition("=")[::2] for item in given)
    try:
        return Faults.model_validate(named)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise click.BadParameter(wrong, param_hint="--fault") from error


async def _serve(settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    if settings.until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), lambda: ended.set() if not os.read(sys.stdin.fileno(), 4096) else None)
    exchange = Exchange(settings, LoopScheduler(loop))
    runner = web.AppRunner(create_app(exchange), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await _listen(runner, settings.port)
        _announce(runner.addresses[0][1], settings)
        await ended.wait()
    finally:
        await runner.cleanup()
        await exchange.close()


async def _listen(runner: web.AppRunner, port: int) -> None:
    try:
        await web.TCPSite(runner, _LOOPBACK, port).start()
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on port {port}: {error.strerror}; --port 0 takes a free one"
        ) from error


def _announce(port: int, settings: Settings) -> None:
    if settings.ready_file is not None:
        # whole or not at all: others wait for this file and read it at once
        unfinished = settings.ready_file.with_name(f"{settings.ready_file.name}.{os.getpid()}")
        unfinished.write_text(json.dumps({"port": port, "pid": os.getpid()}), encoding="utf-8")
        unfinished.replace(settings.ready_file)
    print(f"Twilio simulator ready: http://{_LOOPBACK}:{port} for account {settings.account_sid}", flush=True)


if __name__ == "__main__":
    main()
