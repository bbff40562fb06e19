"""An answer on the screen: the verdict first and large, then every reason with why and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import LOCALTZ
from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from middleware.explanations import callee_zone, explain, length, moment, say, title_of, when_callable
from middleware.services.asking import Answer, ReasonGiven

_GOOD, _BAD = "green", "red"
_INDENT = 3


def show(console: Console, answer: Answer, language: str, own_zone: str | None = None) -> None:
    """Print all of it. `own_zone`: the reader's IANA zone, else that of this machine."""
    own = own_zone or str(getattr(LOCALTZ, "key", "UTC"))
    view = _View(console, answer, language, callee_zone(answer.reasons, answer.callee), own)
    view.verdict()
    for number, reason in enumerate(answer.reasons, 1):
        view.reason(number, reason)
    view.end()


@dataclass(frozen=True, slots=True)
class _View:
    console: Console
    answer: Answer
    language: str
    zone: str | None
    own_zone: str

    def verdict(self) -> None:
        """May it be called, until when; or not, and from when."""
        lines = self._permitted() if self.answer.is_permitted else self._refused()
        colour = _GOOD if self.answer.is_permitted else _BAD
        if self.console.is_terminal:
            text = Text("\n").join([Text(lines[0], style=f"bold {colour}"), *map(Text, lines[1:])])
            self.console.print(Panel(text, border_style=colour, padding=(1, 3), expand=False))
            return
        for line in lines:
            self._line(line)

    def reason(self, number: int, reason: ReasonGiven) -> None:
        """What stands in the way, why, and what to do."""
        said = explain(reason, self.language, self.zone)
        self._line("")
        self._line(f"{number}. {title_of(reason.code, self.language)} ({reason.code}, {reason.rule})", style="bold")
        self._line(said.what, indent=_INDENT)
        self._line(f"{self._say('check.why')}: {said.why}", indent=_INDENT)
        self._line(f"{self._say('check.next')}: {said.next_step}", indent=_INDENT)

    def end(self) -> None:
        """When it may be called, all rules together; what is left; and that it was only asked."""
        self._line("")
        if not self.answer.is_permitted:
            self._line(when_callable(self.answer.not_before, self.language, self.zone), style="bold")
        self._ringing("check.ring_at_least", self.answer.ring_at_least_seconds)
        self._ringing("check.ring", self.answer.ring_timeout_seconds)
        is_open = self.answer.is_permitted or self.answer.not_before is not None
        if is_open and self.answer.attempts_left is not None:
            self._line(say("check.attempts_left", self.language, self.answer.attempts_left))
        self._line(self._say("check.only_asked"), style="dim")

    def _ringing(self, key: str, seconds: int | None) -> None:
        if seconds is not None:
            self._line(self._say(key, span=length(timedelta(seconds=seconds), self.language)))

    def _permitted(self) -> list[str]:
        parts = [self._say("check.now")]
        if self.answer.is_about_another_time:
            parts = [self._say("check.at", when=self._moment(self.answer.decided_at, is_start=False))]
        until = self.answer.permitted_until
        if until is not None:
            parts.append(self._say("check.until", when=self._moment(until, is_start=False)))
        lines = [f"{self._say('check.permitted')}: {', '.join(parts)}."]
        return lines if until is None else lines + self._for_the_reader(until, is_start=False)

    def _refused(self) -> list[str]:
        from_then = self.answer.not_before
        if from_then is None:
            return [f"{self._say('check.never')}."]
        not_now = self._say("check.not_now")
        if self.answer.is_about_another_time:
            not_now = self._say("check.not_then", when=self._moment(self.answer.decided_at, is_start=False))
        said = self._say("check.refused_from", when=self._moment(from_then, is_start=True))
        return [f"{not_now}.", said, *self._for_the_reader(from_then, is_start=True)]

    def _for_the_reader(self, at: datetime, *, is_start: bool) -> list[str]:
        """The same moment on the reader's own clock, if that shows another time."""
        there, here = (moment(at, self.language, zone, is_start=is_start) for zone in (self.zone, self.own_zone))
        if there.partition("(")[0] == here.partition("(")[0]:
            return []
        return [self._say("check.for_you", when=here)]

    def _moment(self, at: datetime, *, is_start: bool) -> str:
        return moment(at, self.language, self.zone, is_start=is_start)

    def _say(self, key: str, **values: object) -> str:
        return say(key, self.language, None, **values)

    def _line(self, text: str, *, indent: int = 0, style: str = "") -> None:
        """Folded on a terminal, whole elsewhere, so that it can be searched and copied."""
        if self.console.is_terminal:
            self.console.print(Padding(Text(text, style=style), (0, 0, 0, indent)))
        else:
            self.console.print(Text(f"{' ' * indent}{text}"), soft_wrap=True)
