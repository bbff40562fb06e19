"""How long a permitted call may ring, and must."""

from __future__ import annotations

from datetime import datetime

from middleware.decision.model import Basis, Policy, PolicyProblem

# Twilio may ring up to five seconds longer than its `Timeout`; a shorter one than five is sent only if asked for.
RING_BUFFER = 5
SHORTEST_RING = 5


def ring_seconds(
    policy: Policy | PolicyProblem, at: datetime, until: datetime | None = None
) -> tuple[int | None, int | None]:
    """The most and the least seconds of ringing at an instant; None where nothing is said.

    A country's least that is a mere recommendation leaves a dialer free to give up sooner; law, a code, and a figure of
    the controller's or the campaign's own do not. `until`: when the callee may not be called any more; the phone is
    silent by then, unless the least that it must ring goes beyond.
    """
    if isinstance(policy, PolicyProblem):
        return None, None
    ruling = policy.in_force(at)
    at_least = ruling.ring_at_least if _is_least_binding(ruling) else None
    most, least = int(ruling.ring_timeout.total_seconds()), None if at_least is None else int(at_least.total_seconds())
    if until is not None:
        most = min(most, max(int((until - at).total_seconds()), least or 1))
    return most, least


def _is_least_binding(ruling: Policy) -> bool:
    origin = ruling.ring_at_least_origin
    return origin is None or origin.basis is not Basis.RECOMMENDED or origin.set_by != f"country {ruling.country}"


def twilio_timeout(asked: int | None, at_most: int | None, at_least: int | None) -> int:
    """Twilio's `Timeout` in seconds: what the dialer asks for, within what the policy allows.

    It stays below the most by Twilio's own slack. Where that would come below the least, the least goes first: a phone
    that stops ringing too early is an abandoned call, and the most is kept all the same if Twilio takes no slack.
    """
    most = at_most if at_most is not None else SHORTEST_RING + RING_BUFFER
    least = min(at_least or 1, most)
    longest = max(least, min(SHORTEST_RING, most), most - RING_BUFFER)
    return longest if asked is None else min(max(asked, least), longest)


def timeout_from(
    now: datetime, ends_at: datetime | None, asked: int | None, most: int | None, least: int | None
) -> int:
    """The same for a call that is created now, perhaps after waiting for its turn: it falls silent with its permit,
    which a window that closes has ended."""
    if ends_at is not None:
        left = max(1, int((ends_at - now).total_seconds()))
        most = left if most is None else max(min(most, left), least or 1)
    return twilio_timeout(asked, most, least)
