"""What a run came to, in a few lines."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator

from scripts.benchmark.carrier.measuring import Findings
from scripts.benchmark.machine import usage_between

MOST_FAULTS_SHOWN = 20


def lines_of(found: Findings, rate: float) -> Iterator[str]:
    """The figures, then every fault up to `MOST_FAULTS_SHOWN`."""
    created, reports = found.created, found.reports
    answers = ", ".join(f"{count:,} x {status}" for status, count in sorted(created.statuses.items()))
    yield (
        f"{len(created.sids):,} calls in {created.seconds:.1f} s: {len(created.sids) / created.seconds:.1f} a second, "
        f"{rate:g} asked for; answers: {answers}"
    )
    yield f"create: p50 {_quantile(created.latencies, 50):.0f} ms, p99 {_quantile(created.latencies, 99):.0f} ms"
    ends = Counter(entry["call"]["status"] for entry in found.calls)
    yield f"ends: {', '.join(f'{count:,} {status}' for status, count in ends.most_common())}"
    fates = ", ".join(f"{count:,} {name}" for name, count in sorted(reports.items()) if name != "reports")
    yield f"the carrier's {reports['reports']:,} reports: {fates}"
    yield (
        f"the dialer received {found.events:,} events ({found.repeated:,} of them again), and was asked for TwiML "
        f"{found.documents:,} times"
    )
    yield f"everything settled {found.settled_after:.1f} s after the last create"
    usage = usage_between(found.before, found.after)
    busy = sorted(usage.seconds.items(), key=lambda each: -each[1])
    wall = found.after.at - found.before.at
    yield f"processors used: {', '.join(f'{name} {seconds / wall:.2f}' for name, seconds in busy)}"
    yield f"and {usage.foreign:.2f} by other programs, {usage.steal:.2f} by other machines"
    for fault in found.faults[:MOST_FAULTS_SHOWN]:
        yield f"DIFFERENT {fault}"
    if len(found.faults) > MOST_FAULTS_SHOWN:
        yield f"and {len(found.faults) - MOST_FAULTS_SHOWN:,} more differences"
    yield "no difference" if not found.faults else f"{len(found.faults):,} differences"


def _quantile(latencies: array[float], percent: int) -> float:
    """In milliseconds."""
    ordered = sorted(latencies)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] * 1000 if ordered else float("nan")
