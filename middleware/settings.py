"""All settings, read once at start from the environment over `ringfence.toml`, checked together."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from middleware.errors import InvalidSettings

REPOSITORY = Path(__file__).resolve().parent.parent
SETTINGS_FILE = Path("ringfence.toml")
TWILIO_API = "https://api.twilio.com"
TWILIO_LOOKUPS = "https://lookups.twilio.com"


class Settings(BaseSettings):
    """Frozen; every field is an environment variable `RINGFENCE_<FIELD>` or a key of `ringfence.toml`.

    Secrets have no default. `clock_offset_seconds` moves Ringfence's time for demonstrations and is refused beside
    real Twilio credentials.
    """

    model_config = SettingsConfigDict(env_prefix="RINGFENCE_", frozen=True, extra="forbid")

    database_url: str
    redis_url: str
    public_base_url: str
    pepper: SecretStr
    link_secret: SecretStr
    credential_secret: SecretStr
    config_dir: Path = REPOSITORY / "config"

    twilio_account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-fA-F]{32}$")]
    twilio_auth_token: SecretStr
    twilio_api_base_url: str = TWILIO_API
    twilio_lookups_base_url: str = TWILIO_LOOKUPS
    twilio_timeout_seconds: Annotated[float, Field(ge=1, le=9)] = 8.0
    twilio_calls_per_second: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    most_pacing_seconds: Annotated[float, Field(ge=0, le=9)] = 4.0
    look_ups_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    fallback_base_url: str | None = None

    smtp_host: str = "localhost"
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_seconds: Annotated[float, Field(ge=1, le=60)] = 30.0
    mail_from: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]
    alarm_mail_to: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")] | None = None

    permit_seconds: Annotated[int, Field(ge=10, le=600)] = 60
    repeat_window_seconds: Annotated[int, Field(ge=0, le=60)] = 10
    sweep_after_seconds: Annotated[int, Field(ge=1, le=86_400)] = 120
    allow_private_callback_hosts: bool = False
    clock_offset_seconds: float = 0.0
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _supported_engine(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
            raise ValueError("must be a sqlite:/// or postgresql:// URL")
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @field_validator("public_base_url", "twilio_api_base_url", "twilio_lookups_base_url", "fallback_base_url")
    @classmethod
    def _plain_base(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")) or "#" in value or "?" in value:
            raise ValueError("must be an http(s) URL without query or fragment")
        return value.rstrip("/")

    @field_validator("pepper", "link_secret", "credential_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters; `openssl rand -hex 32` makes one")
        return value

    @model_validator(mode="after")
    def _no_shifted_clock_on_real_calls(self) -> Settings:
        if self.clock_offset_seconds and self.twilio_api_base_url == TWILIO_API:
            raise ValueError("a shifted clock cannot be used with real Twilio: remove RINGFENCE_CLOCK_OFFSET_SECONDS")
        return self

    @model_validator(mode="after")
    def _mail_log_in_is_whole_and_private(self) -> Settings:
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("RINGFENCE_SMTP_USERNAME and RINGFENCE_SMTP_PASSWORD go together: set both or neither")
        if self.smtp_username is not None and self.smtp_security == "none":
            raise ValueError("RINGFENCE_SMTP_SECURITY none would send the password in clear text: use starttls or tls")
        return self

    @property
    def clock_offset(self) -> timedelta:
        """How far Ringfence's time is ahead of the machine's; zero outside demonstrations."""
        return timedelta(seconds=self.clock_offset_seconds)

    @property
    def is_embedded_store(self) -> bool:
        """SQLite: one gateway process, and writes take turns in it."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller passes wins over the environment, the environment over `ringfence.toml`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, SETTINGS_FILE)


def read_settings(**overrides: object) -> Settings:
    """The settings of this process; raises `InvalidSettings` with one line for each thing that is wrong."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the values, all of them at once
    except (tomllib.TOMLDecodeError, UnicodeError, OSError) as error:
        raise InvalidSettings((_unreadable(error),)) from None
    except ValidationError as error:
        raise InvalidSettings(tuple(_line(problem) for problem in error.errors())) from None


def given_settings() -> dict[str, object]:
    """What the environment and `ringfence.toml` say, unchecked: keys are field names. Raises `InvalidSettings`."""
    try:
        in_file = TomlConfigSettingsSource(Settings, SETTINGS_FILE)()
    except (tomllib.TOMLDecodeError, UnicodeError, OSError) as error:
        raise InvalidSettings((_unreadable(error),)) from None
    return {**in_file, **EnvSettingsSource(Settings)()}


def offset_to(wanted: datetime, now: datetime) -> timedelta:
    """The clock offset that makes `now` read as `wanted`; both aware."""
    return wanted - now


def _unreadable(error: Exception) -> str:
    return f"{SETTINGS_FILE} cannot be read: {error}"


def _line(problem: ErrorDetails) -> str:
    name = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing":
        message = "is not set"
    if problem["type"] == "extra_forbidden":
        return f"{SETTINGS_FILE}: {name} is no setting; remove it or correct its name"
    return f"RINGFENCE_{name.upper()}: {message}" if name else message
