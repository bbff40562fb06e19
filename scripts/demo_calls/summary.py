"""What a run came to, counted, for people and for scripts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console

from scripts.demo_calls.progress import Run, Verdict, in_words


def counted(run: Run, mails: int) -> dict[str, Any]:
    """Numbers of calls by verdict, by status and by reason; mails sent in this run."""
    placed = [call for call in run.calls if call.verdict is Verdict.PLACED]
    return {
        "asked": len(run.calls),
        "placed": len(placed),
        "same_call": sum(call.verdict is Verdict.SAME_CALL for call in run.calls),
        "refused": sum(call.verdict is Verdict.REFUSED for call in run.calls),
        "not_placed": sum(call.verdict is Verdict.NOT_PLACED for call in run.calls),
        "unknown": sum(call.verdict is Verdict.UNKNOWN for call in run.calls),
        "completed": sum(call.status == "completed" for call in placed),
        "by_status": dict(Counter(call.status for call in placed).most_common()),
        "by_reason": dict(Counter(reason for call in run.calls for reason in call.reasons).most_common()),
        "mails": mails,
        "open": sum(call.is_open for call in run.calls),
        "unasked": sum(call.verdict is Verdict.WAITING for call in run.calls),
    }


def show(console: Console, counts: dict[str, Any], export: str) -> None:
    """A few lines; the last tells where the export is."""
    statuses = ", ".join(f"{count} {status}" for status, count in counts["by_status"].items())
    console.print(f"\n[bold]{counts['asked']} calls asked for[/bold]")
    console.print(f"  {counts['placed']} placed: {statuses}")
    console.print(f"  {counts['refused']} refused")
    for reason, count in counts["by_reason"].items():
        words = in_words(reason)
        code = "" if words == reason else f" ({reason})"
        console.print(f"     {count:>3}  {words}{code}", highlight=False, soft_wrap=True)
    if counts["same_call"]:
        console.print(f"  {counts['same_call']} taken as the same request sent again")
    if counts["not_placed"]:
        console.print(f"  {counts['not_placed']} permitted, but not placed by Twilio; they do not count")
    if counts["unknown"]:
        console.print(f"  {counts['unknown']} without an answer; the gateway asks Twilio whether there is a call")
    console.print(f"  {counts['mails']} information mails")
    console.print(f"\n[bold]The export is here:[/bold]\n{export}", highlight=False, soft_wrap=True)
