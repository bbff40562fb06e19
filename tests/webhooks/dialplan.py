"""Runs a dialplan of Asterisk's, as far as the one in our documentation goes: Set, GotoIf, Goto, Dial, Hangup, CURL().

What it does not know is an error, so that the documentation cannot use what this has not run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

Curl = Callable[[str, str, Mapping[str, str]], str]  # address, body, CURLOPT -> the text of the answer
_LINE = re.compile(r"(?:exten => (?P<pattern>[^,]+),(?P<priority>\w+)|same => n)(?:\((?P<label>\w+)\))?,(?P<step>.*)")
_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_MOST_STEPS = 100


@dataclass
class Dialplan:
    """One section of an extensions.conf."""

    steps: dict[str, list[tuple[str | None, str]]]  # by extension: label and application

    @classmethod
    def read(cls, text: str, section: str) -> Dialplan:
        """Raises AssertionError for a line that is none."""
        body = text.partition(f"[{section}]\n")[2].partition("\n```")[0].partition("\n[")[0]
        steps: dict[str, list[tuple[str | None, str]]] = {}
        extension = ""
        for line in filter(None, (line.partition(";")[0].strip() for line in body.splitlines())):
            found = _LINE.fullmatch(line)
            assert found, f"no line of a dialplan: {line}"
            extension = found["pattern"] or extension
            steps.setdefault(extension, []).append((found["label"], found["step"]))
        return cls(steps)


@dataclass
class Channel:
    """A call through a dialplan; `dialled` is every Dial(), `ends` what Dial() sets after it."""

    plan: Dialplan
    curl: Curl
    variables: dict[str, str]
    ends: Mapping[str, str] = field(default_factory=lambda: {"DIALSTATUS": "ANSWER", "ANSWEREDTIME": "12"})
    options: dict[str, str] = field(default_factory=dict)
    dialled: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def call(self, number: str) -> None:
        """Run the extension of a number, and `h` after it, as Asterisk does on every way out."""
        pattern = next(each for each in self.plan.steps if each.startswith("_"))
        self.variables["EXTEN"] = number
        self._run(pattern)
        self._run("h")

    def _run(self, extension: str) -> None:
        steps, at = self.plan.steps[extension], 0
        for _ in range(_MOST_STEPS):
            if at >= len(steps):
                return
            name, _, rest = steps[at][1].partition("(")
            arguments = self._filled(rest.removesuffix(")"))
            at += 1
            if name == "Set":
                self._set(arguments)
            elif name == "GotoIf":
                condition, _, label = arguments.partition("?")
                if self._is_true(condition):
                    at = next(place for place, step in enumerate(steps) if step[0] == label)
            elif name == "Dial":
                self.dialled.append(arguments)
                self.variables |= self.ends
            elif name == "Hangup":
                return
            else:
                assert name in {"NoOp", "Playback", "AGI"}, f"{name} is not known here"
        raise AssertionError("it goes round in circles")

    def _set(self, assignment: str) -> None:
        name, _, value = assignment.partition("=")
        option = re.fullmatch(r"CURLOPT\((\w+)\)", name)
        if option:
            self.options[option[1]] = value
        else:
            self.variables[name] = value

    def _is_true(self, condition: str) -> bool:
        found = re.fullmatch(r'\$\["(.*)" = "(.*)"\]', condition, re.DOTALL)
        assert found, f"no condition that is known here: {condition}"
        return found[1] == found[2]

    def _filled(self, text: str) -> str:
        """From the inside out, as Asterisk does."""
        while found := _VARIABLE.search(text):
            text = f"{text[: found.start()]}{self._value(found[1])}{text[found.end() :]}"
        return text

    def _value(self, expression: str) -> str:
        name, bracket, rest = expression.partition("(")
        if not bracket:
            return self.variables.get(name, "")
        argument = rest.removesuffix(")")
        if name == "URIENCODE":
            return quote(argument, safe="")
        if name == "CALLERID":
            return self.variables.get(f"CALLERID({argument})", "")
        if name == "CUT":
            variable, delimiter, place = argument.split(",")
            parts = self.variables.get(variable, "").split(delimiter)
            return parts[int(place) - 1] if len(parts) >= int(place) else ""
        assert name == "CURL", f"{name}() is not known here"
        address, _, body = argument.partition(",")
        self.asked.append(address)
        return self.curl(address, body, self.options)
