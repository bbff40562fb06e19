"""Hand-written stand-ins for the outside world, which keep the promises of `middleware.gateways.ports`."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from middleware.errors import MailDeferred, MailRefused, MailUncertain


class Killed(BaseException):
    """A process's end, as kill -9 makes it: nothing of ours runs any more."""


class ScriptedTransport:
    """A mail server and the way to it, which fare as planned; `delivered` are the Message-IDs that arrived.

    A plan is made of words: `defers`, `refuses` or `dies` before the hand-over, or with ` late` behind it after it;
    `lost` (the mail arrives, its answer does not), `lost early` (neither does), `dies delivered`; `slow ` before one of
    them lets `meanwhile` happen before the hand-over, `slow late ` after it.
    """

    def __init__(self) -> None:
        self.plans: list[str] = []
        self.delivered: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def send(self, message: EmailMessage, before_handing_over: Callable[[], None]) -> str:
        plan = self.plans.pop(0) if self.plans else "takes"
        if plan.startswith("slow ") and not plan.startswith("slow late "):
            self.meanwhile()
        end = plan.removeprefix("slow ").removeprefix("late ")
        _fail(end)
        before_handing_over()
        if plan.startswith("slow late "):
            self.meanwhile()
        _fail(end.removesuffix(" late") if end.endswith(" late") else "")
        if end == "lost early":
            raise MailUncertain("the connection was lost after the message was handed over")
        self.delivered.append(str(message["Message-ID"]))
        if end == "lost":
            raise MailUncertain("the connection was lost after the message was handed over")
        if end == "dies delivered":
            raise Killed
        return "250 taken"


def _fail(how: str) -> None:
    if how == "defers":
        raise MailDeferred("not now", 451)
    if how == "refuses":
        raise MailRefused("never", 550)
    if how == "dies":
        raise Killed
