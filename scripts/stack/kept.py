"""What one data folder keeps from one start to the next: secrets made at its first start, ports, the clock's offset."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scripts.stack.errors import CannotStart
from scripts.stack.whole_files import write_private

NAME = "kept.json"


@dataclass(slots=True)
class Kept:
    """Losing the pepper makes every suppression and person in the database unfindable: it is kept with the database."""

    pepper: str = field(default_factory=lambda: secrets.token_hex(32))
    link_secret: str = field(default_factory=lambda: secrets.token_hex(32))
    credential_secret: str = field(default_factory=lambda: secrets.token_hex(32))
    twilio_account_sid: str = field(default_factory=lambda: f"AC{secrets.token_hex(16)}")  # the simulator's
    twilio_auth_token: str = field(default_factory=lambda: secrets.token_hex(16))
    valkey_password: str = field(default_factory=lambda: secrets.token_hex(24))
    api_keys: dict[str, str] = field(default_factory=dict)  # credential -> key
    ports: dict[str, int] = field(default_factory=dict)  # part -> port
    clock_offset_seconds: float = 0.0


def read_or_make(folder: Path, database: Path) -> Kept:
    """The folder's own, or new ones for a new folder. Raises `CannotStart` for a database whose secrets are gone."""
    path = folder / NAME
    if path.exists():
        try:
            return Kept(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise CannotStart(f"{path} cannot be read ({error}): restore it, or take another --data-dir") from None
    if database.exists():
        raise CannotStart(
            f"{path} is gone, and without its secrets {database.name} cannot be used: "
            "restore it, or take another --data-dir"
        )
    kept = Kept()
    save(folder, kept)
    return kept


def save(folder: Path, kept: Kept) -> None:
    """Write it down before anything leans on it."""
    write_private(folder / NAME, json.dumps(asdict(kept), indent=1) + "\n")
