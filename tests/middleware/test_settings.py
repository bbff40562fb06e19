"""What administrators set, and what they are told when it cannot work."""

import re
import tomllib
from pathlib import Path

import pytest

from middleware.errors import InvalidSettings
from middleware.settings import REPOSITORY, Settings, read_settings

GOOD = {
    "database_url": "sqlite:///x.db",
    "redis_url": "redis://127.0.0.1",
    "public_base_url": "https://ringfence.example.com/",
    "pepper": "p" * 32,
    "link_secret": "l" * 32,
    "credential_secret": "c" * 32,
    "twilio_account_sid": "AC" + "0" * 32,
    "twilio_auth_token": "token",
    "mail_from": "notices@example.com",
}
FILE = REPOSITORY / "config" / "ringfence.toml"


@pytest.fixture(autouse=True)
def _nothing_set_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RINGFENCE_{name.upper()}", raising=False)


def test_all_that_is_missing_or_wrong_is_said_at_once_one_line_each() -> None:
    with pytest.raises(InvalidSettings) as told:
        read_settings(database_url="mysql://x", smtp_port=70_000, pepper="short")

    lines = told.value.lines
    assert any(line.startswith("RINGFENCE_DATABASE_URL: must be a sqlite:/// or postgresql:// URL") for line in lines)
    assert any(line.startswith("RINGFENCE_SMTP_PORT: ") for line in lines)
    assert any(line.startswith("RINGFENCE_PEPPER: must have at least 32 characters") for line in lines)
    assert "RINGFENCE_MAIL_FROM: is not set" in lines
    assert not any("\n" in line for line in lines)


def test_a_secret_is_never_shown_in_what_is_said_of_it() -> None:
    with pytest.raises(InvalidSettings) as told:
        read_settings(**{**GOOD, "pepper": "hunter2"})

    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"clock_offset_seconds": 3600}, "a shifted clock cannot be used with real Twilio"),
        ({"smtp_username": "u"}, "RINGFENCE_SMTP_USERNAME and RINGFENCE_SMTP_PASSWORD go together"),
        (
            {"smtp_username": "u", "smtp_password": "p", "smtp_security": "none"},
            "would send the password in clear text",
        ),
        ({"public_base_url": "ringfence.example.com"}, "RINGFENCE_PUBLIC_BASE_URL: must be an http(s) URL"),
        ({"twilio_timeout_seconds": 30}, "RINGFENCE_TWILIO_TIMEOUT_SECONDS"),
        ({"mail_from": "nobody"}, "RINGFENCE_MAIL_FROM"),
    ],
)
def test_settings_that_cannot_work_together_end_the_start(changed: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidSettings, match=re.escape(said)):
        read_settings(**{**GOOD, **changed})


def test_a_shifted_clock_is_fine_beside_a_simulator() -> None:
    settings = read_settings(**GOOD, clock_offset_seconds=60, twilio_api_base_url="http://127.0.0.1:9")

    assert settings.clock_offset.total_seconds() == 60


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = [f'{name} = "{value}"' for name, value in GOOD.items()]
    (tmp_path / "ringfence.toml").write_text("\n".join([*lines, "permit_seconds = 30", "sweep_after_seconds = 7"]))
    monkeypatch.setenv("RINGFENCE_PERMIT_SECONDS", "45")

    settings = read_settings()

    assert (settings.permit_seconds, settings.sweep_after_seconds) == (45, 7)


def test_a_key_that_is_misspelt_in_the_file_is_named(tmp_path: Path) -> None:
    lines = [f'{name} = "{value}"' for name, value in GOOD.items()]
    (tmp_path / "ringfence.toml").write_text("\n".join([*lines, "permit_second = 30"]))

    with pytest.raises(InvalidSettings, match="permit_second is no setting"):
        read_settings()


def test_the_settings_file_names_every_setting_with_its_default_and_variable() -> None:
    text = FILE.read_text(encoding="utf-8")
    uncommented = tomllib.loads("\n".join(line[2:] for line in text.splitlines() if re.match(r"# [a-z_]+ = ", line)))

    assert set(uncommented) == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        assert f"[RINGFENCE_{name.upper()}]" in text
        if not field.is_required() and field.default is not None and name != "config_dir":
            assert uncommented[name] == field.default
