"""`ringfence check CAMPAIGN NUMBER`: may this person be called, and if not, why not, who says so, and when then?"""

from __future__ import annotations

from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

import click
import orjson
from babel import default_locale
from rich.console import Console

from middleware.bootstrap import build
from middleware.errors import InvalidRequest
from middleware.explanations import LANGUAGES, best_language, callee_zone, in_full
from middleware.phone_numbers import parse
from middleware.services.access import require_role
from middleware.services.asking import Answer
from middleware.settings import read_settings
from scripts.cli.answers import show
from scripts.cli.api_keys import API_KEY, api_key

REFUSED = 1
ROLES = ("dialer", "caller", "admin")
_OPTIONS = {
    "campaign": "CAMPAIGN",
    "callee": "NUMBER",
    "caller_id": "--caller-id",
    "contact": "--contact",
    "at": "--at",
}


@click.command("check", help="May this number be called for this campaign? Reserves nothing; who asked is recorded.")
@click.argument("campaign")
@click.argument("number")
@click.option(
    "--at", metavar="WHEN", help='Not now but then: "2026-11-24 16:30" where the phone is, or with an offset.'
)
@click.option("--caller-id", metavar="NUMBER", help="The number that would be shown.")
@click.option("--contact", metavar="ID", help="The person, where several share the number.")
@click.option("--speaker", type=click.Choice(["human", "machine"]), help="Who would speak.")
@click.option("--dialling", type=click.Choice(["manual", "preview", "predictive"]), help="How it would be dialled.")
@click.option("--free-agents", type=click.IntRange(min=0), help="How many are free to speak.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), help="Of the explanations. [default: this machine's, else en]"
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--api-key-file", type=click.File(), help=f"Holds your API key, else {API_KEY} does; - reads it.")
@click.pass_context
def command(
    context: click.Context, /, language: str | None, as_json: bool, api_key_file: TextIO | None, **asked: object
) -> None:
    """Exit code 0: it may be called; 1: it may not; 2: the question cannot be answered."""
    answer = _ask(asked, api_key(api_key_file, "a dialer, a caller or an administrator"))
    language = language or _own_language()
    if as_json:
        click.echo(orjson.dumps(_for_programs(answer, language), option=orjson.OPT_INDENT_2))
    else:
        show(Console(), answer, language)
    if not answer.is_permitted:
        context.exit(REFUSED)


def _ask(asked: dict[str, object], key: str) -> Answer:
    services = build(read_settings())
    asker = services.access.by_api_key(key)
    require_role(asker, *ROLES)
    body = {name: value for name, value in asked.items() if value is not None}
    body["callee"] = body.pop("number")
    try:
        if "at" in body:
            body["at"] = _with_its_offset(str(body["at"]), str(body["callee"]))
        return services.attempts.check(body, orjson.dumps(body), asker)
    except InvalidRequest as error:
        raise click.BadParameter(str(error), param_hint=_OPTIONS.get(error.field or "", error.field)) from None


def _with_its_offset(when: str, number: str) -> str:
    """A time without an offset is meant as the wall clock where the phone is."""
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        raise InvalidRequest('is no time; write it as "2026-11-24 16:30"', "at") from None
    if at.tzinfo is not None:
        return at.isoformat()
    zone = callee_zone((), parse(number).e164)
    if zone is None:
        raise InvalidRequest("needs its offset: the number alone does not tell where the phone is", "at")
    return at.replace(tzinfo=ZoneInfo(zone)).isoformat()


def _own_language() -> str:
    return best_language((default_locale("LC_MESSAGES") or "").replace("_", "-"))


def _for_programs(answer: Answer, language: str) -> dict[str, object]:
    zone = callee_zone(answer.reasons, answer.callee)
    return {
        "decision_id": answer.attempt_id,
        "permitted": answer.is_permitted,
        "campaign": answer.campaign_id,
        "callee": answer.callee,
        "caller_id": answer.caller_id,
        "asked_at": answer.asked_at,
        "decided_at": answer.decided_at,
        "permitted_until": answer.permitted_until,
        "not_before": answer.not_before,
        "attempts_left": answer.attempts_left,
        "ring_timeout_seconds": answer.ring_timeout_seconds,
        "reasons": [in_full(reason, language, zone) for reason in answer.reasons],
        "policy_digest": answer.policy_digest,
        "clock_offset_seconds": answer.clock_offset_seconds,
    }
