"""Which parts are the real thing and which are embedded, and the settings that all processes of the stack share."""

from __future__ import annotations

import difflib
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from middleware.errors import InvalidSettings
from middleware.settings import TWILIO_API, Settings, given_settings, read_settings
from scripts.stack.errors import CannotStart
from scripts.stack.kept import Kept
from scripts.stack.ports import LOOPBACK

STORE, QUEUE, TWILIO, MAIL = "store", "queue", "twilio", "mail"
# a part is the user's own as soon as one of these is given; none of its settings is then made up
_OWN_IF_GIVEN = {
    STORE: ("database_url",),
    QUEUE: ("redis_url",),
    TWILIO: ("twilio_account_sid", "twilio_auth_token", "twilio_api_base_url"),
    MAIL: ("smtp_host", "smtp_port", "smtp_security", "smtp_username", "smtp_password"),
}
_PREFIX = "RINGFENCE_"
# Variables that look like settings and are read elsewhere.
_NOT_SETTINGS = frozenset({"RINGFENCE_PYTHON", "RINGFENCE_API_KEY"})


@dataclass(frozen=True, slots=True)
class Given:
    """What the user has set, and which parts that makes their own."""

    values: Mapping[str, object]
    own: frozenset[str]
    problems: tuple[str, ...] = ()  # variables that look like settings and are none

    @property
    def is_real_twilio(self) -> bool:
        """Calls would ring real telephones."""
        return TWILIO in self.own and str(self.values.get("twilio_api_base_url", TWILIO_API)).rstrip("/") == TWILIO_API


@dataclass(frozen=True, slots=True)
class Configuration:
    """`made_up` are the settings of embedded parts, which child processes get through their environment."""

    given: Given
    settings: Settings
    made_up: Mapping[str, str]

    def embeds(self, part: str) -> bool:
        """This stack starts the part by itself."""
        return part not in self.given.own

    def environment(self) -> dict[str, str]:
        """The environment of every child."""
        own = {f"{_PREFIX}{name.upper()}": value for name, value in self.made_up.items()}
        # -P: modules are the installation's own, whatever lies in the folder that the user is in
        return {**os.environ, **own, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}

    def shell_lines(self) -> str:
        """Lines for a shell, after which `ringfence` commands use this stack. They hold secrets."""
        values = {name: str(value) for name, value in self.given.values.items()} | dict(self.made_up)
        return "".join(f"export {_PREFIX}{name.upper()}={shlex.quote(value)}\n" for name, value in values.items())


def read_given() -> Given:
    """What the environment and `ringfence.toml` say. Raises `CannotStart` for a file that cannot be read."""
    try:
        values = given_settings()
    except InvalidSettings as error:
        raise CannotStart(*error.lines) from None
    unknown = tuple(_unknown(name) for name in sorted(os.environ) if _is_stray(name))
    own = {part for part, names in _OWN_IF_GIVEN.items() if any(name in values for name in names)}
    return Given(values, frozenset(own), unknown)


def configure(given: Given, kept: Kept, folder: Path, offset_seconds: float) -> Configuration:
    """Settings of the user's over those of embedded parts. Raises `CannotStart` with every setting that is wrong."""
    wanted = _wanted(given, kept, folder, offset_seconds)
    made_up = {name: value for name, value in wanted.items() if name not in given.values}
    try:
        settings = read_settings(**made_up)
    except InvalidSettings as error:
        raise CannotStart(*error.lines) from None
    return Configuration(given, settings, made_up)


def _wanted(given: Given, kept: Kept, folder: Path, offset_seconds: float) -> dict[str, str]:
    ports = kept.ports
    wanted = {
        "pepper": kept.pepper,
        "link_secret": kept.link_secret,
        "credential_secret": kept.credential_secret,
    }
    if offset_seconds:
        wanted["clock_offset_seconds"] = repr(offset_seconds)
    if STORE not in given.own:
        wanted["database_url"] = f"sqlite:///{folder / 'ringfence.sqlite3'}"
    if QUEUE not in given.own:
        wanted["redis_url"] = f"redis://:{kept.valkey_password}@{LOOPBACK}:{ports['valkey']}/0"
    if MAIL not in given.own:
        wanted |= {"smtp_host": LOOPBACK, "smtp_port": str(ports["mail-catcher"]), "smtp_security": "none"}
        wanted["mail_from"] = "notices@ringfence.example"
    if TWILIO not in given.own:
        wanted |= {
            "twilio_account_sid": kept.twilio_account_sid,
            "twilio_auth_token": kept.twilio_auth_token,
            "twilio_api_base_url": f"http://{LOOPBACK}:{ports['twilio-simulator']}",
            "twilio_lookups_base_url": f"http://{LOOPBACK}:{ports['twilio-simulator']}",
            "allow_private_callback_hosts": "true",
            "twilio_calls_per_second": "9.5",  # just below what the simulator takes
            "sweep_after_seconds": "20",  # simulated calls are over in seconds
        }
    if not given.is_real_twilio:  # real Twilio must reach us, and only the user knows how
        wanted["public_base_url"] = f"http://{LOOPBACK}:{ports['gateway']}"
    return wanted


def _is_stray(name: str) -> bool:
    known = name.removeprefix(_PREFIX).lower() in Settings.model_fields
    return name.startswith(_PREFIX) and not known and name not in _NOT_SETTINGS


def _unknown(name: str) -> str:
    names = [f"{_PREFIX}{field.upper()}" for field in Settings.model_fields]
    close = difflib.get_close_matches(name, names, 1)
    return f"{name}: is no setting{f'; did you mean {close[0]}?' if close else ''}"
