"""Runs a command of `ringfence` inside the test, under settings that would do for a real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from scripts.cli import main

Run = Callable[..., "Said"]

_SECRETS = ("PEPPER", "LINK_SECRET", "CREDENTIAL_SECRET", "TWILIO_AUTH_TOKEN")
_PLAIN = {
    "REDIS_URL": "redis://127.0.0.1:1",
    "PUBLIC_BASE_URL": "https://ringfence.example",
    "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
    "TWILIO_API_BASE_URL": "http://127.0.0.1:1",
    "MAIL_FROM": "privacy@acme.example",
}


@dataclass(frozen=True)
class Said:
    """What a command printed, and the code it ended with."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """What was printed as one line, so that a sentence may be looked for that was broken over two."""
        return " ".join(self.out.split())


def settings(database_url: str, **own: str) -> dict[str, str]:
    """The environment of a Ringfence on this database; nothing else that it names is there."""
    values = {**_PLAIN, **dict.fromkeys(_SECRETS, "0123456789abcdef" * 4), "DATABASE_URL": database_url, **own}
    return {f"RINGFENCE_{name}": value for name, value in values.items()}


def set_environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    """Until the test ends."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def ran(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> Said:
    """`ringfence` with these arguments, as the console script runs it."""
    monkeypatch.setattr("sys.argv", ["ringfence", *map(str, arguments)])
    code = 0
    try:
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    return Said(code, *capsys.readouterr())
